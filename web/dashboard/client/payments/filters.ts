// The filters of the list as they are offered, as they stand in the address, and as the API takes them. Days are days of the merchant.

import { currencies } from '../../../../src/kit/money.ts';
import type { Query } from '../data/request.ts';
import { minor } from '../parts/amount.ts';
import type { Filter } from '../parts/FilterBar.tsx';
import { span } from '../parts/filters.ts';
import { t } from './words.ts';

export const filterNames = [
  'status',
  'amount',
  'amount_min',
  'amount_max',
  'currency',
  'email',
  'card_last_four',
  'from',
  'to',
  'merchant_reference',
  'customer',
  'checkout_session',
  'metadata_key',
  'metadata_value',
] as const;
export type Filters = Partial<Record<(typeof filterNames)[number], string | undefined>>;

const statuses = ['pending', 'requires_authentication', 'authorized', 'processing', 'completed', 'failed', 'cancelled'];

export const fields: readonly Filter[] = [
  { name: 'status', label: t('status'), several: statuses },
  { name: 'currency', label: t('currency'), one: Object.keys(currencies) },
  { name: 'amount', label: t('amountIs'), decimal: true },
  { name: 'amount_min', label: t('amountFrom'), decimal: true },
  { name: 'amount_max', label: t('amountTo'), decimal: true },
  { name: 'email', label: t('email') },
  { name: 'card_last_four', label: t('lastFour'), most: 4 },
  { name: 'from', label: t('from'), day: true },
  { name: 'to', label: t('to'), day: true },
  { name: 'merchant_reference', label: t('reference') },
  { name: 'customer', label: t('customer'), placeholder: 'cus_…' },
  { name: 'checkout_session', label: t('session'), placeholder: 'sess_…' },
  { name: 'metadata_key', label: t('metadataKey') },
  { name: 'metadata_value', label: t('metadataValue') },
];

export function queryOf(filters: Filters, zone: string, ownCurrency: string): Query {
  const currency = filters.currency ?? ownCurrency;
  const amount = (text: string | undefined) => (text === undefined ? undefined : minor(text, currency));
  const { from, to } = span(filters.from, filters.to, zone);
  return {
    status: filters.status,
    amount: amount(filters.amount),
    amount_min: amount(filters.amount_min),
    amount_max: amount(filters.amount_max),
    // An amount without a currency would find the same number of yen and of cents.
    currency: filters.currency,
    email: filters.email,
    card_last_four: filters.card_last_four,
    created_from: from,
    created_to: to,
    merchant_reference: filters.merchant_reference,
    customer: filters.customer,
    checkout_session: filters.checkout_session,
    ...(filters.metadata_key && filters.metadata_value
      ? { [`metadata[${filters.metadata_key}]`]: filters.metadata_value }
      : {}),
  };
}

export type View = { name: string; filters: Filters };
const kept = 'florin.views';

export function savedViews(): View[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(kept) ?? '[]');
    return Array.isArray(found) ? (found as View[]) : [];
  } catch {
    return [];
  }
}

export const saveViews = (views: View[]): void => localStorage.setItem(kept, JSON.stringify(views));
