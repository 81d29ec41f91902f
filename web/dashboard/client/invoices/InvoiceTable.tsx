// Invoices as rows: in their own list, on a subscription, on a customer.

import type { ReactNode } from 'react';
import { useWho } from '../data/session.tsx';
import type { Invoice } from '../data/types.ts';
import { day } from '../parts/amount.ts';
import { Amount, Faint, Go, Id, Status, When } from '../parts/Bits.tsx';
import { type Column, type Found, Table } from '../parts/Table.tsx';
import { t } from './words.ts';

type Props = Found<Invoice> & { of: 'all' | 'subscription' | 'customer'; empty?: ReactNode };

export function InvoiceTable({ of, empty, ...found }: Props) {
  const { zone } = useWho();
  const columns: Column<Invoice>[] = [
    {
      key: 'number',
      label: t('number'),
      cell: (row) => (
        <Go to={`/billing/invoices/${row.id}`} className="go nowrap">
          {row.number}
        </Go>
      ),
    },
    {
      key: 'amount',
      label: t('amount'),
      cell: (row) => <Amount of={row.amount_due} currency={row.currency} strong />,
    },
    { key: 'status', label: t('status'), cell: (row) => <Status of={row.status} /> },
  ];
  if (of === 'all')
    columns.push({
      key: 'customer',
      label: t('customer'),
      // As the invoice has them: no call for each row.
      cell: ({ customer, customer_details: who }) => (
        <Go to={`/customers/${customer}`}>{who.name ?? who.email ?? customer}</Go>
      ),
    });
  columns.push({
    key: 'period',
    label: t('period'),
    cell: (row) => t('periodText', { from: day(row.period_start, zone), to: day(row.period_end, zone) }),
  });
  if (of === 'subscription')
    columns.push({
      key: 'payment',
      label: t('payment'),
      cell: (row) => (row.payment === null ? <Faint>–</Faint> : <PaymentLink id={row.payment} />),
    });
  if (of === 'all') columns.push({ key: 'id', label: t('id'), cell: (row) => <Id id={row.id} short /> });
  if (of !== 'subscription')
    columns.push({ key: 'at', label: t('created'), cell: (row) => <When at={row.created_at} /> });
  return (
    <Table
      label={t('invoices')}
      {...found}
      columns={columns}
      to={(row) => `/billing/invoices/${row.id}`}
      {...(empty === undefined ? {} : { empty })}
    />
  );
}

export const PaymentLink = ({ id }: { id: string }) => (
  <Go to={`/payments/${id}`} className="go nowrap">
    …{id.slice(-6)}
    <span className="sr"> {id}</span>
  </Go>
);
