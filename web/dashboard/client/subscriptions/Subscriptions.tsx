// The list of subscriptions: filters in the address.

import { Button, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { currencies } from '../../../../src/kit/money.ts';
import { useList } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Subscription } from '../data/types.ts';
import { minor } from '../parts/amount.ts';
import { Amount, Faint, Go, Id, When } from '../parts/Bits.tsx';
import { CustomerName } from '../parts/CustomerName.tsx';
import { type Filter, FilterBar } from '../parts/FilterBar.tsx';
import { span, useFilters } from '../parts/filters.ts';
import { Empty, Page, Section } from '../parts/Page.tsx';
import { cycleText } from '../parts/price.ts';
import { of, Table } from '../parts/Table.tsx';
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
  const navigate = useNavigate();
  const [adding, setAdding] = useState(false);
  const { filters, filtered, apply } = useFilters(
    '/billing/subscriptions',
    fields.map(({ name }) => name),
  );
  const created = span(filters.from, filters.to, zone);
  const ends = span(filters.ends_from, filters.ends_to, zone);
  const { status, currency, customer, product, price, merchant_reference } = filters;
  const found = useList<Subscription>(
    '/subscriptions',
    {
      status,
      currency,
      customer,
      product,
      price,
      merchant_reference,
      amount: filters.amount === undefined ? undefined : minor(filters.amount, currency ?? account?.currency ?? 'USD'),
      created_from: created.from,
      created_to: created.to,
      current_period_end_from: ends.from,
      current_period_end_to: ends.to,
    },
    { every_ms: 30_000 },
  );
  const writes = can('subscriptions:write');
  return (
    <Page
      title={t('title')}
      actions={
        writes && (
          <Button size="xs" onClick={() => setAdding(true)}>
            {t('add')}
          </Button>
        )
      }
    >
      <BillingTabs />
      <FilterBar of={fields} filters={filters} apply={apply} />
      <Section flush>
        <Table
          label={t('subscriptions')}
          {...of(found)}
          to={(row) => `/billing/subscriptions/${row.id}`}
          empty={
            filtered ? (
              <Empty title={t('none')}>
                <Button variant="default" size="xs" onClick={() => apply({})}>
                  {t('all')}
                </Button>
              </Empty>
            ) : (
              <Empty title={t('noneYet')}>
                <Text size="sm">{t('noneText')}</Text>
                {writes && <Button onClick={() => setAdding(true)}>{t('add')}</Button>}
                <Text size="sm">
                  <Go to="/products">{t('needPrice')}</Go>
                </Text>
              </Empty>
            )
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
            { key: 'id', label: t('id'), cell: (row) => <Id id={row.id} short /> },
            { key: 'at', label: t('created'), cell: (row) => <When at={row.created_at} /> },
          ]}
        />
      </Section>
      {adding && (
        <NewSubscription
          close={() => setAdding(false)}
          done={(made) => void navigate({ to: `/billing/subscriptions/${made.id}` })}
        />
      )}
    </Page>
  );
}
