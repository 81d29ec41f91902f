// API keys: made, shown this once, named and limited, rolled, revoked.

import { Button, Menu } from '@mantine/core';
import { useState } from 'react';
import { useChange, useList } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { APIKey } from '../data/types.ts';
import { Ask } from '../parts/Ask.tsx';
import { Faint, When } from '../parts/Bits.tsx';
import { ListPage } from '../parts/ListPage.tsx';
import { Secret } from '../parts/Secret.tsx';
import { idColumn, statusColumn } from '../parts/Table.tsx';
import { toast } from '../parts/toast.tsx';
import { named } from '../words.ts';
import { DeveloperTabs } from './DeveloperTabs.tsx';
import { AddKey, EditKey, RollKey } from './KeyDialogs.tsx';
import { t } from './words.ts';

type Asked = { verb: 'edit' | 'roll' | 'revoke'; row: APIKey };

export function Keys() {
  const { can } = useWho();
  const [shown, setShown] = useState<string>();
  const [asked, setAsked] = useState<Asked>();
  const close = () => setAsked(undefined);
  const made = (key: string) => {
    close();
    setShown(key);
  };
  const writes = can('api_keys:write');
  return (
    <ListPage
      title={t('title')}
      label={t('keys')}
      tabs={<DeveloperTabs />}
      found={useList<APIKey>('/api_keys')}
      none={t('noKeys')}
      add={
        writes && {
          label: t('addKey'),
          dialog: (shut) => (
            <AddKey
              close={shut}
              made={(key) => {
                shut();
                made(key);
              }}
            />
          ),
        }
      }
      columns={[
        { key: 'name', label: t('name'), cell: (row) => row.name },
        { key: 'kind', label: t('kind'), cell: (row) => named(row.kind) },
        { key: 'hint', label: t('key'), cell: (row) => <code>{row.hint}</code> },
        statusColumn,
        { key: 'limits', label: t('limits'), cell: limitsOf },
        { key: 'used', label: t('lastUsed'), cell: (row) => <Used of={row} /> },
        {
          key: 'expires',
          label: t('expires'),
          cell: (row) => (row.expires_at === null ? t('never') : <When at={row.expires_at} />),
        },
        idColumn,
        {
          key: 'act',
          label: '',
          cell: (row) => (writes && row.status === 'active' ? <Verbs row={row} ask={setAsked} /> : null),
        },
      ]}
    >
      {asked?.verb === 'edit' && <EditKey apiKey={asked.row} close={close} />}
      {asked?.verb === 'roll' && <RollKey apiKey={asked.row} close={close} made={made} />}
      {asked?.verb === 'revoke' && <Revoke row={asked.row} close={close} />}
      {shown !== undefined && (
        <Secret title={t('newKey')} secret={shown} file="florin-key.txt" done={() => setShown(undefined)} />
      )}
    </ListPage>
  );
}

function limitsOf({ scopes, allowed_ips }: APIKey) {
  const told = [
    scopes.length > 0 && t('limitedTo', { count: scopes.length }),
    allowed_ips.length > 0 && t('addresses', { count: allowed_ips.length }),
  ].filter(Boolean);
  if (told.length === 0) return <Faint>–</Faint>;
  return <span title={[...scopes, ...allowed_ips].join('\n')}>{told.join(', ')}</span>;
}

/** When, and from where. */
export const Used = ({ of: row }: { of: { last_used_at: string | null; last_used_address: string | null } }) =>
  row.last_used_at === null ? (
    t('never')
  ) : (
    <span>
      <When at={row.last_used_at} />
      {row.last_used_address !== null && (
        <>
          {' '}
          <Faint>{t('from', { address: row.last_used_address })}</Faint>
        </>
      )}
    </span>
  );

function Verbs({ row, ask }: { row: APIKey; ask(asked: Asked): void }) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button size="compact-xs" variant="default">
          …<span className="sr"> {t('moreKey', { name: row.name })}</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {(['edit', 'roll', 'revoke'] as const).map((verb) => (
          <Menu.Item key={verb} onClick={() => ask({ verb, row })}>
            {t(verb === 'edit' ? 'editKey' : verb)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Revoke({ row, close }: { row: APIKey; close(): void }) {
  const revoke = useChange(() => {
    toast(t('revoked'));
    close();
  });
  return (
    <Ask
      opened
      close={close}
      title={`${t('revoke')}: ${row.name}`}
      text={t('revokeText')}
      verb={t('revoke')}
      danger
      busy={revoke.isPending}
      error={revoke.error}
      submit={() => revoke.mutate({ method: 'DELETE', path: `/api_keys/${row.id}` })}
    />
  );
}
