// Movements of the balance as columns: of the account, or of one settlement.

import type { BalanceActivity } from '../data/types.ts';
import { calendarDay } from '../parts/amount.ts';
import { Amount, Go, Id } from '../parts/Bits.tsx';
import { objectPage } from '../parts/object-page.ts';
import { type Column, createdColumn, statusColumn } from '../parts/Table.tsx';
import { named } from '../words.ts';
import { t } from './words.ts';

/** `payments`: this person may open them. */
export const activityColumns = (payments: boolean): Column<BalanceActivity>[] => [
  {
    key: 'type',
    label: t('type'),
    cell: (row) =>
      row.payment !== null && payments ? <Go to={`/payments/${row.payment}`}>{named(row.type)}</Go> : named(row.type),
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
  statusColumn,
  {
    key: 'on',
    label: t('availableOn'),
    cell: (row) => (row.available_on === null ? '–' : calendarDay(row.available_on)),
  },
  { key: 'source', label: t('source'), cell: (row) => <Source id={row.source} /> },
  createdColumn,
];

/** A payout or dispute has a page; an attempt or refund stands on its payment's. */
function Source({ id }: { id: string }) {
  const page = /^(po|dp)_/.test(id) ? objectPage(id) : undefined;
  return (
    <span className="request">
      <Id id={id} short />
      {page !== undefined && (
        <Go to={page}>
          {t('show')}
          <span className="sr"> {id}</span>
        </Go>
      )}
    </span>
  );
}
