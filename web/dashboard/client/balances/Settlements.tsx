// What became available day by day, and which movements made it up.

import { Text } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { useList, useRead } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { BalanceActivity, Settlement } from '../data/types.ts';
import { calendarDay } from '../parts/amount.ts';
import { Amount, Go, Id, When } from '../parts/Bits.tsx';
import { ListPage } from '../parts/ListPage.tsx';
import { Fields, Page, Refused, Section, Waiting } from '../parts/Page.tsx';
import { idColumn, of, Table } from '../parts/Table.tsx';
import { activityColumns } from './activity-columns.tsx';
import { BalanceTabs } from './BalanceTabs.tsx';
import { t } from './words.ts';

export function Settlements() {
  const { can } = useWho();
  return (
    <ListPage
      title={t('title')}
      label={t('settlements')}
      tabs={<BalanceTabs />}
      found={useList<Settlement>('/settlements')}
      at="/balances/settlements"
      csv={can('reports:read') && { label: t('csv'), path: '/reports/settlements' }}
      none={t('noSettlements')}
      noneText={t('settlementsWhy')}
      columns={[
        {
          key: 'day',
          label: t('day'),
          cell: (row) => <Go to={`/balances/settlements/${row.id}`}>{calendarDay(row.settled_on)}</Go>,
        },
        {
          key: 'gross',
          label: t('gross'),
          cell: (row) => <Amount of={row.gross} currency={row.currency} />,
          right: true,
        },
        {
          key: 'refunded',
          label: t('refunded'),
          cell: (row) => <Amount of={row.refunded} currency={row.currency} />,
          right: true,
        },
        {
          key: 'fees',
          label: t('fees'),
          cell: (row) => <Amount of={row.fees} currency={row.currency} />,
          right: true,
        },
        {
          key: 'net',
          label: t('net'),
          cell: (row) => <Amount of={row.net} currency={row.currency} strong />,
          right: true,
        },
        { key: 'count', label: t('transactions'), cell: (row) => row.transaction_count, right: true },
        idColumn,
      ]}
    />
  );
}

export function SettlementPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const { can } = useWho();
  const found = useRead<Settlement>(`/settlements/${id}`);
  const rows = useList<BalanceActivity>(`/settlements/${id}/transactions`);
  const one = found.data;
  return (
    <Page
      title={one ? `${t('settlement')} ${calendarDay(one.settled_on)}` : t('settlement')}
      beside={<Id id={id} />}
      above={
        <Text size="sm">
          <Go to="/balances/settlements">{t('settlements')}</Go>
        </Text>
      }
    >
      <Refused error={found.error} />
      {found.isPending && <Waiting />}
      {one && (
        <Section>
          <Fields
            of={[
              [t('gross'), <Amount key="g" of={one.gross} currency={one.currency} />],
              [t('refunded'), <Amount key="r" of={one.refunded} currency={one.currency} />],
              [t('fees'), <Amount key="f" of={one.fees} currency={one.currency} />],
              [t('net'), <Amount key="n" of={one.net} currency={one.currency} strong />],
              [t('transactions'), one.transaction_count],
              [t('created'), <When key="c" at={one.created_at} />],
            ]}
          />
        </Section>
      )}
      {one && (
        <Section title={t('transactions')} flush>
          <Table label={t('transactions')} {...of(rows)} columns={activityColumns(can('payments:read'))} />
        </Section>
      )}
    </Page>
  );
}
