// One invoice: what it asks for, what was paid, and when the next try is.

import { Button, SimpleGrid, Stack, Text } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { useRead } from '../data/api.ts';
import { useLive } from '../data/live.ts';
import { useWho } from '../data/session.tsx';
import type { Invoice } from '../data/types.ts';
import { addressLine } from '../parts/address.ts';
import { day } from '../parts/amount.ts';
import { Amount, Faint, Go, Id, When } from '../parts/Bits.tsx';
import { CustomerName } from '../parts/CustomerName.tsx';
import { percent } from '../parts/decimal.ts';
import { EventTimeline } from '../parts/EventTimeline.tsx';
import { Fields, Page, Refused, Section, Waiting } from '../parts/Page.tsx';
import { Table } from '../parts/Table.tsx';
import { named } from '../words.ts';
import { Actions } from './Actions.tsx';
import { Charging, LastPayment } from './Charging.tsx';
import { CreditNotes } from './CreditNotes.tsx';
import { InvoiceStatus } from './InvoiceTable.tsx';
import { t } from './words.ts';

export function InvoicePage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const { can } = useWho();
  const live = useLive();
  const found = useRead<Invoice>(`/invoices/${id}`, {}, live ? {} : { every_ms: 15_000 });
  const invoice = found.data;
  const above = (
    <Text size="sm">
      <Go to="/billing/invoices">{t('invoices')}</Go>
    </Text>
  );
  if (!invoice)
    return (
      <Page title={t('invoice')} above={above}>
        {found.error ? <Refused error={found.error} retry={() => void found.refetch()} /> : <Waiting lines={10} />}
      </Page>
    );
  return (
    <Page
      title={invoice.number}
      above={above}
      beside={
        <>
          <InvoiceStatus of={invoice} />
          <Id id={invoice.id} />
        </>
      }
      actions={
        <>
          <Out href={invoice.invoice_pdf} label={t('pdf')} />
          <Out href={invoice.hosted_invoice_url} label={t('hosted')} />
          <Actions invoice={invoice} />
        </>
      }
    >
      <Lines invoice={invoice} />
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
        <Stack>
          <Totals invoice={invoice} />
          <Charging invoice={invoice} />
          <LastPayment invoice={invoice} />
          {can('credit_notes:read') && <CreditNotes invoice={invoice} />}
        </Stack>
        <Stack>
          <Facts invoice={invoice} />
          <EventTimeline id={invoice.id} />
        </Stack>
      </SimpleGrid>
    </Page>
  );
}

const Out = ({ href, label }: { href: string; label: string }) => (
  <Button component="a" size="xs" variant="default" href={href} target="_blank" rel="noreferrer">
    {label}
  </Button>
);

function Facts({ invoice }: { invoice: Invoice }) {
  const { zone } = useWho();
  const { customer_details: who } = invoice;
  return (
    <Section title={t('invoice')}>
      <Fields
        of={[
          [t('customer'), <CustomerName key="who" id={invoice.customer} />],
          [t('billedTo'), who.name],
          [t('email'), who.email],
          [t('address'), addressLine(who.address)],
          invoice.subscription !== null && [
            t('subscription'),
            <Go key="sub" to={`/billing/subscriptions/${invoice.subscription}`}>
              {invoice.subscription}
            </Go>,
          ],
          invoice.due_at !== null && [t('dueOn'), <When key="due" at={invoice.due_at} />],
          invoice.paid_out_of_band && [t('paidElsewhere'), invoice.out_of_band_reference ?? t('yes')],
          invoice.description !== null && [t('printed'), invoice.description],
          invoice.subscription !== null && [
            t('period'),
            t('periodText', { from: day(invoice.period_start, zone), to: day(invoice.period_end, zone) }),
          ],
          [t('reason'), named(invoice.billing_reason)],
          invoice.merchant_reference !== null && [t('reference'), <Id key="ref" id={invoice.merchant_reference} />],
          [t('created'), <When key="at" at={invoice.created_at} />],
          invoice.paid_at !== null && [t('paidAt'), <When key="paid" at={invoice.paid_at} />],
          invoice.voided_at !== null && [t('voidedAt'), <When key="void" at={invoice.voided_at} />],
          invoice.uncollectible_at !== null && [t('uncollectibleAt'), <When key="un" at={invoice.uncollectible_at} />],
          ...Object.entries(invoice.metadata).map(([name, value]) => [`${t('metadata')}: ${name}`, value] as const),
        ]}
      />
    </Section>
  );
}

function Lines({ invoice }: { invoice: Invoice }) {
  const { zone } = useWho();
  const { currency } = invoice;
  const discounted = invoice.lines.some((line) => line.discount !== 0);
  return (
    <Section title={t('lines')} flush>
      <Table
        label={t('lines')}
        rows={invoice.lines}
        columns={[
          {
            key: 'what',
            label: t('description'),
            cell: (line) => (
              <div>
                {line.description}
                {invoice.subscription !== null && (
                  <div>
                    <Faint>
                      {t('periodText', { from: day(line.period_start, zone), to: day(line.period_end, zone) })}
                    </Faint>
                  </div>
                )}
              </div>
            ),
          },
          { key: 'quantity', label: t('quantity'), right: true, cell: (line) => line.quantity },
          {
            key: 'each',
            label: t('each'),
            right: true,
            cell: (line) =>
              line.unit_amount === null ? <Faint>–</Faint> : <Amount of={line.unit_amount} currency={currency} />,
          },
          ...(discounted
            ? [
                {
                  key: 'discount',
                  label: t('discount'),
                  right: true,
                  cell: (line: Invoice['lines'][number]) => <Amount of={-line.discount} currency={currency} />,
                },
              ]
            : []),
          {
            key: 'amount',
            label: t('amount'),
            right: true,
            cell: (line) => <Amount of={line.amount} currency={currency} strong />,
          },
        ]}
      />
    </Section>
  );
}

function Totals({ invoice }: { invoice: Invoice }) {
  const { currency } = invoice;
  const row = (label: string, amount: number, show = true) =>
    show && ([label, <Amount key={label} of={amount} currency={currency} />] as const);
  return (
    <Section title={t('totals')}>
      <Fields
        of={[
          row(t('subtotal'), invoice.subtotal),
          ...invoice.discounts.map((one) =>
            row([one.name, one.code].filter(Boolean).join(' · '), -one.amount, one.amount !== 0),
          ),
          ...invoice.taxes.map((tax) =>
            row(
              t(tax.inclusive ? 'inclusive' : 'exclusive', {
                name: tax.name,
                rate: tax.rate_ppm === null ? '' : percent(tax.rate_ppm, 4),
              }),
              tax.amount,
            ),
          ),
          row(t('total'), invoice.total),
          row(t('credit'), -invoice.credit_applied, invoice.credit_applied !== 0),
          row(t('due'), invoice.amount_due),
          row(t('paid'), invoice.amount_paid),
          row(t('credited'), invoice.amount_credited, invoice.amount_credited !== 0),
        ]}
      />
    </Section>
  );
}
