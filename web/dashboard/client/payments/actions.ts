// Which changes a payment allows now, and why not the others: the same conditions as the server's refusals, told before the press.
// The server decides all the same. Pure.

import type { Payment } from '../data/types.ts';
import type { Why } from '../parts/Act.tsx';
import { t } from './words.ts';

export function whyNoRefund(p: Payment, allowed: boolean): Why {
  if (!allowed) return t('whyNotAllowed');
  if (p.status === 'failed' || p.status === 'cancelled') return t('whyFailed');
  if (p.amount_refundable > 0) return undefined;
  if (p.amount_disputed > 0) return t('whyDisputed');
  return p.amount_captured > 0 ? t('whyRefunded') : t('whyNotCaptured');
}

export function whyNoCapture(p: Payment, allowed: boolean): Why {
  if (!allowed) return t('whyNotAllowed');
  if (p.status === 'processing') return t('whyBusy');
  return p.status === 'authorized' && p.amount_capturable > 0 ? undefined : t('whyNoCapture');
}

export function whyNoCancel(p: Payment, allowed: boolean): Why {
  if (!allowed) return t('whyNotAllowed');
  if (p.status === 'processing') return t('whyBusy');
  return ['pending', 'authorized', 'requires_authentication'].includes(p.status) ? undefined : t('whyNoCancel');
}
