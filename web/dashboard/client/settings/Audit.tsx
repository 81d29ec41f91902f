// Who did what, when and from where; each entry with what it changed.

import { Button, Code, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useList } from '../data/api.ts';
import { download } from '../data/request.ts';
import { useWho } from '../data/session.tsx';
import { Id, RequestId, When } from '../parts/Bits.tsx';
import { startOfDay } from '../parts/days.ts';
import { Icon } from '../parts/icons.tsx';
import { Empty, Fields, Page, Refused, Section } from '../parts/Page.tsx';
import { of, Table } from '../parts/Table.tsx';
import { SettingsTabs } from './SettingsTabs.tsx';
import { t } from './words.ts';

type Entry = {
  id: string;
  position: number;
  action: string;
  actor: { kind: string; id: string; name: string };
  target: string | null;
  before: unknown;
  after: unknown;
  address: string | null;
  browser: string | null;
  request_id: string;
  hash: string;
  created_at: string;
};

export function Audit() {
  const { account, zone } = useWho();
  const [action, setAction] = useState('');
  const [target, setTarget] = useState('');
  const [from, setFrom] = useState('');
  const [opened, setOpened] = useState<Entry>();
  const [query] = useDebouncedValue(
    { action: action.trim(), target: target.trim(), from: from === '' ? undefined : startOfDay(from, zone) },
    300,
  );
  const found = useList<Entry>('/audit_events', query);
  const csv = useMutation({ mutationFn: () => download('/audit_events/export', { account: account?.id, query }) });
  return (
    <Page
      title={t('title')}
      actions={
        <Button
          size="xs"
          variant="default"
          leftSection={<Icon name="download" size={15} />}
          loading={csv.isPending}
          onClick={() => csv.mutate()}
        >
          {t('csv')}
        </Button>
      }
    >
      <SettingsTabs />
      <Group align="end" className="filters">
        <TextInput
          label={t('action')}
          placeholder="api_keys.create"
          value={action}
          onChange={(event) => setAction(event.currentTarget.value)}
        />
        <TextInput
          label={t('target')}
          placeholder="Id"
          value={target}
          onChange={(event) => setTarget(event.currentTarget.value)}
        />
        <TextInput
          type="date"
          label={t('from')}
          value={from}
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
      </Group>
      <Refused error={csv.error} />
      <Section flush>
        <Table
          label={t('audit')}
          {...of(found)}
          empty={<Empty title={t('noAudit')} />}
          columns={[
            {
              key: 'action',
              label: t('action'),
              cell: (row) => (
                <button type="button" className="link" onClick={() => setOpened(row)}>
                  {row.action}
                  <span className="sr"> {t('detail', { position: row.position })}</span>
                </button>
              ),
            },
            { key: 'actor', label: t('actor'), cell: (row) => row.actor.name },
            {
              key: 'target',
              label: t('target'),
              cell: (row) => (row.target === null ? '–' : <Id id={row.target} short />),
            },
            { key: 'address', label: t('address'), cell: (row) => row.address ?? '–' },
            { key: 'at', label: t('at'), cell: (row) => <When at={row.created_at} /> },
          ]}
        />
      </Section>
      {opened && (
        <Modal
          opened
          onClose={() => setOpened(undefined)}
          title={t('entry', { position: opened.position })}
          size="lg"
          centered
          closeButtonProps={{ 'aria-label': t('close') }}
        >
          <Stack>
            <Fields
              of={[
                [t('action'), opened.action],
                [t('actor'), opened.actor.name],
                [t('browser'), opened.browser],
                [t('address'), opened.address],
                [t('request'), <RequestId key="r" id={opened.request_id} />],
                [t('hash'), <Id key="h" id={opened.hash} />],
              ]}
            />
            {[[t('before'), opened.before] as const, [t('after'), opened.after] as const].map(([label, value]) =>
              value === null || value === undefined ? null : (
                <div key={label}>
                  <Text size="sm" className="faint">
                    {label}
                  </Text>
                  <Code block className="json" tabIndex={0}>
                    {JSON.stringify(value, null, 2)}
                  </Code>
                </div>
              ),
            )}
          </Stack>
        </Modal>
      )}
    </Page>
  );
}
