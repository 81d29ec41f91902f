// A subscription: what a customer pays again and again. Its row, its transitions, when it is due, how it is found and written.

import { type RawBuilder, sql } from 'kysely';
import type { PricingModel, Tier, TiersMode, TransformQuantity } from '../catalog/pricing.ts';
import type { TaxCategory } from '../catalog/tax.ts';
import type { Executor, Statement, Tx } from '../db/db.ts';
import { insertRows, updateRows } from '../db/rows.ts';
import { assert } from '../kit/assert.ts';
import { Fault, notFound } from '../kit/fault.ts';
import type { Currency } from '../kit/money.ts';
import type { Metadata } from '../operation/fields.ts';
import type { Cycle, Interval } from './cycle.ts';
import type { SubscriptionDiscount } from './discount.ts';
import type { CollectionMethod } from './due.ts';
import type { LineDraft } from './invoice-sums.ts';
import { reminderOf } from './reminder.ts';

export const subscriptionStatuses = [
  'incomplete',
  'incomplete_expired',
  'trialing',
  'active',
  'past_due',
  'canceled',
] as const;
export type SubscriptionStatus = (typeof subscriptionStatuses)[number];

/** Every step a subscription can take. Paused is no status: what is paused is active, trialing or past due, and rests. */
export const transitions: Record<SubscriptionStatus, readonly SubscriptionStatus[]> = {
  incomplete: ['active', 'incomplete_expired', 'canceled'],
  incomplete_expired: [],
  trialing: ['active', 'past_due', 'canceled'],
  active: ['past_due', 'canceled'],
  past_due: ['active', 'canceled'],
  canceled: [],
};

export const cancelReasons = [
  'too_expensive',
  'need_more_features',
  'found_alternative',
  'no_longer_needed',
  'poor_customer_service',
  'poor_usability',
  'poor_quality',
  'payment_failed',
  'other_reasons',
] as const;
export type CancelReason = (typeof cancelReasons)[number];

/** How what a meter counts is charged. */
export type ItemUsage = {
  meter: string;
  tiers: Tier[] | null;
  tiers_mode: TiersMode | null;
  transform_quantity: TransformQuantity | null;
};

/** What is sold, worked out once under the terms of a snapshot: an edit of the price changes nothing here. */
export type Item = {
  product: string;
  product_name: string;
  tax_category: TaxCategory | null;
  price: string;
  price_snapshot: string;
  quantity: number;
  pricing_model: PricingModel;
  /** Null where the tiers say it. */
  unit_amount: number | null;
  /** Of a whole period. */
  amount: number;
  interval: Interval;
  interval_count: number;
  trial_days: number;
  /** Set where usage is charged, when a period is over; `amount` is 0 then. */
  usage?: ItemUsage;
};

/** `cycles`: how many periods it lasts; null: until something else is said. */
export type Phase = Item & { cycles: number | null };

export type SubscriptionRow = {
  account_id: string;
  id: string;
  status: SubscriptionStatus;
  customer_id: string;
  product_id: string;
  price_id: string;
  price_snapshot_id: string;
  quantity: number;
  currency: Currency;
  item: Item;
  /** Sent: its invoices are paid by the customer within so many days, and no card is charged. */
  collection_method: CollectionMethod;
  days_until_due: number | null;
  payment_method_id: string | null;
  merchant_reference: string | null;
  description: string | null;
  metadata: Metadata;
  automatic_tax: boolean;
  anchor: Date;
  time_zone: string;
  cycle_index: number;
  elapsed_cycles: number;
  started_at: Date;
  trial_start: Date | null;
  trial_end: Date | null;
  current_period_start: Date;
  current_period_end: Date;
  expires_at: Date | null;
  cancel_at: Date | null;
  cancel_at_period_end: boolean;
  cancel_reason: string | null;
  cancel_reason_code: CancelReason | null;
  canceled_at: Date | null;
  ended_at: Date | null;
  paused_at: Date | null;
  resumes_at: Date | null;
  phase_cycles_left: number | null;
  phases: Phase[];
  pending_lines: LineDraft[];
  discount: SubscriptionDiscount | null;
  usage_from: Date | null;
  credit_balance: number;
  covered_amount: number;
  covered_tax: number;
  covered_from: Date;
  covered_until: Date;
  open_invoice_id: string | null;
  latest_invoice_id: string | null;
  test_clock_id: string | null;
  request_key: string | null;
  next_at: Date | null;
  remind_at: Date | null;
  /** The end of a period that the customer was told of. */
  reminded_for: Date | null;
  version: number;
  created_at: Date;
  updated_at: Date;
};

const key = { account_id: 'text', id: 'text' };
const changes = {
  status: 'text',
  product_id: 'text',
  price_id: 'text',
  price_snapshot_id: 'text',
  quantity: 'integer',
  item: 'jsonb',
  collection_method: 'text',
  days_until_due: 'integer',
  payment_method_id: 'text',
  merchant_reference: 'text',
  metadata: 'jsonb',
  automatic_tax: 'boolean',
  anchor: 'timestamptz',
  cycle_index: 'integer',
  elapsed_cycles: 'integer',
  trial_end: 'timestamptz',
  current_period_start: 'timestamptz',
  current_period_end: 'timestamptz',
  expires_at: 'timestamptz',
  cancel_at: 'timestamptz',
  cancel_at_period_end: 'boolean',
  cancel_reason: 'text',
  cancel_reason_code: 'text',
  canceled_at: 'timestamptz',
  ended_at: 'timestamptz',
  paused_at: 'timestamptz',
  resumes_at: 'timestamptz',
  phase_cycles_left: 'integer',
  phases: 'jsonb',
  pending_lines: 'jsonb',
  discount: 'jsonb',
  usage_from: 'timestamptz',
  credit_balance: 'bigint',
  covered_amount: 'bigint',
  covered_tax: 'bigint',
  covered_from: 'timestamptz',
  covered_until: 'timestamptz',
  open_invoice_id: 'text',
  latest_invoice_id: 'text',
  test_clock_id: 'text',
  next_at: 'timestamptz',
  remind_at: 'timestamptz',
  reminded_for: 'timestamptz',
  updated_at: 'timestamptz',
};
const columns = {
  ...key,
  ...changes,
  customer_id: 'text',
  currency: 'text',
  description: 'text',
  time_zone: 'text',
  started_at: 'timestamptz',
  trial_start: 'timestamptz',
  request_key: 'text',
  created_at: 'timestamptz',
};

const insert = insertRows('subscriptions', columns);
export const insertSubscriptions = (rows: SubscriptionRow[]): Statement[] => insert(rows.map(withNext));

const raised = { set: 'version = t.version + 1' };
const write = updateRows('subscriptions', key, changes, 'subscription', raised);
const writeVersion = updateRows(
  'subscriptions',
  { ...key, version: 'integer' },
  changes,
  'subscription_version',
  raised,
);

/** The rows must be locked by the caller; when each is due again follows from what it has become. */
export const writeSubscriptions = (rows: SubscriptionRow[]): Statement[] => write(rows.map(withNext));

/** Without a lock: fails when somebody changed one of them since it was read. */
export const writeUnchanged = (rows: SubscriptionRow[]): Statement[] =>
  writeVersion(rows.map((row) => ({ ...withNext(row), m_version: row.version })));

const withNext = (row: SubscriptionRow) => ({ ...row, next_at: nextDue(row), remind_at: reminderOf(row)?.at ?? null });

/** When the billing run has something to do with it; null when only a payment or a person moves it on. */
export function nextDue(s: SubscriptionRow): Date | null {
  if (isEnded(s)) return null;
  if (s.status === 'incomplete') return s.expires_at;
  const renewal = s.paused_at ? s.resumes_at : s.open_invoice_id ? null : s.current_period_end;
  if (renewal === null || s.cancel_at === null) return renewal ?? s.cancel_at;
  return renewal < s.cancel_at ? renewal : s.cancel_at;
}

export const isEnded = (s: { status: SubscriptionStatus }) =>
  s.status === 'canceled' || s.status === 'incomplete_expired';

export function moved(s: SubscriptionRow, to: SubscriptionStatus): SubscriptionRow {
  assert(s.status === to || transitions[s.status].includes(to), `a subscription goes from ${s.status} to ${to}`);
  return { ...s, status: to };
}

export const cycleOf = (s: SubscriptionRow): Cycle => ({
  anchor: s.anchor,
  interval: s.item.interval,
  interval_count: s.item.interval_count,
  time_zone: s.time_zone,
});

/** The columns that say again what the item says, for the filters. */
export const withItem = (s: SubscriptionRow, item: Item): SubscriptionRow => ({
  ...s,
  item,
  product_id: item.product,
  price_id: item.price,
  price_snapshot_id: item.price_snapshot,
  quantity: item.quantity,
});

/** What the next period is billed by, and how many periods of that there are. */
export function nextItem(s: SubscriptionRow): { item: Item; left: number | null; phases: Phase[] } {
  // The trial is no period of the first phase.
  const left = s.phase_cycles_left === null || s.status === 'trialing' ? s.phase_cycles_left : s.phase_cycles_left - 1;
  const [phase, ...phases] = s.phases;
  if (left !== 0) return { item: s.item, left, phases: s.phases };
  if (!phase) return { item: s.item, left: null, phases: [] };
  const { cycles, ...item } = phase;
  return { item, left: cycles, phases };
}

const find = async (query: Executor | Tx, account_id: string, id: string, lock: RawBuilder<unknown>) => {
  const { rows } =
    await sql<SubscriptionRow>`select * from subscriptions where account_id = ${account_id} and id = ${id} ${lock}`.execute(
      query,
    );
  if (!rows[0]) throw notFound('subscription', id);
  return rows[0];
};

export const findSubscription = (query: Executor | Tx, account_id: string, id: string): Promise<SubscriptionRow> =>
  find(query, account_id, id, sql``);

/** Nobody else moves it until the transaction ends. A subscription is locked before its invoices, by everybody. */
export const lockSubscription = (tx: Tx, account_id: string, id: string): Promise<SubscriptionRow> =>
  find(tx, account_id, id, sql`for no key update`);

export function refuseEnded(s: SubscriptionRow, verb: string): void {
  if (!isEnded(s)) return;
  throw new Fault('state_invalid', `This subscription cannot be ${verb}: it is '${s.status}'. Make a new one.`, {
    param: 'id',
  });
}
