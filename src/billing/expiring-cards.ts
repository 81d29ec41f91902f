// The daily look at saved cards in their last month: one that something active renews with is told of once in that month. Real time: a
// customer who lives by a test clock is left out.

import { sql } from 'kysely';
import { type Executor, runAll, type Tx } from '../db/db.ts';
import { emitStatements, newEvent } from '../events/emit.ts';
import { isMailed } from '../events/mailed.ts';
import { loadAccount } from '../identity/account.ts';
import { newId } from '../kit/id.ts';
import { localDay } from '../ledger/calendar.ts';
import type { Account, Ctx, Env } from '../operation/context.ts';
import { findPaymentMethod, lastDayOf, paymentMethodObject } from '../vault/payment-method.ts';
import type { Item } from './subscription.ts';

/** What will be charged to card `p` of customer `c`: its own, or the customer's usual one where it has none. */
const renewing = sql`from subscriptions s
  where s.account_id = p.account_id and s.customer_id = p.customer_id and s.test_clock_id is null
    and s.status in ('trialing', 'active', 'past_due') and s.paused_at is null and not s.cancel_at_period_end
    and s.collection_method = 'charge_automatically'
    and (s.payment_method_id = p.id or c.default_payment_method = p.id and not exists (
      select 1 from payment_methods own where own.account_id = s.account_id and own.id = s.payment_method_id and own.detached_at is null))`;

const withCustomer = sql`payment_methods p join customers c on c.account_id = p.account_id and c.id = p.customer_id and c.deleted_at is null`;

/** The products that this card pays for. */
export async function findActiveOf(
  query: Executor | Tx,
  account_id: string,
  id: string,
): Promise<Pick<Item, 'product' | 'product_name'>[]> {
  const { rows } = await sql<Pick<Item, 'product' | 'product_name'>>`
    select distinct u.product, u.product_name from ${withCustomer}
    cross join lateral (select s.item ->> 'product' as product, s.item ->> 'product_name' as product_name ${renewing}) u
    where p.account_id = ${account_id} and p.id = ${id} and p.detached_at is null order by u.product_name limit 10`.execute(
    query,
  );
  return rows;
}

/** Returns how many were told of. May run as often as it likes. */
export async function tellExpiringCards(env: Env, limit = 200): Promise<number> {
  const now = env.clock.now();
  // Every zone's month is within a day of this one's: accounts are chosen roughly, then asked for their own month.
  const months = [-1, 1].map((day) => monthOf(new Date(now.getTime() + day * 86_400_000), 'UTC').last);
  const { rows } = await sql<{ account_id: string }>`
    select a.account_id from accounts a where exists (
      select 1 from payment_methods p where p.account_id = a.account_id and p.expires_on = any(${months}::date[]) and p.detached_at is null)
    order by a.account_id`.execute(env.db.query);
  let count = 0;
  for (const { account_id } of rows) {
    const account = await loadAccount(env.db.query, account_id);
    if (!account) continue;
    for (let told = limit; told === limit; count += told) told = await tellSome(env, account, now, limit);
  }
  return count;
}

async function tellSome(env: Env, account: Account, now: Date, limit: number): Promise<number> {
  const ctx: Ctx = { env, account, actor: { kind: 'system' }, request_id: newId('job', env) };
  const { account_id } = account;
  const { first, last } = monthOf(now, account.time_zone);
  const count = await env.db.tx(async (tx) => {
    const { rows } = await sql<{ id: string }>`
      insert into card_expiry_notices (account_id, payment_method_id, month, created_at)
      select p.account_id, p.id, ${first}::date, ${now} from ${withCustomer}
      where p.account_id = ${account_id} and p.expires_on = ${last}::date and p.detached_at is null and exists (select 1 ${renewing})
        and not exists (select 1 from card_expiry_notices n
          where n.account_id = p.account_id and n.payment_method_id = p.id and n.month = ${first}::date)
      order by p.id limit ${limit}
      on conflict do nothing returning payment_method_id as id`.execute(tx);
    for (const { id } of rows) {
      const { row, card } = await findPaymentMethod(tx, account_id, id);
      const object = paymentMethodObject(row, card);
      const reacts = isMailed(account, 'payment_method.expiring');
      await runAll(tx, emitStatements([newEvent(ctx, 'payment_method.expiring', object, undefined, reacts)]));
    }
    return rows.length;
  });
  if (count > 0) env.nudge();
  return count;
}

function monthOf(at: Date, time_zone: string): { first: string; last: string } {
  const [year = 0, month = 0] = localDay(at, time_zone).split('-').map(Number);
  return { first: `${localDay(at, time_zone).slice(0, 7)}-01`, last: lastDayOf(year, month) };
}
