// What providers told, as rows: stored once, waiting until applied; and when to ask them again. Applies nothing.

import { type RawBuilder, sql } from 'kysely';
import type { Notice } from '../connectors/connector.ts';
import type { Tx } from '../db/db.ts';
import { days, plus, seconds } from '../kit/clock.ts';

/** What waits for this dispute may be applied now. */
export async function wakeNotices(
  tx: Tx,
  account_id: string,
  provider: string,
  subject: string,
  now: Date,
): Promise<void> {
  await sql`
    update provider_notices set next_at = ${now}
    where account_id = ${account_id} and provider = ${provider} and subject = ${subject} and applied_at is null`.execute(
    tx,
  );
}

/** Without a hint: a provider that says nothing by itself is asked this often while money moves. */
const soon = 30;

/** Something is about to happen there: the intervals begin anew. */
export async function askSooner(tx: Tx, account_id: string, provider: string, now: Date): Promise<void> {
  await sql`
    update provider_cursors set poll_at = least(poll_at, ${plus(now, seconds(soon))}), every_s = ${soon}
    where account_id = ${account_id} and provider = ${provider}`.execute(tx);
}

const subjectOf = (notice: Notice) =>
  notice.kind === 'fraud_warning' ? notice.provider_reference : notice.dispute_reference;

type Told = { account_id: string; provider: string; now: Date };

export function storeNotices({ account_id, provider, now }: Told, notices: Notice[]): RawBuilder<unknown> {
  return sql`
    insert into provider_notices (account_id, provider, id, kind, subject, body, happened_at, received_at, next_at)
    select ${account_id}, ${provider}, u.id, u.kind, u.subject, u.body::jsonb, u.happened_at, ${now}, ${now}
    from unnest(${notices.map((n) => n.id)}::text[], ${notices.map((n) => n.kind)}::text[], ${notices.map(subjectOf)}::text[],
      ${notices.map((n) => JSON.stringify(n))}::text[], ${notices.map((n) => n.at)}::timestamptz[]) as u (id, kind, subject, body, happened_at)
    on conflict (account_id, provider, id) do nothing`;
}

/** Times come back from jsonb as text. */
export function readNotice(body: unknown): Notice {
  const notice = body as Record<string, unknown>;
  const dates = ['at', 'evidence_due_by'].filter((name) => notice[name] !== undefined);
  return { ...notice, ...Object.fromEntries(dates.map((name) => [name, new Date(String(notice[name]))])) } as Notice;
}

export type Source = { account_id: string; provider: string; cursor: string | null; every_s: number };

const longest = 600;
const watched = days(180);

/**
 * Takes the accounts to ask now: those with a hint at once; those whose money moved since the last question, every half minute; the
 * others ever more seldom, at most every ten minutes; none after half a year without movement, in which no card network takes a dispute. Taking one moves its
 * time, so that a second worker passes over it. Only balances that moved lately are joined: with 100,000 accounts at rest this takes
 * 30 ms, with all of them joined 700 ms. `all` joins them, and finds accounts that moved first while no worker ran.
 */
export function takeSources(now: Date, all: boolean, hinted: string[]): RawBuilder<Source> {
  const moved = sql`exists (select 1 from balances b where b.account_id = c.account_id and b.updated_at > c.polled_at)`;
  const rested = sql`c.polled_at < ${plus(now, -seconds(soon))}`;
  const every_s = sql`case when ${moved} then ${soon}::integer else least(${longest}::integer, c.every_s * 2) end`;
  return sql<Source>`
    insert into provider_cursors as c (account_id, provider, polled_at, poll_at, every_s)
    select due.account_id, due.provider, ${now}::timestamptz, ${plus(now, seconds(soon))}::timestamptz, ${soon}::integer from (
      (select b.account_id, a.provider
       from (select account_id, max(updated_at) as moved_at from balances where updated_at > ${plus(now, all ? -watched : -seconds(30))}::timestamptz group by account_id) b
       join accounts a on a.account_id = b.account_id
       left join provider_cursors c on c.account_id = b.account_id and c.provider = a.provider
       where ${all} or c.account_id is null or (b.moved_at > c.polled_at and ${rested})
       order by c.polled_at nulls first limit 500)
      union
      (select a.account_id, a.provider from accounts a where a.account_id = any(${hinted}::text[]))
      union
      (select c.account_id, c.provider from provider_cursors c
       where c.poll_at <= ${now} and exists (select 1 from balances b where b.account_id = c.account_id and b.updated_at > ${plus(now, -watched)}::timestamptz)
       order by c.poll_at limit 500)) due
    on conflict (account_id, provider) do update set polled_at = ${now}::timestamptz, every_s = ${every_s}, poll_at = ${now}::timestamptz + make_interval(secs => ${every_s})
    where ${all} or c.account_id = any(${hinted}::text[]) or c.poll_at <= ${now} or (${moved} and ${rested})
    returning c.account_id, c.provider, c.cursor, c.every_s`;
}
