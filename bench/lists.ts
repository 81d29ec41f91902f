// `npm run bench -- --lists`: the same page of each list, with each filter, from an account in a small database and from one in a
// database with many payments. The two take turns, so that whatever else the machine does falls on both. Only reads.

import { sql } from 'kysely';
import { loadAccount } from '../src/identity/account.ts';
import { mintKey } from '../src/identity/api-key.ts';
import { must } from '../src/kit/assert.ts';
import { idAt } from '../src/kit/id.ts';
import { Histogram } from './histogram.ts';
import type { Place, Server } from './place.ts';

/** A database with a server over it, and the key of its largest account. */
export type Shelf = { server: Server; key: string; payments: number; samples: Sample[] };

/** A payment of the account and what else a caller may know, drawn evenly over the whole time. */
type Sample = {
  id: string;
  amount: number;
  merchant_reference: string;
  position: number;
  day: string;
  next_day: string;
  event_id: string;
  event_of: string;
  refunded: string;
  settlement: string;
};

/** `rows`: of a page, on average. */
type Side = { p50: number; p95: number; rows: number };
export type ListFigure = {
  request: string;
  small: Side;
  large: Side;
  ratio: number;
  /** False where the large database's page has more rows on it: then the ratio tells of rows, not of how they are found. */
  alike: boolean;
};

const samples = 100;
const turns = 300;

type Make = (s: Sample) => string;
const at = (path: string, ...query: string[]) => (query.length === 0 ? path : `${path}?${query.join('&')}`);

/** By what it asks. Every documented filter, with matches and without, alone and where two meet; first pages and deep ones. */
const requests: Record<string, Make> = {
  'payments, newest': () => at('/v1/payments'),
  'payments, 100 a page': () => at('/v1/payments', 'limit=100'),
  'payments, from the middle on': (s) => at('/v1/payments', `starting_after=${s.id}`),
  'payments, back from the middle': (s) => at('/v1/payments', `ending_before=${s.id}`),
  'payments by status, common': () => at('/v1/payments', 'status=completed'),
  'payments by status, rare': () => at('/v1/payments', 'status=failed'),
  'payments by status, none': () => at('/v1/payments', 'status=authorized'),
  'payments by several statuses': () => at('/v1/payments', 'status=failed,cancelled,authorized'),
  'payments by status, deep': (s) => at('/v1/payments', 'status=failed', `starting_after=${s.id}`),
  'payments by currency': () => at('/v1/payments', 'currency=USD'),
  'payments by currency, none': () => at('/v1/payments', 'currency=EUR'),
  'payments by amount': (s) => at('/v1/payments', `amount=${s.amount}`),
  'payments by range of amount': (s) =>
    at('/v1/payments', `amount_min=${s.amount}`, `amount_max=${s.amount + Math.ceil(s.amount / 10)}`),
  'payments by least amount, few': () => at('/v1/payments', 'amount_min=49990'),
  'payments by least amount, none': () => at('/v1/payments', 'amount_min=70000'),
  'payments by e-mail, none': () => at('/v1/payments', 'email=nobody%40example.com'),
  'payments by last four, all': () => at('/v1/payments', 'card_last_four=4242'),
  'payments by last four, none': () => at('/v1/payments', 'card_last_four=1111'),
  'payments of a day': (s) => at('/v1/payments', `created_from=${s.day}`, `created_to=${s.next_day}`),
  'payments of a day by status': (s) =>
    at('/v1/payments', `created_from=${s.day}`, `created_to=${s.next_day}`, 'status=failed'),
  'payments of a day by amount': (s) =>
    at('/v1/payments', `created_from=${s.day}`, `created_to=${s.next_day}`, `amount=${s.amount}`),
  'payments by metadata, none': () => at('/v1/payments', 'metadata[cart]=c_77'),
  'payments by merchant reference': (s) => at('/v1/payments', `merchant_reference=${s.merchant_reference}`),
  'payments by customer, none': () => at('/v1/payments', 'customer=cus_none'),
  'payments by session, none': () => at('/v1/payments', 'checkout_session=cs_none'),
  'payments by invoice, none': () => at('/v1/payments', 'invoice=in_none'),
  'payments by subscription, none': () => at('/v1/payments', 'subscription=sub_none'),
  'a payment': (s) => at(`/v1/payments/${s.id}`),
  'timeline of a payment': (s) => at(`/v1/payments/${s.id}/timeline`),
  'refunds, newest': () => at('/v1/refunds'),
  'refunds of a payment': (s) => at('/v1/refunds', `payment=${s.refunded}`),
  'refunds by status': () => at('/v1/refunds', 'status=succeeded'),
  'refunds by status, none': () => at('/v1/refunds', 'status=pending'),
  'customers, newest': () => at('/v1/customers'),
  'customers by ids, none': () => at('/v1/customers', 'ids=cus_none,cus_nobody'),
  'customers by e-mail, none': () => at('/v1/customers', 'email=nobody%40example.com'),
  'customers by reference, none': () => at('/v1/customers', 'reference=none'),
  'customers of a day': (s) => at('/v1/customers', `created_from=${s.day}`, `created_to=${s.next_day}`),
  'invoices, newest': () => at('/v1/invoices'),
  'invoices by status, none': () => at('/v1/invoices', 'status=uncollectible'),
  'invoices of a day': (s) => at('/v1/invoices', `created_from=${s.day}`, `created_to=${s.next_day}`),
  'invoices due on a day': (s) => at('/v1/invoices', `due_from=${s.day}`, `due_to=${s.next_day}`),
  balances: () => at('/v1/balances'),
  'activities, newest': () => at('/v1/balance_activities'),
  'activities, from the middle on': (s) => at('/v1/balance_activities', `starting_after=act_USD_${s.position}`),
  'activities by type, common': () => at('/v1/balance_activities', 'type=charge'),
  'activities by type, rare': () => at('/v1/balance_activities', 'type=refund'),
  'activities by type, none': () => at('/v1/balance_activities', 'type=payout'),
  'activities of a payment': (s) => at('/v1/balance_activities', `payment=${s.id}`),
  'activities of a day': (s) => at('/v1/balance_activities', `created_from=${s.day}`, `created_to=${s.next_day}`),
  'settlements, newest': () => at('/v1/settlements'),
  'settlements of a day': (s) =>
    at('/v1/settlements', `settled_from=${s.day.slice(0, 10)}`, `settled_to=${s.next_day.slice(0, 10)}`),
  'transactions of a settlement': (s) => at(`/v1/settlements/${s.settlement}/transactions`),
  'events, newest': () => at('/v1/events'),
  'events, from the middle on': (s) => at('/v1/events', `starting_after=${s.event_id}`),
  'events by type, common': () => at('/v1/events', 'type=payment.completed'),
  'events by type, rare': () => at('/v1/events', 'type=payment.failed'),
  'events by type, none': () => at('/v1/events', 'type=refund.failed'),
  'events of an object': (s) => at('/v1/events', `object_id=${s.event_of}`),
  'events of a day': (s) => at('/v1/events', `created_gte=${s.day}`, `created_lt=${s.next_day}`),
};

/** The account with most postings is asked for; a key of its own is made for it. */
export async function openShelf({ env }: Place, server: Server): Promise<Shelf> {
  const { query } = env.db;
  const { rows } = await sql<{
    account_id: string;
  }>`select account_id from balances order by position desc limit 1`.execute(query);
  const { account_id } = must(rows[0], 'the database has payments');
  const account = must(await loadAccount(query, account_id), 'the account is there');
  const { text } = await env.db.tx((tx) =>
    mintKey(env, tx, { account_id, mode: account.mode }, { kind: 'secret', name: 'lists', expires_at: null }),
  );
  const { rows: counted } = await sql<{ n: number }>`select count(*)::bigint as n from payments`.execute(query);
  return { server, key: text, payments: counted[0]?.n ?? 0, samples: await draw(query, account_id) };
}

async function draw(query: Place['env']['db']['query'], account_id: string): Promise<Sample[]> {
  const first = async (found: ReturnType<typeof sql<Record<string, string & number>>>) =>
    (await found.execute(query)).rows[0];
  const range = must(
    await first(sql`select (extract(epoch from (select created_at from payments where account_id = ${account_id} order by id limit 1)) * 1000)::bigint as since,
      (extract(epoch from (select created_at from payments where account_id = ${account_id} order by id desc limit 1)) * 1000)::bigint as until`),
    'the account has payments',
  );
  const [since, until] = [Number(range['since']), Number(range['until'])];
  const drawn: Sample[] = [];
  for (let i = 0; i < samples; i++) {
    const time = new Date(since + ((i + 0.5) / samples) * (until - since));
    const from = (prefix: string) => idAt(prefix, time);
    const payment = must(
      await first(sql`select p.id, p.amount, p.merchant_reference, l.position from payments p
        join ledger_postings l on l.account_id = p.account_id and l.group_id = p.id and l.recipe = 'capture'
        where p.account_id = ${account_id} and p.id >= ${from('pay')} order by p.id limit 1`),
      'a payment is there',
    );
    const event = await first(
      sql`select id, object_id from events where account_id = ${account_id} and id >= ${from('evt')} order by id limit 1`,
    );
    const refund = await first(
      sql`select payment_id from refunds where account_id = ${account_id} and id >= ${from('re')} order by id limit 1`,
    );
    const settlement = await first(sql`select id from settlements where account_id = ${account_id} limit 1`);
    drawn.push({
      id: String(payment['id']),
      amount: Number(payment['amount']),
      merchant_reference: String(payment['merchant_reference']),
      position: Number(payment['position']),
      day: time.toISOString(),
      next_day: new Date(time.getTime() + 86_400_000).toISOString(),
      event_id: event?.['id'] ?? 'evt_none',
      event_of: event?.['object_id'] ?? 'pay_none',
      refunded: refund?.['payment_id'] ?? String(payment['id']),
      settlement: String(settlement?.['id'] ?? 'setl_none'),
    });
  }
  return drawn;
}

async function ask({ server, key }: Shelf, path: string): Promise<{ ms: number; rows: number }> {
  const since = performance.now();
  const answer = await fetch(`${server.origin}${path}`, { headers: { authorization: `Bearer ${key}` } });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`GET ${path} answered ${answer.status}: ${text.slice(0, 200)}`);
  const ms = performance.now() - since;
  const { data } = JSON.parse(text) as { data?: unknown[] };
  return { ms, rows: data?.length ?? 1 };
}

export async function measureLists(small: Shelf, large: Shelf, say: (line: string) => void): Promise<ListFigure[]> {
  const figures: ListFigure[] = [];
  for (const [request, make] of Object.entries(requests)) {
    const [one, other] = [small, large].map((shelf) => ({ shelf, histogram: new Histogram(), rows: 0 }));
    const sides = [must(one, 'the small'), must(other, 'the large')];
    for (let turn = 0; turn < turns + 10; turn++) {
      for (const side of turn % 2 === 0 ? sides : sides.toReversed()) {
        const { samples } = side.shelf;
        const { ms, rows } = await ask(side.shelf, make(must(samples[(turn * 37) % samples.length], 'a sample')));
        if (turn < 10) continue;
        side.histogram.add(ms);
        side.rows += rows / turns;
      }
    }
    const figure = figureOf(request, sides.map(sideOf));
    figures.push(figure);
    say(lineOf(figure));
  }
  return figures;
}

const sideOf = ({ histogram, rows }: { histogram: Histogram; rows: number }): Side => ({
  p50: histogram.percentile_ms(0.5),
  p95: histogram.percentile_ms(0.95),
  rows,
});

function figureOf(request: string, sides: Side[]): ListFigure {
  const small = must(sides[0], 'measured');
  const large = must(sides[1], 'measured');
  return { request, small, large, ratio: large.p50 / small.p50, alike: large.rows <= small.rows * 1.1 };
}

function lineOf({ request, small, large, ratio, alike }: ListFigure): string {
  const side = ({ p50, p95, rows }: Side) =>
    `${p50.toFixed(2).padStart(7)} ${p95.toFixed(2).padStart(7)} ${rows.toFixed(0).padStart(4)}`;
  return `${request.padEnd(34)} ${side(small)} ${side(large)} ${ratio.toFixed(2).padStart(6)}${alike ? '' : '  (more rows)'}`;
}
