// A price while it is being written: text as it stands in the fields, and what the API takes when all of it holds. Pure.

import type { Price } from '../data/types.ts';
import { major, minor } from '../parts/amount.ts';
import { named } from '../words.ts';
import { t } from './words.ts';

export const models = ['flat', 'per_seat', 'tiered_graduated', 'tiered_volume', 'usage'] as const;
export type Model = (typeof models)[number];
export const intervals = ['day', 'week', 'month', 'year'] as const;

export type TierDraft = { up_to: string; unit: string; flat: string };
export type AmountDraft = { currency: string; text: string; tiers: TierDraft[] };
export type PriceDraft = {
  type: string;
  model: string;
  amounts: AmountDraft[];
  interval: string;
  count: string;
  trial: string;
  pack: string;
  meter: string;
  /** Of usage alone: none, graduated or volume. */
  tiers_mode: string;
  round: string;
  nickname: string;
  lookup_key: string;
  is_default: boolean;
};

const known = (model: string): model is Model => (models as readonly string[]).includes(model);
export const modelText = (model: string): string => (known(model) ? t(model) : named(model));
export const modelHint = (model: string): string => (known(model) ? t(`${model}Hint`) : '');

export const isTiered = ({ model, tiers_mode }: Pick<PriceDraft, 'model' | 'tiers_mode'>): boolean =>
  model.startsWith('tiered_') || (model === 'usage' && tiers_mode !== '');
export const noTier: TierDraft = { up_to: '', unit: '', flat: '' };
export const amountDraft = (currency: string): AmountDraft => ({ currency, text: '', tiers: [noTier] });

export const newDraft = (currency: string): PriceDraft => ({
  type: 'recurring',
  model: 'flat',
  amounts: [amountDraft(currency)],
  interval: 'month',
  count: '1',
  trial: '',
  pack: '',
  meter: '',
  tiers_mode: '',
  round: 'up',
  nickname: '',
  lookup_key: '',
  is_default: false,
});

export const draftOf = (price: Price): PriceDraft => ({
  type: price.type,
  model: price.pricing_model,
  amounts: price.amounts.map(({ currency, unit_amount, tiers }) => ({
    currency,
    text: unit_amount === null ? '' : major(unit_amount, currency),
    tiers: tiers?.map((tier) => ({
      up_to: tier.up_to === null ? '' : String(tier.up_to),
      unit: major(tier.unit_amount, currency),
      flat: tier.flat_amount === 0 ? '' : major(tier.flat_amount, currency),
    })) ?? [noTier],
  })),
  interval: price.recurring?.interval ?? 'month',
  count: String(price.recurring?.interval_count ?? 1),
  trial: price.recurring?.trial_days ? String(price.recurring.trial_days) : '',
  pack: price.transform_quantity ? String(price.transform_quantity.divide_by) : '',
  meter: price.meter ?? '',
  tiers_mode: price.tiers_mode ?? '',
  round: price.transform_quantity?.round ?? 'up',
  nickname: price.nickname ?? '',
  lookup_key: price.lookup_key ?? '',
  is_default: false,
});

export const whole = (text: string): number | undefined =>
  /^\d{1,10}$/.test(text.trim()) ? Number(text.trim()) : undefined;

function amountOf({ currency, text, tiers }: AmountDraft, tiered: boolean) {
  if (!tiered) {
    const unit_amount = minor(text, currency);
    return unit_amount === undefined ? undefined : { currency, unit_amount };
  }
  const found = tiers.map(({ up_to, unit, flat }, i) => ({
    up_to: i === tiers.length - 1 ? null : whole(up_to),
    unit_amount: unit.trim() === '' ? 0 : minor(unit, currency),
    flat_amount: flat.trim() === '' ? 0 : minor(flat, currency),
  }));
  const whole_ = found.every((one) => Object.values(one).every((value) => value !== undefined));
  return whole_ ? { currency, tiers: found } : undefined;
}

/** What is sent; undefined while something is missing or no number. */
export function bodyOf(draft: PriceDraft, change: boolean): Record<string, unknown> | undefined {
  const tiered = isTiered(draft);
  const metered = draft.model === 'usage';
  if (metered && (draft.meter === '' || draft.type !== 'recurring')) return undefined;
  const amounts = draft.amounts.map((amount) => amountOf(amount, tiered));
  if (amounts.length === 0 || amounts.includes(undefined)) return undefined;
  const count = whole(draft.count);
  const trial = draft.trial.trim() === '' ? 0 : whole(draft.trial);
  const recurring = draft.type === 'recurring';
  if (recurring && (count === undefined || count < 1 || trial === undefined)) return undefined;
  const divide_by = draft.pack.trim() === '' ? undefined : whole(draft.pack);
  if (draft.pack.trim() !== '' && (divide_by === undefined || divide_by < 2)) return undefined;
  const packs = divide_by !== undefined && !tiered ? { divide_by, round: draft.round } : undefined;
  const said = (text: string) => (text.trim() === '' ? (change ? null : undefined) : text.trim());
  return {
    pricing_model: draft.model,
    ...(metered ? { meter: draft.meter, tiers_mode: draft.tiers_mode === '' ? null : draft.tiers_mode } : {}),
    amounts,
    nickname: said(draft.nickname),
    lookup_key: said(draft.lookup_key),
    ...(packs ? { transform_quantity: packs } : change ? { transform_quantity: null } : {}),
    ...(recurring ? { recurring: { interval: draft.interval, interval_count: count, trial_days: trial } } : {}),
    ...(draft.is_default ? { default: true } : {}),
    ...(change ? {} : { type: draft.type }),
  };
}
