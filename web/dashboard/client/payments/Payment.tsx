// One payment with everything that is known of it.

import { SimpleGrid, Stack, Text } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { useRead } from '../data/api.ts';
import { useLive } from '../data/live.ts';
import { useWho } from '../data/session.tsx';
import type { Customer, Payment } from '../data/types.ts';
import { addressLine } from '../parts/address.ts';
import { money } from '../parts/amount.ts';
import { Amount, Go, Id, Status, When } from '../parts/Bits.tsx';
import { Fields, Page, Refused, Section, Waiting } from '../parts/Page.tsx';
import { Table } from '../parts/Table.tsx';
import { named } from '../words.ts';
import { Actions } from './Actions.tsx';
import { methodText } from './method.ts';
import { Beside } from './Related.tsx';
import { Timeline } from './Timeline.tsx';
import { t } from './words.ts';

export function PaymentPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const live = useLive();
  const found = useRead<Payment>(`/payments/${id}`, {}, live ? {} : { every_ms: 15_000 });
  const { data: payment } = found;
  const above = (
    <Text size="sm">
      <Go to="/payments">{t('title')}</Go>
    </Text>
  );
  if (!payment)
    return (
      <Page title={t('payment')} above={above}>
        {found.error ? <Refused error={found.error} retry={() => void found.refetch()} /> : <Waiting lines={10} />}
      </Page>
    );
  return (
    <Page
      title={money(payment.amount, payment.currency)}
      above={above}
      beside={
        <>
          <Status of={payment.status} />
          <Id id={payment.id} />
        </>
      }
      actions={<Actions payment={payment} />}
    >
      {payment.decline && (
        <Section title={t('decline')}>
          <Text size="sm">
            {payment.decline.message} {payment.decline.advice} <code>{payment.decline.code}</code>
          </Text>
        </Section>
      )}
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
        <Stack>
          <Facts payment={payment} />
          <Payer payment={payment} />
          <Sums payment={payment} />
          <Products payment={payment} />
          <Method payment={payment} />
          <Processing payment={payment} />
        </Stack>
        <Stack>
          <Timeline payment={payment} />
          <Beside payment={payment} />
        </Stack>
      </SimpleGrid>
    </Page>
  );
}

function Facts({ payment }: { payment: Payment }) {
  const metadata = Object.entries(payment.metadata);
  return (
    <Section title={t('payment')}>
      <Fields
        of={[
          [t('created'), <When key="at" at={payment.created_at} />],
          [t('description'), payment.description],
          [t('reference'), payment.merchant_reference && <Id id={payment.merchant_reference} />],
          payment.invoice !== null && [
            t('invoice'),
            <Go key="inv" to={`/billing/invoices/${payment.invoice}`}>
              {payment.invoice}
            </Go>,
          ],
          payment.checkout_session !== null && [t('session'), <Id key="sess" id={payment.checkout_session} />],
          payment.checkout_url !== null && [
            t('page'),
            <a key="url" className="go" href={payment.checkout_url} target="_blank" rel="noreferrer">
              {payment.checkout_url}
            </a>,
          ],
          ...metadata.map(([name, value]) => [`${t('metadata')}: ${name}`, value] as const),
        ]}
      />
    </Section>
  );
}

function Sums({ payment: p }: { payment: Payment }) {
  const line = (label: string, amount: number, always = false) =>
    (always || amount !== 0) && ([label, <Amount key={label} of={amount} currency={p.currency} />] as const);
  return (
    <Section title={t('breakdown')}>
      <Fields
        of={[
          p.breakdown && line(t('subtotal'), p.breakdown.subtotal, true),
          p.breakdown && line(t('discount'), -p.breakdown.discount),
          p.breakdown && line(t('tax'), p.breakdown.tax),
          line(t('total'), p.amount, true),
          line(t('authorized'), p.amount_authorized, true),
          line(t('captured'), p.amount_captured, true),
          line(t('capturable'), p.amount_capturable),
          line(t('refunded'), p.amount_refunded, true),
          line(t('disputed'), p.amount_disputed),
          line(t('refundable'), p.amount_refundable, true),
          line(t('exchangeFee'), p.exchange_fee),
        ]}
      />
    </Section>
  );
}

function Products({ payment: { breakdown, currency } }: { payment: Payment }) {
  if (!breakdown || breakdown.line_items.length === 0) return null;
  return (
    <Section title={t('products')} flush>
      <Table
        label={t('products')}
        rows={breakdown.line_items.map((item, i) => ({ ...item, id: String(i) }))}
        columns={[
          { key: 'name', label: t('name'), cell: (item) => item.name },
          { key: 'quantity', label: t('quantityOf'), right: true, cell: (item) => item.quantity },
          {
            key: 'each',
            label: t('unitPrice'),
            right: true,
            cell: (item) => <Amount of={item.unit_amount} currency={currency} />,
          },
          {
            key: 'amount',
            label: t('amount'),
            right: true,
            cell: (item) => <Amount of={item.amount} currency={currency} strong />,
          },
        ]}
      />
    </Section>
  );
}

function Payer({ payment }: { payment: Payment }) {
  const { can } = useWho();
  const reads = can('customers:read');
  const known = payment.customer !== null && reads;
  const { data: customer } = useRead<Customer>(`/customers/${payment.customer}`, {}, { enabled: known });
  const email = payment.email ?? customer?.email;
  return (
    <Section title={t('customer')} actions={known && <Go to={`/customers/${payment.customer}`}>{t('open')}</Go>}>
      {payment.customer === null && !email ? (
        <Text size="sm" className="faint">
          {t('guest')}
        </Text>
      ) : (
        <Fields
          of={[
            customer?.name != null && [t('name'), customer.name],
            [t('email'), email],
            customer?.phone != null && [t('phone'), customer.phone],
            customer?.address != null && [t('address'), addressLine(customer.address)],
            payment.customer !== null && [t('id'), <Id key="cus" id={payment.customer} />],
          ]}
        />
      )}
    </Section>
  );
}

function Method({ payment }: { payment: Payment }) {
  const method = payment.payment_method;
  if (!method) return null;
  if (!('card' in method))
    return (
      <Section title={t('method')}>
        <Fields of={[[t('method'), methodText(payment)]]} />
      </Section>
    );
  const { card, billing_address } = method;
  return (
    <Section title={t('method')}>
      <Fields
        of={[
          [t('method'), methodText(payment)],
          [t('expiry'), `${String(card.exp_month).padStart(2, '0')}/${card.exp_year}`],
          [t('funding'), named(card.funding)],
          [t('issuer'), card.issuer],
          [t('issuerCountry'), card.country],
          [t('billing'), addressLine(billing_address)],
          method.id !== null && [t('id'), <Id key="pm" id={method.id} />],
        ]}
      />
    </Section>
  );
}

function Processing({ payment: { processing } }: { payment: Payment }) {
  const secure = processing.three_d_secure;
  return (
    <Section title={t('processing')}>
      <Fields
        of={[
          [t('provider'), processing.provider === null ? null : named(processing.provider)],
          [t('providerReference'), processing.provider_reference && <Id id={processing.provider_reference} />],
          [t('authorizationCode'), processing.authorization_code],
          [t('cvc'), processing.cvc_result && named(processing.cvc_result)],
          [t('avs'), processing.avs_result && named(processing.avs_result)],
          [
            t('threeDs'),
            secure &&
              `${named(secure.result)} (${named(secure.flow)}, ${secure.version}${secure.liability_shift ? `, ${t('liability')}` : ''})`,
          ],
          [t('risk'), processing.risk_level && named(processing.risk_level)],
        ]}
      />
    </Section>
  );
}
