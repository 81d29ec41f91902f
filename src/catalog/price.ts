// A price: for how much, in which currencies and how often a product is sold. What is about money is its snapshot's, written once per
// edit; the price names the one of now. Its public shape, and how both are found.

import type { Selectable } from 'kysely';
import Type, { type Static } from 'typebox';
import type { Executor, Tx } from '../db/db.ts';
import type { PriceSnapshots, Prices } from '../db/types.ts';
import { notFound } from '../kit/fault.ts';
import { Metadata, nullable } from '../operation/fields.ts';
import { pricingModels, type Terms, tiersModes } from './pricing.ts';
import { type StoredTerms, Transform } from './terms.ts';

export type SnapshotRow = Omit<Selectable<PriceSnapshots>, keyof StoredTerms> & StoredTerms;
export type PriceRow = Omit<Selectable<Prices>, 'type' | 'metadata'> & {
  type: 'one_time' | 'recurring';
  metadata: Metadata;
};

const termsShape = {
  pricing_model: Type.Enum([...pricingModels]),
  amounts: Type.Array(
    Type.Object({
      currency: Type.String(),
      unit_amount: nullable(Type.Integer({ description: 'Minor units; null when tiered.' })),
      tiers: nullable(
        Type.Array(
          Type.Object({ up_to: nullable(Type.Integer()), unit_amount: Type.Integer(), flat_amount: Type.Integer() }),
        ),
      ),
    }),
  ),
  transform_quantity: nullable(Transform),
  meter: nullable(Type.String({ description: 'Of a price by usage: whose events are charged.' })),
  tiers_mode: nullable(Type.Enum([...tiersModes])),
  recurring: nullable(
    Type.Object({
      interval: Type.Enum(['day', 'week', 'month', 'year']),
      interval_count: Type.Integer(),
      trial_days: Type.Integer(),
    }),
  ),
};

export const SnapshotObject = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('price_snapshot'),
    price: Type.String(),
    ...termsShape,
    created_at: Type.String({ format: 'date-time' }),
  },
  { title: 'Price snapshot' },
);
export type SnapshotObject = Static<typeof SnapshotObject>;

export const PriceObject = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('price'),
    product: Type.String(),
    type: Type.Enum(['one_time', 'recurring']),
    ...termsShape,
    snapshot: Type.String({ description: 'The terms of now; each edit of them makes another.' }),
    nickname: nullable(Type.String()),
    lookup_key: nullable(Type.String({ description: 'Your own name of it; one price has it at a time.' })),
    priority: Type.Integer(),
    active: Type.Boolean({ description: 'False: archived. It is not sold anew.' }),
    metadata: Metadata,
    created_at: Type.String({ format: 'date-time' }),
    updated_at: Type.String({ format: 'date-time' }),
  },
  { title: 'Price' },
);
export type PriceObject = Static<typeof PriceObject>;

const shownTerms = (s: StoredTerms) => ({
  pricing_model: s.pricing_model,
  amounts: s.amounts,
  transform_quantity: s.divide_by !== null && s.round !== null ? { divide_by: s.divide_by, round: s.round } : null,
  meter: s.meter_id,
  tiers_mode: s.tiers_mode,
  recurring:
    s.billing_interval === null
      ? null
      : { interval: s.billing_interval, interval_count: s.interval_count ?? 1, trial_days: s.trial_days ?? 0 },
});

export const termsIn = (s: StoredTerms): Terms => shownTerms(s);

export const snapshotObject = (s: SnapshotRow): SnapshotObject => ({
  id: s.id,
  object: 'price_snapshot',
  price: s.price_id,
  ...shownTerms(s),
  created_at: s.created_at.toISOString(),
});

export const priceObject = ({ price: p, snapshot }: PriceNow): PriceObject => ({
  id: p.id,
  object: 'price',
  product: p.product_id,
  type: p.type,
  ...shownTerms(snapshot),
  snapshot: p.snapshot_id,
  nickname: p.nickname,
  lookup_key: p.lookup_key,
  priority: p.priority,
  active: p.active,
  metadata: p.metadata,
  created_at: p.created_at.toISOString(),
  updated_at: p.updated_at.toISOString(),
});

export type PriceNow = { price: PriceRow; snapshot: SnapshotRow };

export async function withSnapshots(query: Executor | Tx, account_id: string, prices: PriceRow[]): Promise<PriceNow[]> {
  if (prices.length === 0) return [];
  const ids = prices.map((price) => price.snapshot_id);
  const rows = await query
    .selectFrom('price_snapshots')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('id', 'in', ids)
    .execute();
  const found = new Map(rows.map((row) => [row.id, row as unknown as SnapshotRow]));
  return prices.flatMap((price) => {
    const snapshot = found.get(price.snapshot_id);
    return snapshot ? [{ price, snapshot }] : [];
  });
}

/** Several at once, in one read; an unknown id is simply not among them. */
export async function findPrices(
  query: Executor | Tx,
  account_id: string,
  ids: readonly string[],
): Promise<PriceNow[]> {
  if (ids.length === 0) return [];
  const rows = await query
    .selectFrom('prices')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('id', 'in', [...new Set(ids)])
    .execute();
  return await withSnapshots(query, account_id, rows as unknown as PriceRow[]);
}

/** The terms under which something was sold, whatever its price says now. */
export async function findSnapshot(query: Executor | Tx, account_id: string, id: string): Promise<SnapshotRow> {
  const row = await query
    .selectFrom('price_snapshots')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) throw notFound('price snapshot', id);
  return row as unknown as SnapshotRow;
}

export async function findPrice(
  query: Executor | Tx,
  account_id: string,
  id: string,
  param = 'price',
): Promise<PriceNow> {
  const [found] = await findPrices(query, account_id, [id]);
  if (!found) throw notFound('price', id, param);
  return found;
}

/** The row is held, so of two edits at once the second one sees the first one's snapshot. */
export async function lockPrice(tx: Tx, account_id: string, id: string): Promise<PriceNow> {
  const row = await tx
    .selectFrom('prices')
    .select('id')
    .where('account_id', '=', account_id)
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!row) throw notFound('price', id);
  return await findPrice(tx, account_id, id, 'id');
}
