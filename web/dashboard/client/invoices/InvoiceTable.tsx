// Invoices as rows: in their own list, on a subscription, on a customer.

import { useWho } from '../data/session.tsx';
import type { Invoice } from '../data/types.ts';
import { day } from '../parts/amount.ts';
import { Amount, Faint, Go, Status } from '../parts/Bits.tsx';
import { type Column, createdColumn, type Found, idColumn, Table } from '../parts/Table.tsx';
import { t } from './words.ts';

type Where = 'all' | 'subscription' | 'customer';

export function InvoiceTable({ of, ...found }: Found<Invoice> & { of: Where }) {
  const { zone } = useWho();
  return (
    <Table
      label={t('invoices')}
      {...found}
      columns={invoiceColumns(of, zone)}
      to={(row) => `/billing/invoices/${row.id}`}
    />
  );
}

export function invoiceColumns(of: Where, zone: string): Column<Invoice>[] {
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
    { key: 'status', label: t('status'), cell: (row) => <InvoiceStatus of={row} /> },
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
    key: 'due',
    label: t('dueOn'),
    cell: (row) => (row.due_at === null ? <Faint>–</Faint> : <span className="nowrap">{day(row.due_at, zone)}</span>),
  });
  columns.push({
    key: 'period',
    label: t('period'),
    cell: (row) =>
      row.subscription === null ? (
        <Faint>{t('byHand')}</Faint>
      ) : (
        t('periodText', { from: day(row.period_start, zone), to: day(row.period_end, zone) })
      ),
  });
  if (of === 'subscription')
    columns.push({
      key: 'payment',
      label: t('payment'),
      cell: (row) => (row.payment === null ? <Faint>–</Faint> : <PaymentLink id={row.payment} />),
    });
  if (of === 'all') columns.push(idColumn);
  if (of !== 'subscription') columns.push(createdColumn);
  return columns;
}

export const InvoiceStatus = ({ of }: { of: Invoice }) => (
  <span className="states">
    <Status of={of.status} /> {of.overdue && <Status of="overdue" />}
  </span>
);

export const PaymentLink = ({ id }: { id: string }) => (
  <Go to={`/payments/${id}`} className="go nowrap">
    …{id.slice(-6)}
    <span className="sr"> {id}</span>
  </Go>
);
