// The merchants of the company; for the installation's administrators those of all companies, to be approved.

import { Avatar, Button, Group, SegmentedControl } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useChange, useList } from '../data/api.ts';
import { sessionKey, useWho } from '../data/session.tsx';
import { Ask } from '../parts/Ask.tsx';
import { When } from '../parts/Bits.tsx';
import { useFilters } from '../parts/filters.ts';
import { ListPage } from '../parts/ListPage.tsx';
import { idColumn, statusColumn } from '../parts/Table.tsx';
import { toast } from '../parts/toast.tsx';
import { type Merchant, MerchantDialog } from './MerchantDialog.tsx';
import { SettingsTabs } from './SettingsTabs.tsx';
import { t } from './words.ts';

type Verb = 'approve' | 'disable' | 'enable';

export function Merchants() {
  const { can, session } = useWho();
  const client = useQueryClient();
  const by = useFilters(['scope']);
  const scope = by.filters.scope ?? 'company';
  const [editing, setEditing] = useState<Merchant>();
  const [asked, setAsked] = useState<{ merchant: Merchant; verb: Verb }>();
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
    <ListPage
      title={t('title')}
      label={t('merchants')}
      tabs={<SettingsTabs />}
      found={useList<Merchant>('/merchants', { scope })}
      add={writes && { label: t('addMerchant'), dialog: (close) => <MerchantDialog close={close} /> }}
      above={
        approves && (
          <Group>
            <SegmentedControl
              size="xs"
              aria-label={t('merchants')}
              value={scope}
              onChange={(chosen) => by.set('scope', chosen === 'company' ? '' : chosen)}
              data={[
                { value: 'company', label: t('company') },
                { value: 'installation', label: t('installation') },
              ]}
            />
          </Group>
        )
      }
      columns={[
        {
          key: 'name',
          label: t('name'),
          cell: (row) => (
            <Group gap="xs" wrap="nowrap">
              <Avatar src={row.logo_url} size={26} radius="sm" name={row.name} color="dark" variant="filled" alt="" />
              {row.name}
            </Group>
          ),
        },
        statusColumn,
        { key: 'zone', label: t('zone'), cell: (row) => row.time_zone },
        { key: 'country', label: t('country'), cell: (row) => row.country },
        { key: 'currency', label: t('currency'), cell: (row) => row.accounts[0]?.currency ?? '–' },
        idColumn,
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
    >
      {editing && <MerchantDialog merchant={editing} close={() => setEditing(undefined)} />}
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
    </ListPage>
  );
}
