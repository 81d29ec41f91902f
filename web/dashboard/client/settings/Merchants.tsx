// The merchants of the company; for the installation's administrators those of all companies, to be approved.

import { Avatar, Button, Group, SegmentedControl } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useChange, useList } from '../data/api.ts';
import { sessionKey, useWho } from '../data/session.tsx';
import { Ask } from '../parts/Ask.tsx';
import { Id, Status, When } from '../parts/Bits.tsx';
import { Page, Section } from '../parts/Page.tsx';
import { of, Table } from '../parts/Table.tsx';
import { toast } from '../parts/toast.tsx';
import { type Merchant, MerchantDialog } from './MerchantDialog.tsx';
import { SettingsTabs } from './SettingsTabs.tsx';
import { t } from './words.ts';

type Verb = 'approve' | 'disable' | 'enable';

export function Merchants() {
  const { can, session } = useWho();
  const client = useQueryClient();
  const [scope, setScope] = useState('company');
  const [editing, setEditing] = useState<Merchant | 'new'>();
  const [asked, setAsked] = useState<{ merchant: Merchant; verb: Verb }>();
  const found = useList<Merchant>('/merchants', { scope });
  const change = useChange(() => {
    toast(t('done'));
    setAsked(undefined);
    void client.invalidateQueries({ queryKey: sessionKey });
  });
  const writes = can('merchants:write');
  const approves = session.user.installation_admin;
  const act = (merchant: Merchant, verb: Verb, label: string) => (
    <Button size="compact-xs" variant="default" onClick={() => setAsked({ merchant, verb })}>
      {label}
    </Button>
  );
  return (
    <Page
      title={t('title')}
      actions={
        writes && (
          <Button size="xs" onClick={() => setEditing('new')}>
            {t('addMerchant')}
          </Button>
        )
      }
    >
      <SettingsTabs />
      {approves && (
        <Group>
          <SegmentedControl
            size="xs"
            aria-label={t('merchants')}
            value={scope}
            onChange={setScope}
            data={[
              { value: 'company', label: t('company') },
              { value: 'installation', label: t('installation') },
            ]}
          />
        </Group>
      )}
      <Section flush>
        <Table
          label={t('merchants')}
          {...of(found)}
          columns={[
            {
              key: 'name',
              label: t('name'),
              cell: (row) => (
                <Group gap="xs" wrap="nowrap">
                  <Avatar
                    src={row.logo_url}
                    size={26}
                    radius="sm"
                    name={row.name}
                    color="dark"
                    variant="filled"
                    alt=""
                  />
                  {row.name}
                </Group>
              ),
            },
            { key: 'status', label: t('status'), cell: (row) => <Status of={row.status} /> },
            { key: 'zone', label: t('zone'), cell: (row) => row.time_zone },
            { key: 'country', label: t('country'), cell: (row) => row.country },
            { key: 'currency', label: t('currency'), cell: (row) => row.accounts[0]?.currency ?? '–' },
            { key: 'id', label: 'Id', cell: (row) => <Id id={row.id} short /> },
            { key: 'at', label: t('since'), cell: (row) => <When at={row.created_at} /> },
            {
              key: 'act',
              label: '',
              cell: (row) => (
                <Group gap={4} wrap="nowrap" justify="flex-end">
                  {writes && scope === 'company' && (
                    <Button size="compact-xs" variant="default" onClick={() => setEditing(row)}>
                      {t('name')} / {t('logo')}
                    </Button>
                  )}
                  {approves && row.status === 'pending_review' && act(row, 'approve', t('approve'))}
                  {writes && row.status === 'active' && act(row, 'disable', t('disableMerchant'))}
                  {writes && row.status === 'disabled' && act(row, 'enable', t('enable'))}
                </Group>
              ),
            },
          ]}
        />
      </Section>
      {editing !== undefined && (
        <MerchantDialog {...(editing === 'new' ? {} : { merchant: editing })} close={() => setEditing(undefined)} />
      )}
      {asked && (
        <Ask
          opened
          close={() => setAsked(undefined)}
          title={asked.merchant.name}
          text={asked.verb === 'disable' ? t('disableMerchantText') : t('approveText')}
          verb={t(asked.verb === 'disable' ? 'disableMerchant' : asked.verb)}
          danger={asked.verb === 'disable'}
          busy={change.isPending}
          error={change.error}
          submit={() => change.mutate({ path: `/merchants/${asked.merchant.id}/${asked.verb}` })}
        />
      )}
    </Page>
  );
}
