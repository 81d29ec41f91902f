// Which changes an invoice allows now, and why not the others. The server decides all the same. Pure.

import type { Invoice } from '../data/types.ts';
import type { Why } from '../parts/Act.tsx';
import { t } from './words.ts';

function first(invoice: Invoice, allowed: boolean): Why {
  if (!allowed) return t('whyRole');
  if (invoice.status === 'paid') return t('whyPaid');
  if (invoice.status === 'void') return t('whyVoid');
  return invoice.payment_under_way ? t('whyBusy') : undefined;
}

export const whyNoPay = (invoice: Invoice, allowed: boolean): Why =>
  first(invoice, allowed) ?? (invoice.amount_due > 0 ? undefined : t('whyNothing'));
export const whyNoVoid = first;
export const whyNoGivingUp = (invoice: Invoice, allowed: boolean): Why =>
  first(invoice, allowed) ?? (invoice.status === 'uncollectible' ? t('whyUncollectible') : undefined);
