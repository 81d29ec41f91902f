// What became available day by day, and which movements made it up.

import { Text } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { useList, useRead } from '../data/api.ts';
import type { BalanceActivity, Settlement } from '../data/types.ts';
import { calendarDay } from '../parts/amount.ts';
import { Amount, Go, Id, When } from '../parts/Bits.tsx';
import { Empty, Fields, Page, Refused, Section, Waiting } from '../parts/Page.tsx';
import { of, Table } from '../parts/Table.tsx';
import { ActivityTable } from './ActivityTable.tsx';
import { BalanceTabs } from './BalanceTabs.tsx';
import { t } from './words.ts';

export function Settlements() {
  const found = useList<Settlement>('/settlements');
  return (
    <Page title={t('title')}>
      <BalanceTabs />
      <Section flush>
        <Table
          label={t('settlements')}
          {...of(found)}
          to={(row) => `/balances/settlements/${row.id}`}
          empty={
            <Empty title={t('noSettlements')}>
              <Text size="sm">{t('settlementsWhy')}</Text>
            </Empty>
          }
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
            { key: 'id', label: 'Id', cell: (row) => <Id id={row.id} short /> },
          ]}
        />
      </Section>
    </Page>
  );
}

export function SettlementPage() {
  const { id } = useParams({ strict: false }) as { id: string };
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
          <ActivityTable label={t('transactions')} found={rows} />
        </Section>
      )}
    </Page>
  );
}
