// One subscription: what happens next, what it sells, what was billed, and what was done with it.

import { Alert, SimpleGrid, Stack, Text } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useList, useRead } from '../data/api.ts';
import { useLive } from '../data/live.ts';
import { useWho } from '../data/session.tsx';
import type { Invoice, Preview, SubscriptionResult } from '../data/types.ts';
import { InvoiceTable } from '../invoices/InvoiceTable.tsx';
import { Act } from '../parts/Act.tsx';
import { day } from '../parts/amount.ts';
import { Amount, Faint, Go, Id, When } from '../parts/Bits.tsx';
import { CustomerName } from '../parts/CustomerName.tsx';
import { EventTimeline } from '../parts/EventTimeline.tsx';
import { Fields, Page, Refused, Section, Waiting } from '../parts/Page.tsx';
import { PriceName } from '../parts/PriceName.tsx';
import { cycleText } from '../parts/price.ts';
import { of } from '../parts/Table.tsx';
import { named } from '../words.ts';
import { Actions } from './Actions.tsx';
import { isEnded, nextText, whyNoCollection } from './actions.ts';
import { Unused } from './CancelDialog.tsx';
import { ChangeCollection } from './ChangeCollection.tsx';
import { Sums } from './ChangePlan.tsx';
import { Clock } from './Clock.tsx';
import { Discount } from './Discount.tsx';
import { MethodName } from './MethodName.tsx';
import { Phases } from './Phases.tsx';
import { States } from './States.tsx';
import { t } from './words.ts';

export function SubscriptionPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const { can } = useWho();
  const live = useLive();
  const found = useRead<SubscriptionResult>(`/subscriptions/${id}`, {}, live ? {} : { every_ms: 15_000 });
  const s = found.data;
  const above = (
    <Text size="sm">
      <Go to="/billing/subscriptions">{t('subscriptions')}</Go>
    </Text>
  );
  if (!s)
    return (
      <Page title={t('subscription')} above={above}>
        {found.error ? <Refused error={found.error} retry={() => void found.refetch()} /> : <Waiting lines={10} />}
      </Page>
    );
  return (
    <Page
      title={s.item.product_name}
      above={above}
      beside={
        <>
          <States of={s} />
          <Id id={s.id} />
        </>
      }
      actions={<Actions subscription={s} />}
    >
      <Next subscription={s} />
      {s.status === 'canceled' && <Unused subscription={s} />}
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
        <Stack>
          <Facts subscription={s} />
          <Item subscription={s} />
          <Discount subscription={s} />
          <NextInvoice subscription={s} />
          <Phases subscription={s} />
          {s.test_clock !== null && can('test_clocks:read') && <Clock customer={s.customer} />}
        </Stack>
        <Stack>
          {can('invoices:read') && <Invoices id={s.id} />}
          <EventTimeline id={s.id} />
        </Stack>
      </SimpleGrid>
    </Page>
  );
}

function Next({ subscription: s }: { subscription: SubscriptionResult }) {
  const { zone } = useWho();
  const payment = s.latest_payment;
  const trouble = s.status === 'past_due' || s.status === 'incomplete';
  return (
    <Alert color={trouble ? 'orange' : isEnded(s) ? 'gray' : 'sea'} variant="light" title={t('next')}>
      <Text size="sm">{nextText(s, zone)}</Text>
      {trouble && payment?.decline && (
        <Text size="sm" mt={4}>
          {t('declined')} {payment.decline.message} {payment.decline.advice} <code>{payment.decline.code}</code>
        </Text>
      )}
      {payment?.checkout_url && (
        <Text size="sm" mt={4}>
          {t('customerMust')} <Id id={payment.checkout_url} />
        </Text>
      )}
      {s.open_invoice !== null && (
        <Text size="sm" mt={4}>
          <Go to={`/billing/invoices/${s.open_invoice}`}>{t('pay')}</Go>
        </Text>
      )}
    </Alert>
  );
}

/** What the next renewal comes to: worked out by the server, by the code that will make it. */
function NextInvoice({ subscription: s }: { subscription: SubscriptionResult }) {
  const comes = (s.status === 'active' || s.status === 'trialing') && !s.paused && !s.cancel_at_period_end;
  const found = useRead<Preview>(`/subscriptions/${s.id}/preview`, {}, { enabled: comes });
  if (!comes || !found.data) return null;
  return (
    <Section title={t('nextInvoice')}>
      <Sums preview={found.data} label={t('nextInvoice')} />
    </Section>
  );
}

function Facts({ subscription: s }: { subscription: SubscriptionResult }) {
  const { zone, can } = useWho();
  const [asking, setAsking] = useState(false);
  return (
    <Section
      title={t('subscription')}
      actions={
        !isEnded(s) && (
          <Act
            label={t('collectionChange')}
            why={whyNoCollection(s, can('subscriptions:write'))}
            act={() => setAsking(true)}
          />
        )
      }
    >
      {asking && <ChangeCollection subscription={s} close={() => setAsking(false)} />}
      <Fields
        of={[
          [t('customer'), <CustomerName key="who" id={s.customer} />],
          [
            t('collection'),
            s.days_until_due === null ? t('collectionCharge') : t('sentInvoices', { count: s.days_until_due }),
          ],
          s.days_until_due === null && [t('method'), <MethodName key="pm" subscription={s} />],
          [
            t('period'),
            t('periodText', { from: day(s.current_period_start, zone), to: day(s.current_period_end, zone) }),
          ],
          [t('started'), <When key="start" at={s.started_at} />],
          s.trial_end !== null && [t('trial'), <When key="trial" at={s.trial_end} />],
          s.canceled_at !== null && [t('canceledAt'), <When key="can" at={s.canceled_at} />],
          s.ended_at !== null && [t('ended'), <When key="end" at={s.ended_at} />],
          (s.cancel_reason_code !== null || s.cancel_reason !== null) && [
            t('reason'),
            [s.cancel_reason_code && named(s.cancel_reason_code), s.cancel_reason].filter(Boolean).join(': '),
          ],
          s.credit_balance !== 0 && [
            t('credit'),
            <span key="credit">
              <Amount of={s.credit_balance} currency={s.currency} /> <Faint>{t('creditText')}</Faint>
            </span>,
          ],
          s.pending_amount !== 0 && [
            t('pending'),
            <Amount key="pending" of={s.pending_amount} currency={s.currency} />,
          ],
          [t('cycles'), s.elapsed_cycles],
          [t('tax'), s.automatic_tax ? t('yes') : t('no')],
          [t('zone'), s.time_zone],
          s.merchant_reference !== null && [t('reference'), <Id key="ref" id={s.merchant_reference} />],
          s.description !== null && [t('description'), s.description],
          ...Object.entries(s.metadata).map(([name, value]) => [`${t('metadata')}: ${name}`, value] as const),
        ]}
      />
    </Section>
  );
}

function Item({ subscription: s }: { subscription: SubscriptionResult }) {
  const { item } = s;
  return (
    <Section title={t('item')}>
      <Fields
        of={[
          [
            t('product'),
            <Go key="prod" to={`/products/${item.product}`}>
              {item.product_name}
            </Go>,
          ],
          [
            t('price'),
            <Go key="price" to={`/products/prices/${item.price}`}>
              <PriceName id={item.price} currency={s.currency} bare />
            </Go>,
          ],
          [t('quantity'), item.quantity],
          [
            t('aPeriod'),
            <span key="amount">
              <Amount of={item.amount} currency={s.currency} strong /> <Faint>{cycleText(item)}</Faint>
            </span>,
          ],
        ]}
      />
    </Section>
  );
}

function Invoices({ id }: { id: string }) {
  const found = useList<Invoice>('/invoices', { subscription: id, limit: 10 });
  return (
    <Section title={t('invoices')} flush>
      <InvoiceTable {...of(found)} of="subscription" />
    </Section>
  );
}
