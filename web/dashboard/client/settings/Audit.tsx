// Who did what, when and from where; each entry with what it changed.

import { Code, Group, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useList } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import { Id, RequestId, When } from '../parts/Bits.tsx';
import { startOfDay } from '../parts/days.ts';
import { FindInput } from '../parts/FindInput.tsx';
import { useFilters } from '../parts/filters.ts';
import { ListPage } from '../parts/ListPage.tsx';
import { Fields } from '../parts/Page.tsx';
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
  const { zone } = useWho();
  const by = useFilters(['action', 'target', 'from']);
  const { action, target, from } = by.filters;
  const [opened, setOpened] = useState<Entry>();
  const query = { action, target, from: from === undefined ? undefined : startOfDay(from, zone) };
  return (
    <ListPage
      title={t('title')}
      label={t('audit')}
      tabs={<SettingsTabs />}
      found={useList<Entry>('/audit_events', query)}
      csv={{ label: t('csv'), path: '/audit_events/export', query }}
      by={by}
      none={t('noAudit')}
      above={
        <Group align="end" className="filters">
          <FindInput
            label={t('action')}
            placeholder="api_keys.create"
            value={action}
            apply={(text) => by.set('action', text, true)}
          />
          <FindInput
            label={t('target')}
            placeholder="Id"
            value={target}
            apply={(text) => by.set('target', text, true)}
          />
          <FindInput label={t('from')} type="date" value={from} apply={(day) => by.set('from', day, true)} />
        </Group>
      }
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
    >
      {opened && <EntryDialog entry={opened} close={() => setOpened(undefined)} />}
    </ListPage>
  );
}

function EntryDialog({ entry, close }: { entry: Entry; close(): void }) {
  return (
    <Modal
      opened
      onClose={close}
      title={t('entry', { position: entry.position })}
      size="lg"
      centered
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Stack>
        <Fields
          of={[
            [t('action'), entry.action],
            [t('actor'), entry.actor.name],
            [t('browser'), entry.browser],
            [t('address'), entry.address],
            [t('request'), <RequestId key="r" id={entry.request_id} />],
            [t('hash'), <Id key="h" id={entry.hash} />],
          ]}
        />
        {[[t('before'), entry.before] as const, [t('after'), entry.after] as const].map(([label, value]) =>
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
  );
}
