// Everything that moved the balance.

import { Group, NativeSelect } from '@mantine/core';
import { useList, useRead } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Balance, BalanceActivity, List } from '../data/types.ts';
import { useFilters } from '../parts/filters.ts';
import { ListPage } from '../parts/ListPage.tsx';
import { named } from '../words.ts';
import { activityColumns } from './activity-columns.tsx';
import { BalanceTabs } from './BalanceTabs.tsx';
import { t } from './words.ts';

const types = [
  'charge',
  'refund',
  'refund_failure',
  'dispute',
  'dispute_fee',
  'dispute_reversal',
  'payout',
  'payout_failure',
  'conversion',
];

export function Activities() {
  const { account, can } = useWho();
  const balances = useRead<List<Balance>>('/balances');
  const currencies = (balances.data?.data ?? []).map(({ currency }) => currency);
  const by = useFilters(['type', 'currency']);
  return (
    <ListPage
      title={t('title')}
      label={t('activities')}
      tabs={<BalanceTabs />}
      found={useList<BalanceActivity>('/balance_activities', by.filters)}
      csv={
        can('reports:read') && {
          label: t('csv'),
          path: '/reports/balance_activities',
          query: { activity_type: by.filters.type, currency: by.filters.currency ?? account?.currency },
        }
      }
      by={by}
      above={
        <Group className="filters">
          {currencies.length > 1 && (
            <NativeSelect
              label={t('currency')}
              value={by.filters.currency ?? account?.currency ?? ''}
              onChange={(event) => by.set('currency', event.currentTarget.value)}
              data={currencies}
            />
          )}
          <NativeSelect
            label={t('type')}
            value={by.filters.type ?? ''}
            onChange={(event) => by.set('type', event.currentTarget.value)}
            data={[{ value: '', label: t('any') }, ...types.map((value) => ({ value, label: named(value) }))]}
          />
        </Group>
      }
      columns={activityColumns(can('payments:read'))}
    />
  );
}
