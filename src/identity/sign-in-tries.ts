// How often somebody may try to sign in: counted per account and per address, over all processes, also for accounts that do not
// exist, so that the limit tells nobody which do. Counted before the work, so that many at once are no way around it.

import { sql } from 'kysely';
import { minutes } from '../kit/clock.ts';
import { hmac } from '../kit/crypto.ts';
import { Fault } from '../kit/fault.ts';
import type { Env } from '../operation/context.ts';

const window_ms = minutes(15);

/** An address may be that of a whole office. */
export const limits = { account: 10, address: 100, mail: 5 } as const;
type Kind = keyof typeof limits;

const subjectOf = (env: Env, kind: Kind, name: string) => hmac(env.keys.people, `${kind} ${name}`);

/** Counts one try; says whether it is within the limit, and when the window ends. */
export async function countTry(env: Env, kind: Kind, name: string): Promise<{ within: boolean; retry_after: number }> {
  const now = env.clock.now();
  const begin = new Date(now.getTime() - window_ms);
  const { rows } = await sql<{ tries: number; since: Date }>`
    insert into sign_in_tries as t (subject, tries, since) values (${subjectOf(env, kind, name)}, 1, ${now})
    on conflict (subject) do update set tries = case when t.since <= ${begin} then 1 else t.tries + 1 end,
      since = case when t.since <= ${begin} then excluded.since else t.since end
    returning tries, since`.execute(env.db.query);
  const [row] = rows;
  const left = (row?.since.getTime() ?? now.getTime()) + window_ms - now.getTime();
  return { within: (row?.tries ?? 1) <= limits[kind], retry_after: Math.max(1, Math.ceil(left / 1000)) };
}

export async function refuseTooMany(env: Env, kind: Kind, name: string): Promise<void> {
  const { within, retry_after } = await countTry(env, kind, name);
  if (within) return;
  throw new Fault(
    'rate_limited',
    `Too many tries. Wait ${Math.ceil(retry_after / 60)} minutes and try again, or reset your password.`,
    { retry_after },
  );
}

export async function forgetTries(env: Env, kind: Kind, name: string): Promise<void> {
  await env.db.query
    .deleteFrom('sign_in_tries')
    .where('subject', '=', subjectOf(env, kind, name))
    .execute();
}

/** For the worker: what lies behind. Sessions and links are gone a month after they ended. */
export async function forgetOldPeopleData(env: Env): Promise<void> {
  const now = env.clock.now();
  const before = new Date(now.getTime() - window_ms);
  const month = new Date(now.getTime() - 30 * 86_400_000);
  await env.db.query.deleteFrom('sign_in_tries').where('since', '<', before).execute();
  await env.db.query.deleteFrom('user_tokens').where('expires_at', '<', month).execute();
  await env.db.query.deleteFrom('user_sessions').where('expires_at', '<', month).execute();
}
