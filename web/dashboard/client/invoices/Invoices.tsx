// The list of invoices: filters in the address.

import { Button, Text } from '@mantine/core';
import { useList } from '../data/api.ts';
import type { Invoice } from '../data/types.ts';
import { Go } from '../parts/Bits.tsx';
import { type Filter, FilterBar } from '../parts/FilterBar.tsx';
import { useFilters } from '../parts/filters.ts';
import { Empty, Page, Section } from '../parts/Page.tsx';
import { of } from '../parts/Table.tsx';
import { BillingTabs } from '../subscriptions/BillingTabs.tsx';
import { InvoiceTable } from './InvoiceTable.tsx';
import { t } from './words.ts';

const fields: readonly Filter[] = [
  { name: 'status', label: t('status'), several: ['open', 'paid', 'void', 'uncollectible'] },
  { name: 'customer', label: t('customer'), placeholder: 'cus_…' },
  { name: 'subscription', label: t('subscription'), placeholder: 'sub_…' },
  { name: 'payment', label: t('payment'), placeholder: 'pay_…' },
];

export function Invoices() {
  const { filters, filtered, apply } = useFilters(
    '/billing/invoices',
    fields.map(({ name }) => name),
  );
  const { status, customer, subscription, payment } = filters;
  const found = useList<Invoice>('/invoices', { status, customer, subscription, payment }, { every_ms: 30_000 });
  return (
    <Page title={t('title')}>
      <BillingTabs />
      <FilterBar of={fields} filters={filters} apply={apply} />
      <Section flush>
        <InvoiceTable
          {...of(found)}
          of="all"
          empty={
            filtered ? (
              <Empty title={t('none')}>
                <Button variant="default" size="xs" onClick={() => apply({})}>
                  {t('clear')}
                </Button>
              </Empty>
            ) : (
              <Empty title={t('noneYet')}>
                <Text size="sm">{t('noneText')}</Text>
                <Text size="sm">
                  <Go to="/billing/subscriptions">{t('toSubscriptions')}</Go>
                </Text>
              </Empty>
            )
          }
        />
      </Section>
    </Page>
  );
}
