// What the tables hold, so that a test can say "and nothing was written": rows are counted, and their text is hashed, because
// an update writes without adding a row. Reads as the database's owner would; never changes anything.

import pg from 'pg';
import type { World } from './world.ts';

export const mainTables = [
  'payments',
  'attempts',
  'card_setups',
  'late_effects',
  'refunds',
  'customers',
  'cards',
  'tokens',
  'payment_methods',
  'checkout_sessions',
  'meters',
  'meter_events',
  'products',
  'prices',
  'price_snapshots',
  'tax_rates',
  'coupons',
  'promotion_codes',
  'coupon_redemptions',
  'payment_links',
  'fx_settings',
  'conversions',
  'billing_settings',
  'billing_numbers',
  'test_clocks',
  'subscriptions',
  'invoices',
  'invoice_lines',
  'invoice_sellers',
  'credit_notes',
  'credit_note_lines',
  'portal_settings',
  'portal_sessions',
  'portal_link_requests',
  'page_links',
  'events',
  'outbox',
  'balances',
  'ledger_postings',
  'idempotency_keys',
  'api_keys',
  'users',
  'user_merchants',
  'pictures',
  'mails',
  'customer_mails',
  'mail_causes',
  'email_settings',
  'card_expiry_notices',
  'api_key_hashes',
  'access_keys',
  'access_key_secrets',
  'webhook_endpoints',
  'deliveries',
  'delivery_tries',
  'simulator_calls',
  'bank_accounts',
  'payouts',
  'simulator_transfers',
  'disputes',
  'fraud_warnings',
  'files',
  'provider_notices',
  'simulator_disputes',
  'bitcoin_invoices',
  'simulator_invoices',
  'simulator_coins',
] as const;

export type TableName = (typeof mainTables)[number];
export type RowCounts = Record<TableName, { rows: number; text: string }>;

const text = mainTables
  .map(
    (name) =>
      `select '${name}' as name, count(*)::int as rows, coalesce(md5(string_agg(md5(t::text), '' order by md5(t::text))), '') as text from ${name} t`,
  )
  .join(' union all ');

const clients = new WeakMap<World, Promise<pg.Client>>();

/** Of a small database: every row is read. The connection is kept until the world drops its database. */
export async function rowCounts(world: World): Promise<RowCounts> {
  let client = clients.get(world);
  if (!client) {
    client = connect(world.url);
    clients.set(world, client);
  }
  const { rows } = await (await client).query<{ name: TableName; rows: number; text: string }>(text);
  return Object.fromEntries(rows.map(({ name, ...rest }) => [name, rest])) as RowCounts;
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  // The world drops its database with force.
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** Names of the tables that differ. */
export const changedTables = (before: RowCounts, after: RowCounts): TableName[] =>
  mainTables.filter((name) => before[name].rows !== after[name].rows || before[name].text !== after[name].text);

/** Rows gained by table; tables that gained none are left out, and the outbox: only events that somebody waits for pass through it. */
export const gained = (before: RowCounts, after: RowCounts): Partial<Record<TableName, number>> =>
  Object.fromEntries(
    mainTables
      .filter((name) => name !== 'outbox' && before[name].rows !== after[name].rows)
      .map((name) => [name, after[name].rows - before[name].rows]),
  );
