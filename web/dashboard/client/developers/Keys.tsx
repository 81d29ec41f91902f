// API keys: made, shown this once, revoked.

import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useChange, useList } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { APIKey } from '../data/types.ts';
import { Ask } from '../parts/Ask.tsx';
import { Id, Status, When } from '../parts/Bits.tsx';
import { Empty, Page, Section } from '../parts/Page.tsx';
import { Secret } from '../parts/Secret.tsx';
import { of, Table } from '../parts/Table.tsx';
import { toast } from '../parts/toast.tsx';
import { named } from '../words.ts';
import { DeveloperTabs } from './DeveloperTabs.tsx';
import { t } from './words.ts';

const day = 86_400;

export function Keys() {
  const { can } = useWho();
  const [adding, setAdding] = useState(false);
  const [shown, setShown] = useState<string>();
  const [revoking, setRevoking] = useState<APIKey>();
  const found = useList<APIKey>('/api_keys');
  const revoke = useChange(() => {
    toast(t('revoked'));
    setRevoking(undefined);
  });
  const writes = can('api_keys:write');
  return (
    <Page
      title={t('title')}
      actions={
        writes && (
          <Button size="xs" onClick={() => setAdding(true)}>
            {t('addKey')}
          </Button>
        )
      }
    >
      <DeveloperTabs />
      <Section flush>
        <Table
          label={t('keys')}
          {...of(found)}
          empty={<Empty title={t('noKeys')} />}
          columns={[
            { key: 'name', label: t('name'), cell: (row) => row.name },
            { key: 'kind', label: t('kind'), cell: (row) => named(row.kind) },
            { key: 'hint', label: t('key'), cell: (row) => <code>{row.hint}</code> },
            { key: 'status', label: t('status'), cell: (row) => <Status of={row.status} /> },
            {
              key: 'used',
              label: t('lastUsed'),
              cell: (row) => (row.last_used_at === null ? t('never') : <When at={row.last_used_at} />),
            },
            {
              key: 'expires',
              label: t('expires'),
              cell: (row) => (row.expires_at === null ? t('never') : <When at={row.expires_at} />),
            },
            { key: 'id', label: 'Id', cell: (row) => <Id id={row.id} short /> },
            {
              key: 'act',
              label: '',
              cell: (row) =>
                writes && row.status === 'active' ? (
                  <Button size="compact-xs" variant="default" onClick={() => setRevoking(row)}>
                    {t('revoke')}
                  </Button>
                ) : null,
            },
          ]}
        />
      </Section>
      {adding && (
        <AddKey
          close={() => setAdding(false)}
          made={(key) => {
            setAdding(false);
            setShown(key);
          }}
        />
      )}
      {shown !== undefined && (
        <Secret title={t('newKey')} secret={shown} file="florin-key.txt" done={() => setShown(undefined)} />
      )}
      <Ask
        opened={revoking !== undefined}
        close={() => setRevoking(undefined)}
        title={`${t('revoke')}: ${revoking?.name ?? ''}`}
        text={t('revokeText')}
        verb={t('revoke')}
        danger
        busy={revoke.isPending}
        error={revoke.error}
        submit={() => revoke.mutate({ method: 'DELETE', path: `/api_keys/${revoking?.id}` })}
      />
    </Page>
  );
}

function AddKey({ close, made }: { close(): void; made(key: string): void }) {
  const [kind, setKind] = useState('secret');
  const [name, setName] = useState('');
  const [life, setLife] = useState('');
  const add = useChange<{ key: string | null }>(({ key }) => key !== null && made(key));
  return (
    <Ask
      opened
      close={close}
      title={t('addKey')}
      text={t('addKeyText')}
      verb={t('addKey')}
      busy={add.isPending}
      error={add.error}
      blocked={name.trim() === ''}
      submit={() =>
        add.mutate({
          path: '/api_keys',
          body: { kind, name: name.trim(), ...(life === '' ? {} : { expires_in: Number(life) * day }) },
        })
      }
    >
      <NativeSelect
        label={t('kind')}
        data={[
          { value: 'secret', label: t('secret') },
          { value: 'publishable', label: t('publishable') },
        ]}
        value={kind}
        onChange={(event) => setKind(event.currentTarget.value)}
      />
      <TextInput
        label={t('name')}
        required
        maxLength={100}
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <NativeSelect
        label={t('lifetime')}
        data={[
          { value: '', label: t('forever') },
          ...[1, 7, 30, 90, 365].map((count) => ({ value: String(count), label: t('days', { count }) })),
        ]}
        value={life}
        onChange={(event) => setLife(event.currentTarget.value)}
      />
    </Ask>
  );
}
