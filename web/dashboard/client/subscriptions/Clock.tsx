// The time of a sandbox customer: given, moved with its progress shown, ended.

import { Button, Group, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useChange, useRead } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { List, TestClock } from '../data/types.ts';
import { Act } from '../parts/Act.tsx';
import { Ask } from '../parts/Ask.tsx';
import { dayAndTime } from '../parts/amount.ts';
import { Id, Status } from '../parts/Bits.tsx';
import { momentOf, wallTime } from '../parts/days.ts';
import { Fields, Refused, Section, Waiting } from '../parts/Page.tsx';
import { toast } from '../parts/toast.tsx';
import { t } from './clock-words.ts';

/** A clock that is moving is looked at every second. */
const watching_ms = 1_000;

export function Clock({ customer }: { customer: string }) {
  const { can, account } = useWho();
  const [making, setMaking] = useState(false);
  const [moving, setMoving] = useState(false);
  const client = useQueryClient();
  const found = useRead<List<TestClock>>(
    '/test_clocks',
    { customer, limit: 5 },
    moving ? { every_ms: watching_ms } : {},
  );
  const clock = found.data?.data.find(({ status }) => status !== 'completed');
  const moves = clock?.status === 'advancing';
  const before = useRef(moves);
  useEffect(() => {
    setMoving(moves);
    if (before.current === moves) return;
    before.current = moves;
    // It has arrived, or is on its way: whatever else is shown of this customer is another now.
    void client.invalidateQueries({
      predicate: ({ queryKey: [id, path] }) => id === account?.id && path !== '/test_clocks',
    });
  }, [moves, client, account?.id]);
  if (account?.mode !== 'sandbox') return null;
  const writes = can('test_clocks:write');
  return (
    <Section
      title={t('title')}
      actions={
        writes && found.data && !clock && <Act label={t('create')} why={undefined} act={() => setMaking(true)} />
      }
    >
      <Refused error={found.error} />
      {found.isPending && <Waiting lines={2} />}
      {found.data && !clock && (
        <Text size="sm" className="faint">
          {t('none')}
        </Text>
      )}
      {clock && <Face key={clock.id} clock={clock} writes={writes} />}
      {making && <NewClock customer={customer} close={() => setMaking(false)} />}
    </Section>
  );
}

function Face({ clock, writes }: { clock: TestClock; writes: boolean }) {
  const { zone } = useWho();
  const { advance } = clock;
  return (
    <>
      <Fields
        of={[
          [t('time'), dayAndTime(clock.frozen_time, zone)],
          [t('status'), <Status key="s" of={clock.status} />],
          [t('name'), clock.name],
          [t('id'), <Id key="id" id={clock.id} short />],
        ]}
      />
      {advance && clock.status === 'advancing' && <Progress clock={clock} />}
      {advance?.status === 'failed' && (
        <Text size="sm" mt="sm" role="alert">
          {t('failed', { error: advance.error ?? '–' })}
        </Text>
      )}
      {advance?.status === 'succeeded' && (
        <Text size="sm" mt="sm" className="faint">
          {t('arrived', { count: t('moments', { count: advance.moments }) })}
        </Text>
      )}
      {writes && clock.status !== 'advancing' && <Advance clock={clock} />}
    </>
  );
}

function Progress({ clock: { advance, frozen_time } }: { clock: TestClock }) {
  const { zone } = useWho();
  if (!advance) return null;
  const from = Date.parse(advance.from);
  const to = Date.parse(advance.to);
  const label = t('progress', { from: dayAndTime(advance.from, zone), to: dayAndTime(advance.to, zone) });
  return (
    <div className="progress">
      <progress max={to - from} value={Date.parse(frozen_time) - from} aria-label={label} />
      <Text size="xs" className="faint">
        {label} · {t('moments', { count: advance.moments })}
      </Text>
    </div>
  );
}

const steps = { day: 1, week: 7, month: 31 } as const;

function Advance({ clock }: { clock: TestClock }) {
  const { zone } = useWho();
  const later = (days: number) => wallTime(new Date(Date.parse(clock.frozen_time) + days * 86_400_000), zone);
  const [wall, setWall] = useState(() => later(1));
  const [ending, setEnding] = useState(false);
  const advance = useChange();
  const complete = useChange(() => {
    toast(t('completed'));
    setEnding(false);
  });
  const to = momentOf(wall, zone);
  const move = (at: Date | undefined) =>
    at && advance.mutate({ path: `/test_clocks/${clock.id}/advance`, body: { to: at.toISOString() } });
  return (
    <>
      <Group gap="xs" align="end" mt="md">
        <TextInput
          type="datetime-local"
          label={t('advance')}
          value={wall}
          onChange={(event) => setWall(event.currentTarget.value)}
        />
        <Button
          loading={advance.isPending}
          disabled={!to || to.getTime() <= Date.parse(clock.frozen_time)}
          onClick={() => move(to)}
        >
          {t('advanceVerb')}
        </Button>
      </Group>
      <Group gap="xs" mt="xs" justify="space-between">
        <Group gap={6}>
          {(['day', 'week', 'month'] as const).map((step) => (
            <Button key={step} size="compact-xs" variant="default" onClick={() => setWall(later(steps[step]))}>
              {t(step)}
            </Button>
          ))}
        </Group>
        <Button size="compact-xs" variant="default" onClick={() => setEnding(true)}>
          {t('complete')}
        </Button>
      </Group>
      <Refused error={advance.error} />
      <Ask
        opened={ending}
        close={() => setEnding(false)}
        title={t('complete')}
        text={t('completeText')}
        verb={t('complete')}
        danger
        busy={complete.isPending}
        error={complete.error}
        submit={() => complete.mutate({ path: `/test_clocks/${clock.id}/complete` })}
      />
    </>
  );
}

function NewClock({ customer, close }: { customer: string; close(): void }) {
  const { zone } = useWho();
  const [name, setName] = useState('Test');
  const [wall, setWall] = useState(() => wallTime(new Date(), zone));
  const [at_first] = useState(wall);
  const make = useChange(() => {
    toast(t('created'));
    close();
  });
  const start = momentOf(wall, zone);
  return (
    <Ask
      opened
      close={close}
      title={t('create')}
      text={t('text')}
      verb={t('create')}
      busy={make.isPending}
      error={make.error}
      blocked={!start || name.trim() === ''}
      submit={() =>
        make.mutate({
          path: '/test_clocks',
          // The minute that the field shows has begun already: left as it stands, it is now.
          body: { name: name.trim(), customer, ...(wall === at_first ? {} : { frozen_time: start?.toISOString() }) },
        })
      }
    >
      <TextInput
        label={t('name')}
        maxLength={200}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextInput
        type="datetime-local"
        label={t('start')}
        description={t('startHint')}
        value={wall}
        onChange={(event) => setWall(event.currentTarget.value)}
      />
    </Ask>
  );
}
