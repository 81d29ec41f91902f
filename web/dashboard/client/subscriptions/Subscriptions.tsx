// The list of subscriptions: filters in the address.

import { currencies } from '../../../../src/kit/money.ts';
import { useList } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Subscription } from '../data/types.ts';
import { minor } from '../parts/amount.ts';
import { Amount, Faint, Go, When } from '../parts/Bits.tsx';
import { CustomerName } from '../parts/CustomerName.tsx';
import type { Filter } from '../parts/FilterBar.tsx';
import { span, useFilters } from '../parts/filters.ts';
import { ListPage } from '../parts/ListPage.tsx';
import { cycleText } from '../parts/price.ts';
import { createdColumn, idColumn } from '../parts/Table.tsx';
import { BillingTabs } from './BillingTabs.tsx';
import { NewSubscription } from './NewSubscription.tsx';
import { States } from './States.tsx';
import { t } from './words.ts';

const statuses = ['incomplete', 'incomplete_expired', 'trialing', 'active', 'past_due', 'canceled'];

const fields: readonly Filter[] = [
  { name: 'status', label: t('status'), several: statuses },
  { name: 'currency', label: t('currency'), one: Object.keys(currencies) },
  { name: 'amount', label: t('amountIs'), decimal: true },
  { name: 'customer', label: t('customer'), placeholder: 'cus_…' },
  { name: 'product', label: t('product'), placeholder: 'prod_…' },
  { name: 'price', label: t('price'), placeholder: 'price_…' },
  { name: 'merchant_reference', label: t('reference') },
  { name: 'from', label: t('from'), day: true },
  { name: 'to', label: t('to'), day: true },
  { name: 'ends_from', label: t('endsFrom'), day: true },
  { name: 'ends_to', label: t('endsTo'), day: true },
];

export function Subscriptions() {
  const { zone, account, can } = useWho();
  const by = useFilters(fields.map(({ name }) => name));
  const { from, to, ends_from, ends_to, amount, ...plain } = by.filters;
  const created = span(from, to, zone);
  const ends = span(ends_from, ends_to, zone);
  const query = {
    ...plain,
    amount: amount === undefined ? undefined : minor(amount, plain.currency ?? account?.currency ?? 'USD'),
    created_from: created.from,
    created_to: created.to,
    current_period_end_from: ends.from,
    current_period_end_to: ends.to,
  };
  return (
    <ListPage
      title={t('title')}
      label={t('subscriptions')}
      tabs={<BillingTabs />}
      found={useList<Subscription>('/subscriptions', query, { every_ms: 30_000 })}
      at="/billing/subscriptions"
      by={by}
      fields={fields}
      noneFits={t('none')}
      none={t('noneYet')}
      noneText={t('noneText')}
      noneLink={<Go to="/products">{t('needPrice')}</Go>}
      add={
        can('subscriptions:write') && {
          label: t('add'),
          dialog: (close, open) => <NewSubscription close={close} done={open} />,
        }
      }
      columns={[
        {
          key: 'product',
          label: t('product'),
          cell: (row) => (
            <Go to={`/billing/subscriptions/${row.id}`}>
              {row.item.product_name}
              {row.item.quantity > 1 ? ` × ${row.item.quantity}` : ''}
            </Go>
          ),
        },
        { key: 'customer', label: t('customer'), cell: (row) => <CustomerName id={row.customer} /> },
        {
          key: 'amount',
          label: t('amount'),
          cell: (row) => (
            <>
              <Amount of={row.item.amount} currency={row.currency} strong /> <Faint>{cycleText(row.item)}</Faint>
            </>
          ),
        },
        { key: 'status', label: t('status'), cell: (row) => <States of={row} /> },
        {
          key: 'ends',
          label: t('renews'),
          cell: (row) => <When at={row.ended_at === null ? row.current_period_end : null} />,
        },
        idColumn,
        createdColumn,
      ]}
    />
  );
}
