// Mails to customers that are due: which events somebody is to be written about, and writing those mails. Apart from the outbox, so that
// whatever a mail takes (reading, wording, a lock in its way) holds up no webhook. Sends nothing: that is src/mail.

import { sql } from 'kysely';
import type { Tx } from '../db/db.ts';
import type { EventType } from '../events/event.ts';
import { loadAccount } from '../identity/account.ts';
import { minutes, plus } from '../kit/clock.ts';
import { newId } from '../kit/id.ts';
import type { Account, Ctx, Env } from '../operation/context.ts';
import { mailCustomer } from './mail-customer.ts';

/** Without a type: the event is not kept any more, and nobody is told of it. */
type Due = { event_id: string; type: EventType | null; object_id: string; created_at: Date };

/** Of one account in a row: another's first mail does not wait for all of these. */
const most = 50;

/** How many are worded at once. */
const width = 4;

/** A process that died has given its rows back after this long. */
const lease = minutes(1);

/** In the transaction that takes these events out of the outbox. An event that comes by again is written about once all the same. */
export async function noteMails(tx: Tx, account_id: string, event_ids: string[], now: Date): Promise<void> {
  if (event_ids.length === 0) return;
  await sql`insert into mail_causes (account_id, event_id, try_at)
    select ${account_id}, id, ${now}::timestamptz from unnest(${event_ids}::text[]) id on conflict do nothing`.execute(
    tx,
  );
}

/** Some of each account that has any; returns how many were dealt with. */
export async function writeDueMails(env: Env): Promise<number> {
  const { rows } = await sql<{ account_id: string }>`
    select distinct account_id from (
      select account_id from mail_causes where try_at <= ${env.clock.now()} order by try_at limit 1000) due`.execute(
    env.db.query,
  );
  let count = 0;
  for (const { account_id } of rows) count += await writeMailsOf(env, account_id);
  return count;
}

async function writeMailsOf(env: Env, account_id: string): Promise<number> {
  const due = await claim(env, account_id);
  if (due.length === 0) return 0;
  const account = await loadAccount(env.db.query, account_id);
  const done: string[] = [];
  const queue = [...due];
  const some = async () => {
    for (let one = queue.shift(); one; one = queue.shift())
      if (await written(env, account, one)) done.push(one.event_id);
  };
  await Promise.all(Array.from({ length: Math.min(width, due.length) }, some));
  env.probe('customer_mails.written');
  await sql`delete from mail_causes where account_id = ${account_id} and event_id = any(${done})`.execute(env.db.query);
  return due.length;
}

/** Moving the time forward is the claim. Where writing fails it comes again after 1 min, 2 min, … an hour at most. */
async function claim(env: Env, account_id: string): Promise<Due[]> {
  const now = env.clock.now();
  const { rows: causes } = await sql<{ event_id: string }>`
    update mail_causes set tries = tries + 1,
      try_at = ${plus(now, lease)}::timestamptz + least(3540, 60 * (power(2, least(tries, 6)) - 1)) * interval '1 second'
    where account_id = ${account_id} and event_id in (
      select event_id from mail_causes where account_id = ${account_id} and try_at <= ${now}
      order by try_at, event_id limit ${most} for update skip locked)
    returning event_id`.execute(env.db.query);
  if (causes.length === 0) return [];
  const { rows } = await sql<Due>`
    select u.id as event_id, e.type, e.object_id, e.created_at from unnest(${causes.map((one) => one.event_id)}::text[]) u (id)
    left join events e on e.account_id = ${account_id} and e.id = u.id order by u.id`.execute(env.db.query);
  return rows;
}

/** The account may be gone, and with it everybody who would be written to. */
async function written(env: Env, account: Account | undefined, due: Due): Promise<boolean> {
  const { event_id: id, object_id, type, created_at } = due;
  if (!account || type === null) return true;
  const ctx: Ctx = { env, account, actor: { kind: 'system' }, request_id: newId('job', env) };
  try {
    await mailCustomer(ctx, object_id, { id, type, created_at });
    return true;
  } catch (error) {
    env.log.error({ event: id, type, error }, 'a mail to a customer could not be written and will be tried again');
    return false;
  }
}
