// The people of the company: who they are, what they may do and for whom, and what an administrator does for them.

import { Badge, Button, Group, Menu } from '@mantine/core';
import { useState } from 'react';
import { useChange, useList } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Person } from '../data/types.ts';
import { Ask } from '../parts/Ask.tsx';
import { When } from '../parts/Bits.tsx';
import { ListPage } from '../parts/ListPage.tsx';
import { Refused } from '../parts/Page.tsx';
import { idColumn, statusColumn } from '../parts/Table.tsx';
import { toast } from '../parts/toast.tsx';
import { named } from '../words.ts';
import { SettingsTabs } from './SettingsTabs.tsx';
import { UserDialog } from './UserDialog.tsx';
import { t } from './words.ts';

type Verb = 'reset_password' | 'reset_mfa' | 'disable';
const asks: Record<Verb, { label: Parameters<typeof t>[0]; text: Parameters<typeof t>[0] }> = {
  reset_password: { label: 'resetPassword', text: 'resetPasswordText' },
  reset_mfa: { label: 'resetMfa', text: 'resetMfaText' },
  disable: { label: 'disable', text: 'disableText' },
};

export function Users() {
  const { can, session } = useWho();
  const [editing, setEditing] = useState<Person>();
  const [asked, setAsked] = useState<{ person: Person; verb: Verb }>();
  const plain = useChange(() => toast(t('done')));
  const change = useChange(() => {
    toast(t('done'));
    setAsked(undefined);
  });
  const writes = can('users:write');
  const merchantName = (id: string) => session.merchants.find((one) => one.id === id)?.name ?? id;
  return (
    <ListPage
      title={t('title')}
      label={t('users')}
      tabs={<SettingsTabs />}
      found={useList<Person>('/users')}
      add={writes && { label: t('invite'), dialog: (close) => <UserDialog close={close} /> }}
      above={<Refused error={plain.error} />}
      columns={[
        {
          key: 'email',
          label: t('email'),
          cell: (row) => (
            <span>
              {row.nickname !== null && <strong>{row.nickname} </strong>}
              {row.email} {row.id === session.user.id && <Badge variant="default">{t('you')}</Badge>}
            </span>
          ),
        },
        { key: 'roles', label: t('roles'), cell: (row) => row.roles.map(named).join(', ') },
        { key: 'merchants', label: t('worksFor'), cell: (row) => row.merchants.map(merchantName).join(', ') },
        statusColumn,
        { key: 'mfa', label: t('mfa'), cell: (row) => (row.mfa_enrolled ? t('yes') : t('no')) },
        {
          key: 'last',
          label: t('lastSignIn'),
          cell: (row) => (row.last_sign_in_at ? <When at={row.last_sign_in_at} /> : t('never')),
        },
        idColumn,
        {
          key: 'act',
          label: '',
          cell: (row) =>
            writes ? (
              <Menu position="bottom-end">
                <Menu.Target>
                  <Button size="compact-xs" variant="default">
                    …<span className="sr"> {t('more', { email: row.email })}</span>
                  </Button>
                </Menu.Target>
                <Menu.Dropdown>
                  <Menu.Item onClick={() => setEditing(row)}>{t('edit')}</Menu.Item>
                  {row.status === 'invited' && (
                    <Menu.Item onClick={() => plain.mutate({ path: `/users/${row.id}/resend_invitation` })}>
                      {t('resend')}
                    </Menu.Item>
                  )}
                  {row.status === 'active' &&
                    (['reset_password', 'reset_mfa', 'disable'] as const).map((verb) => (
                      <Menu.Item key={verb} onClick={() => setAsked({ person: row, verb })}>
                        {t(asks[verb].label)}
                      </Menu.Item>
                    ))}
                  {row.status === 'disabled' && (
                    <Menu.Item onClick={() => plain.mutate({ path: `/users/${row.id}/enable` })}>
                      {t('enable')}
                    </Menu.Item>
                  )}
                </Menu.Dropdown>
              </Menu>
            ) : null,
        },
      ]}
    >
      {editing && <UserDialog person={editing} close={() => setEditing(undefined)} />}
      {asked && (
        <Ask
          opened
          close={() => setAsked(undefined)}
          title={`${t(asks[asked.verb].label)}: ${asked.person.email}`}
          text={<Group>{t(asks[asked.verb].text)}</Group>}
          verb={t(asks[asked.verb].label)}
          danger
          busy={change.isPending}
          error={change.error}
          submit={() => change.mutate({ path: `/users/${asked.person.id}/${asked.verb}` })}
        />
      )}
    </ListPage>
  );
}
