// How an invoice is being paid: the tries so far, the next one, and the last payment.

import { Text } from '@mantine/core';
import { useRead } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Invoice, Payment } from '../data/types.ts';
import { Amount, Faint, Go, Id, Status, When } from '../parts/Bits.tsx';
import { Fields, Section } from '../parts/Page.tsx';
import { named } from '../words.ts';
import { t } from './words.ts';

/** How it is being paid: the tries so far, and the next one. */
export function Charging({ invoice }: { invoice: Invoice }) {
  if (invoice.charges === 0 && invoice.next_charge_at === null) return null;
  return (
    <Section title={t('tries')}>
      <Fields
        of={[
          [t('charges'), invoice.charges],
          invoice.status === 'open' && [
            t('nextTry'),
            invoice.next_charge_at === null ? (
              <Faint key="no">{t('noNextTry')}</Faint>
            ) : (
              <When key="next" at={invoice.next_charge_at} />
            ),
          ],
          invoice.decline_code !== null && [t('decline'), named(invoice.decline_code)],
        ]}
      />
      {invoice.payment_under_way && (
        <Text size="sm" mt="sm">
          {t('underWay')}
        </Text>
      )}
    </Section>
  );
}

export function LastPayment({ invoice }: { invoice: Invoice }) {
  const { can } = useWho();
  const reads = can('payments:read') && invoice.payment !== null;
  const { data: payment } = useRead<Payment>(`/payments/${invoice.payment}`, {}, { enabled: reads });
  if (!payment) return null;
  return (
    <Section title={t('lastPayment')}>
      <Fields
        of={[
          [
            t('amount'),
            <Go key="amount" to={`/payments/${payment.id}`}>
              <Amount of={payment.amount} currency={payment.currency} strong />
            </Go>,
          ],
          [t('status'), <Status key="status" of={payment.status} />],
          payment.amount_refunded > 0 && [
            t('refunded'),
            <Amount key="re" of={payment.amount_refunded} currency={payment.currency} />,
          ],
          payment.decline !== null && [t('decline'), payment.decline.message],
          payment.checkout_url !== null && [t('page'), <Id key="url" id={payment.checkout_url} />],
          [t('created'), <When key="at" at={payment.created_at} />],
        ]}
      />
    </Section>
  );
}
