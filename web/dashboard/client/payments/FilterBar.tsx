// Which filters the list of payments has.

import { currencies } from '../../../../src/kit/money.ts';
import { FilterBar as Bar, type Filter } from '../parts/FilterBar.tsx';
import type { Filters } from './filters.ts';
import { t } from './words.ts';

const statuses = ['pending', 'requires_authentication', 'authorized', 'processing', 'completed', 'failed', 'cancelled'];

const of: readonly Filter[] = [
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

export const FilterBar = ({ filters, apply }: { filters: Filters; apply(filters: Filters): void }) => (
  <Bar of={of} filters={filters} apply={apply} />
);
