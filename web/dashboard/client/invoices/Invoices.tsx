// The list of invoices: filters in the address.

import { useList } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Invoice } from '../data/types.ts';
import { Go } from '../parts/Bits.tsx';
import type { Filter } from '../parts/FilterBar.tsx';
import { span, useFilters } from '../parts/filters.ts';
import { ListPage } from '../parts/ListPage.tsx';
import { BillingTabs } from '../subscriptions/BillingTabs.tsx';
import { invoiceColumns } from './InvoiceTable.tsx';
import { NewInvoice } from './NewInvoice.tsx';
import { t } from './words.ts';

const fields: readonly Filter[] = [
  { name: 'status', label: t('status'), several: ['open', 'paid', 'void', 'uncollectible'] },
  { name: 'customer', label: t('customer'), placeholder: 'cus_…' },
  { name: 'subscription', label: t('subscription'), placeholder: 'sub_…' },
  { name: 'payment', label: t('payment'), placeholder: 'pay_…' },
  { name: 'from', label: t('createdFrom'), day: true },
  { name: 'to', label: t('createdTo'), day: true },
  { name: 'due_from', label: t('dueFrom'), day: true },
  { name: 'due_to', label: t('dueTo'), day: true },
];

export function Invoices() {
  const { zone, can } = useWho();
  const by = useFilters(fields.map(({ name }) => name));
  const { from, to, due_from, due_to, ...plain } = by.filters;
  const created = span(from, to, zone);
  const due = span(due_from, due_to, zone);
  const query = { ...plain, created_from: created.from, created_to: created.to, due_from: due.from, due_to: due.to };
  return (
    <ListPage
      title={t('title')}
      label={t('invoices')}
      tabs={<BillingTabs />}
      found={useList<Invoice>('/invoices', query, { every_ms: 30_000 })}
      at="/billing/invoices"
      // The report takes the same filters, and days as they stand in the address.
      csv={can('reports:read') && { label: t('csv'), path: '/reports/invoices', query: by.filters }}
      by={by}
      add={
        can('invoices:write') && {
          label: t('add'),
          dialog: (close, open) => <NewInvoice close={close} done={open} />,
        }
      }
      fields={fields}
      noneFits={t('none')}
      none={t('noneYet')}
      noneText={t('noneText')}
      noneLink={<Go to="/billing/subscriptions">{t('toSubscriptions')}</Go>}
      columns={invoiceColumns('all', zone)}
    />
  );
}
