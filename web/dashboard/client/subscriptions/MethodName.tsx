// The card that a subscription is charged to.

import { useRead } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { PaymentMethod, Subscription } from '../data/types.ts';
import { Faint, Id } from '../parts/Bits.tsx';
import { cardText } from '../parts/card.ts';
import { t } from './words.ts';

export function MethodName({
  subscription: { payment_method: id },
}: {
  subscription: Pick<Subscription, 'payment_method'>;
}) {
  const { can } = useWho();
  const reads = can('payment_methods:read') && id !== null;
  const found = useRead<PaymentMethod>(`/payment_methods/${id}`, {}, { enabled: reads });
  if (id === null) return <Faint>{t('customerDefault')}</Faint>;
  return found.data ? cardText(found.data) : <Id id={id} short />;
}
