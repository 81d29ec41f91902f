// Rates of one day: where they are kept, what one currency is in another by them, and when they are too old to go by. The release brings
// one day with it, so that a sandbox without a network has rates, too.

import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import type { Executor, Tx } from '../db/db.ts';
import { must } from '../kit/assert.ts';
import { newId } from '../kit/id.ts';
import type { Currency } from '../kit/money.ts';
import { addDays, localDay } from '../ledger/calendar.ts';
import type { Env } from '../operation/context.ts';
import { decimalOf, type Fraction, fractionOf } from './convert.ts';
import { type DailyRates, parseDailyRates } from './ecb.ts';

export type SnapshotRow = {
  id: string;
  source: 'ecb';
  base: 'EUR';
  published_on: string;
  rates: Record<string, string>;
  shipped: boolean;
  created_at: Date;
};

/**
 * Currencies that the European Central Bank does not name, held by their own central bank at so many for one dollar: the dirham since
 * 1997, the Bahraini dinar since 2001. The Kuwaiti dinar follows a basket that is not told, so there is no rate of it; of Bitcoin the
 * gateway has one of its own (payments/bitcoin-rate.ts).
 */
export const pegs: Partial<Record<Currency, string>> = { AED: '3.6725', BHD: '0.376' };

/** How much of a currency one euro is. */
function inEuro({ rates }: Pick<SnapshotRow, 'rates'>, currency: Currency): Fraction | undefined {
  if (currency === 'EUR') return { numerator: 1n, denominator: 1n };
  const own = rates[currency];
  if (own !== undefined) return fractionOf(own);
  const peg = pegs[currency];
  const dollar = rates.USD;
  if (peg === undefined || dollar === undefined) return undefined;
  const [a, b] = [fractionOf(dollar), fractionOf(peg)];
  return a && b && { numerator: a.numerator * b.numerator, denominator: a.denominator * b.denominator };
}

/** Units of `to` for one `from`, as decimal text; undefined when the day has none for either of them. */
export function rateOf(snapshot: Pick<SnapshotRow, 'rates'>, from: Currency, to: Currency): string | undefined {
  const [one, other] = [inEuro(snapshot, from), inEuro(snapshot, to)];
  if (!one || !other) return undefined;
  return decimalOf({
    numerator: other.numerator * one.denominator,
    denominator: other.denominator * one.numerator,
  });
}

const columns = sql.raw('id, source, base, published_on, rates, shipped, created_at');

export async function findSnapshot(query: Executor | Tx, id: string): Promise<SnapshotRow | undefined> {
  const { rows } = await sql<SnapshotRow>`select ${columns} from fx_rate_snapshots where id = ${id}`.execute(query);
  return rows[0];
}

/** The newest day there is. An installation that never fetched one keeps the release's. */
export async function latestSnapshot(env: Env, query: Executor | Tx = env.db.query): Promise<SnapshotRow> {
  const read = async () =>
    (
      await sql<SnapshotRow>`select ${columns} from fx_rate_snapshots where source = 'ecb' order by published_on desc limit 1`.execute(
        query,
      )
    ).rows[0];
  const found = await read();
  if (found) return found;
  await keepSnapshot(env, query, await shippedRates(), true);
  return must(await read(), 'the rates of the release are there');
}

/** Kept once, however many processes fetched the same day. Returns whether it was new. */
export async function keepSnapshot(
  env: Env,
  query: Executor | Tx,
  { published_on, rates }: DailyRates,
  shipped = false,
): Promise<boolean> {
  const { rows } = await sql`
    insert into fx_rate_snapshots (id, source, base, published_on, rates, shipped, created_at)
    values (${newId('fxs', env)}, 'ecb', 'EUR', ${published_on}::date, ${JSON.stringify(rates)}::jsonb, ${shipped}, ${env.clock.now()})
    on conflict (source, published_on) do nothing returning id`.execute(query);
  return rows.length > 0;
}

export const shippedRates = async (): Promise<DailyRates> =>
  await parseDailyRates(await readFile(new URL('./shipped-rates.xml', import.meta.url), 'utf8'));

/** Live money goes by no rate older than the installation allows; in the sandbox any will do, and its day is shown. */
export function isStale({ env, mode }: { env: Env; mode: 'sandbox' | 'live' }, snapshot: SnapshotRow): boolean {
  if (mode === 'sandbox') return false;
  return addDays(snapshot.published_on, env.config.fx_rates_max_age_days) < localDay(env.clock.now(), 'UTC');
}
