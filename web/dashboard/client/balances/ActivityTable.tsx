// Movements of the balance as rows: of the account, or of one settlement.

import type { useList } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { BalanceActivity } from '../data/types.ts';
import { calendarDay } from '../parts/amount.ts';
import { Amount, Go, Id, Status, When } from '../parts/Bits.tsx';
import { of, Table } from '../parts/Table.tsx';
import { named } from '../words.ts';
import { t } from './words.ts';

type Found = ReturnType<typeof useList<BalanceActivity>>;

export function ActivityTable({ label, found }: { label: string; found: Found }) {
  const { can } = useWho();
  return (
    <Table
      label={label}
      {...of(found)}
      columns={[
        {
          key: 'type',
          label: t('type'),
          cell: (row) =>
            row.payment !== null && can('payments:read') ? (
              <Go to={`/payments/${row.payment}`}>{named(row.type)}</Go>
            ) : (
              named(row.type)
            ),
        },
        {
          key: 'amount',
          label: t('amount'),
          cell: (row) => <Amount of={row.amount} currency={row.currency} />,
          right: true,
        },
        { key: 'fee', label: t('fee'), cell: (row) => <Amount of={row.fee} currency={row.currency} />, right: true },
        {
          key: 'net',
          label: t('net'),
          cell: (row) => <Amount of={row.net} currency={row.currency} strong />,
          right: true,
        },
        { key: 'status', label: t('status'), cell: (row) => <Status of={row.status} /> },
        {
          key: 'on',
          label: t('availableOn'),
          cell: (row) => (row.available_on === null ? '–' : calendarDay(row.available_on)),
        },
        { key: 'source', label: t('source'), cell: (row) => <Id id={row.source} short /> },
        { key: 'at', label: t('created'), cell: (row) => <When at={row.created_at} /> },
      ]}
    />
  );
}
