// `npm run florin seed`: many past payments at once, for whoever measures at volume. Rows of every table that a payment touches are
// made by the database itself, so that `florin verify` holds afterwards. In each 100 payments of an account 5 are declined and 2 are
// refunded in part. Must never touch an account that was there before.

import { type RawBuilder, sql } from 'kysely';
import type { Executor } from '../src/db/db.ts';
import { openSession } from '../src/db/session.ts';
import { must } from '../src/kit/assert.ts';
import { days } from '../src/kit/clock.ts';
import { ledgerAccounts } from '../src/ledger/account.ts';
import { localDay } from '../src/ledger/calendar.ts';
import { sealLedger } from '../src/ledger/seal.ts';
import type { Env } from '../src/operation/context.ts';
import { type PaymentRow, paymentObject } from '../src/payments/payment.ts';
import { settleDay } from '../src/settlements/settle.ts';
import { inTurns, type Payer, seedAccounts } from './seed.ts';

export type Volume = {
  payments: number;
  accounts: number;
  days: number;
  /** Only payments of so many last days have their events: they are nearly half of the bytes, and no proof reads them. */
  events_days?: number | undefined;
};

const batch = 40_000;

export async function seedVolume(env: Env, volume: Volume, say: (line: string) => void): Promise<Payer[]> {
  const since = performance.now();
  const elapsed = () => (performance.now() - since) / 1000;
  const payers = await seedAccounts(env, volume.accounts);
  const account_ids = payers.map((payer) => payer.ctx.account.account_id);
  // Two at a time: one waits for the disk while the other computes.
  const sessions = [1, 2].map(() =>
    openSession(env.db, { statement_timeout: '0', synchronous_commit: 'off', work_mem: '64MB', temp_buffers: '64MB' }),
  );
  const now = env.clock.now();
  try {
    for (const { query } of sessions)
      await sql`create temporary table seeding as ${source({ account_ids, volume, from: 0, until: 0, now })}`.execute(
        query,
      );
    let next = 0;
    await Promise.all(
      sessions.map(async ({ query }) => {
        for (let from = next; from < volume.payments; from = next) {
          next += batch;
          const until = Math.min(volume.payments, from + batch);
          await insertBatch(env, query, { account_ids, volume, from, until, now });
          if (until % 200_000 === 0) say(`${until} payments, ${Math.round(until / elapsed())} a second`);
        }
      }),
    );
    const { query } = must(sessions[0], 'a session is open');
    await insertBalances(query, account_ids);
    say(`${volume.payments} payments in ${elapsed().toFixed(0)} s; settling and sealing …`);
    // As the owner of the tables: without figures of what is in them every plan is a guess.
    await sql`set role none`.execute(query);
    await sql`vacuum analyze`.execute(query);
    say(`analyzed after ${elapsed().toFixed(0)} s`);
    await settleAll(payers);
    say(`settled after ${elapsed().toFixed(0)} s`);
    while ((await sealLedger(env)) > 0);
    await sql`analyze settlement_lines, ledger_seals`.execute(query);
    say(`sealed after ${elapsed().toFixed(0)} s`);
    return payers;
  } finally {
    await Promise.all(sessions.map((session) => session.close()));
  }
}

async function settleAll(payers: Payer[]): Promise<void> {
  await inTurns(payers.length, 2, async (at) => {
    const { ctx } = must(payers[at], 'there are payers');
    const day = localDay(ctx.env.clock.now(), ctx.account.time_zone);
    await ctx.env.db.tx((tx) => settleDay(ctx, tx, ctx.account.currency, day));
  });
}

type Batch = { account_ids: string[]; volume: Volume; from: number; until: number; now: Date };

const letters = '0123456789abcdefghjkmnpqrstvwxyz';
/** As kit/id writes a time: ten letters of five bits. */
const timeText = Array.from(
  { length: 10 },
  (_, i) => `substr('${letters}', ((ms >> ${45 - 5 * i}) & 31)::int + 1, 1)`,
).join(' || ');

/**
 * One row per payment. `n`: its number in its account; from it follows what became of it and its place in the chain: one for each
 * payment before that was not declined, and one for each refund.
 */
function source({ account_ids, volume, from, until, now }: Batch): RawBuilder<unknown> {
  const start = now.getTime() - days(volume.days);
  return sql`
    select *, 'pay_' || t || substr(h, 1, 16) as pay, 'att_' || t || substr(h, 17, 16) as att, 'sim_' || t || substr(h, 3, 16) as sim,
      're_' || t || substr(h, 5, 16) as re, 'att_' || t || substr(h, 9, 16) as re_att,
      least(amount, (amount * 290 + 5000) / 10000 + 30) as fee, amount / 4 as back,
      1 + n - (n + 12) / 20 + n / 50 as position, n % 20 = 7 as declined, n % 50 = 49 as refunded,
      to_timestamp(ms / 1000.0) as at, (to_timestamp(ms / 1000.0) at time zone 'UTC')::date + 2 as available_on
    from (select *, ${sql.raw(timeText)} as t, md5('florin' || i) as h
      from (select i, (${account_ids}::text[])[1 + i % ${volume.accounts}::int] as account_id, (i / ${volume.accounts}::int)::bigint as n,
          (100 + (i * 7919) % 49900)::bigint as amount, ${start}::bigint + (i * ${days(volume.days)}::bigint) / ${volume.payments}::bigint as ms
        from generate_series(${from}::bigint, ${until - 1}::bigint) as i) a offset 0) b`;
}

async function insertBatch(env: Env, query: Executor, batch: Batch): Promise<void> {
  const { volume, now } = batch;
  // Made once for the statements below.
  await sql`truncate seeding`.execute(query);
  await sql`insert into seeding ${source(batch)}`.execute(query);
  const rows = sql`seeding`;
  const card = `{"card": {"brand": "visa", "issuer": null, "country": "US", "funding": "credit", "exp_year": 2034, "exp_month": 12, "last_four": "4242"}, "type": "card", "billing_address": null}`;
  const answer = `{"cvc_result": "pass", "avs_result": "unchecked", "authorization_code": "104242"}`;
  const run = (statement: RawBuilder<unknown>) => statement.execute(query);
  await run(sql`insert into payments (account_id, id, status, amount, currency, capture, hosted, amount_authorized, amount_captured, amount_refunded, description,
      merchant_reference, payment_method, card_last_four, processing, decline_code, provider, provider_reference, version, created_at, updated_at)
    select account_id, pay, case when declined then 'failed' else 'completed' end, amount, 'USD', true, false,
      case when declined then 0 else amount end, case when declined then 0 else amount end, case when refunded then back else 0 end, 'Order ' || i,
      'order-' || i, ${card}::jsonb, '4242', ${answer}::jsonb, case when declined then 'insufficient_funds' end, 'simulator', sim, 2, at, at from ${rows}`);
  await run(sql`insert into attempts (account_id, id, payment_id, refund_id, kind, status, amount, provider, provider_reference, decline_code, processing, created_at, settled_at)
    select account_id, att, pay, null, 'authorize', case when declined then 'declined' else 'approved' end, amount, 'simulator', sim,
      case when declined then 'insufficient_funds' end, ${answer}::jsonb, at, at from ${rows}
    union all select account_id, re_att, pay, re, 'refund', 'approved', back, 'simulator', sim, null, '{}'::jsonb, at + interval '30 s', at + interval '30 s' from ${rows} where refunded`);
  await run(sql`insert into refunds (account_id, id, payment_id, status, amount, currency, reason, from_available, from_incoming, incoming_on, created_at, updated_at)
    select account_id, re, pay, 'succeeded', back, 'USD', 'requested_by_customer', 0, back, available_on, at + interval '30 s', at + interval '30 s' from ${rows} where refunded`);
  await run(sql`insert into ledger_postings (account_id, currency, position, id, recipe, source_id, group_id, amount, fee, available_on, provider_receivable, incoming, fees, created_at)
    select account_id, 'USD', position, 'lp_' || t || substr(h, 9, 16), 'capture', att, pay, amount, fee, available_on, amount, -(amount - fee), -fee, at from ${rows} where not declined
    union all select account_id, 'USD', position + 1, 'lp_' || t || substr(h, 2, 16), 'refund', re, pay, -back, 0, available_on, -back, back, 0, at + interval '30 s' from ${rows} where refunded`);
  await run(sql`insert into simulator_calls (account_id, reference, kind, provider_reference, amount, currency, status, captured, decline_code, processing, scenario, created_at)
    select account_id, att, 'authorize', sim, amount, 'USD', case when declined then 'declined' else 'approved' end, true,
      case when declined then 'insufficient_funds' end, ${answer}::jsonb, case when declined then 'insufficient_funds' else 'approved' end, at from ${rows}
    union all select account_id, re_att, 'refund', sim, back, 'USD', 'approved', false, null, '{}'::jsonb, 'approved', at + interval '30 s' from ${rows} where refunded`);
  const told_from = now.getTime() - days(volume.events_days ?? volume.days);
  const payload = (row: Partial<PaymentRow>) =>
    frozen(env, { payment_method: { type: 'card', ...JSON.parse(card) }, processing: JSON.parse(answer), ...row });
  const told = (type: string, order: number, text: RawBuilder<unknown>, where: RawBuilder<unknown>) => sql`
    select account_id, 'evt_' || t || ${sql.raw(`'${order}'`)} || substr(h, 1, 15), ${type}::text, pay, ${text}, at from ${rows} where ms >= ${told_from} and ${where}`;
  await run(sql`insert into events (account_id, id, type, object_id, payload, created_at)
    ${told('payment.created', 0, payload({ status: 'processing' }), sql`true`)} union all
    ${told('payment.completed', 1, payload({ status: 'completed', amount_authorized: mark, amount_captured: mark }), sql`not declined`)} union all
    ${told('payment.failed', 1, payload({ status: 'failed', decline_code: 'insufficient_funds' }), sql`declined`)}`);
}

const mark = 999_999_999_999;

/** The public object as text, with what differs from payment to payment put in by the database. */
function frozen(env: Env, row: Partial<PaymentRow>): RawBuilder<unknown> {
  const at = new Date(0);
  const whole = {
    id: '@pay@',
    amount: mark,
    currency: 'USD',
    capture: true,
    hosted: false,
    amount_authorized: 0,
    amount_captured: 0,
    amount_capture_pending: 0,
    amount_refunded: 0,
    amount_disputed: 0,
    released: false,
    description: '@order@',
    merchant_reference: '@reference@',
    metadata: {},
    return_url: null,
    cancel_url: null,
    customer_id: null,
    email: null,
    checkout_session_id: null,
    request_id: null,
    card_id: null,
    payment_method_id: null,
    card_last_four: '4242',
    breakdown: null,
    decline_code: null,
    provider: 'simulator',
    provider_reference: '@sim@',
    next_action_url: null,
    created_at: at,
    updated_at: at,
    ...row,
  };
  const values: Record<string, string> = {
    '@pay@': 'pay',
    '@order@': `'Order ' || i`,
    '@reference@': `'order-' || i`,
    '@sim@': 'sim',
    [String(mark)]: 'amount',
    [at.toISOString()]: `to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
  };
  const text = JSON.stringify(paymentObject(env, whole as PaymentRow));
  const parts = text.split(new RegExp(`(${Object.keys(values).join('|')})`));
  return sql`concat(${sql.join(parts.map((part) => (values[part] === undefined ? sql`${part}::text` : sql.raw(`(${values[part]})::text`))))})`;
}

async function insertBalances(query: Executor, account_ids: string[]): Promise<void> {
  const sums = sql.raw(ledgerAccounts.map((account) => `sum(${account})`).join(', '));
  await sql`insert into balances (account_id, currency, position, updated_at, ${sql.raw(ledgerAccounts.join(', '))})
    select account_id, currency, count(*), max(created_at), ${sums} from ledger_postings where account_id = any(${account_ids}) group by 1, 2`.execute(
    query,
  );
}
