// The job that hears what providers tell by themselves: asks after the cursor, stores what is told together with the new cursor,
// then applies each notice in a transaction of its own. Any of it may run twice or in two processes at once.

import { sql } from 'kysely';
import { loadAccount } from '../identity/account.ts';
import { newId } from '../kit/id.ts';
import type { Account, Ctx, Env } from '../operation/context.ts';
import { applyNotice } from './apply-notice.ts';
import { readNotice, type Source, storeNotices, takeSources } from './notices.ts';

const pageSize = 100;

/** Returns how many notices were applied. `all`: asks every account now, whenever it was asked last; for tests and the command line. */
export async function pollNotices(env: Env, { all = false } = {}): Promise<number> {
  const { rows: sources } = await takeSources(env.clock.now(), all, await env.hinted()).execute(env.db.query);
  for (const source of sources) {
    await hear(env, source).catch((error) =>
      env.log.warn(
        { account_id: source.account_id, provider: source.provider, error },
        'a provider could not be asked for notices',
      ),
    );
  }
  return await applyWaiting(env);
}

async function hear(env: Env, { account_id, provider, cursor }: Source): Promise<void> {
  const connector = env.connector(provider, account_id);
  for (let after = cursor ?? undefined; ; ) {
    const page = await connector.notices(after, pageSize);
    const before = after ?? null;
    const { notices } = page;
    if (notices.length > 0 || page.cursor !== after) {
      await env.db.tx(async (tx) => {
        if (notices.length > 0) await storeNotices({ account_id, provider, now: env.clock.now() }, notices).execute(tx);
        // Another worker that read further is not set back.
        await sql`
          update provider_cursors set cursor = ${page.cursor ?? null}
          where account_id = ${account_id} and provider = ${provider} and cursor is not distinct from ${before}`.execute(
          tx,
        );
      });
    }
    if (notices.length < pageSize || page.cursor === after) return;
    after = page.cursor;
  }
}

type Waiting = { provider: string; id: string };

async function applyWaiting(env: Env): Promise<number> {
  const { rows: accounts } = await sql<{ account_id: string }>`
    select distinct account_id from (select account_id from provider_notices where applied_at is null and next_at <= ${env.clock.now()} order by next_at limit 1000) due`.execute(
    env.db.query,
  );
  let count = 0;
  for (const { account_id } of accounts) {
    const account = await loadAccount(env.db.query, account_id);
    if (account) count += await applyOf(env, account);
  }
  if (count > 0) env.nudge();
  return count;
}

async function applyOf(env: Env, account: Account): Promise<number> {
  const { account_id } = account;
  let count = 0;
  // An opening wakes the outcome that waited for it, hence the second look.
  for (let any = true; any; ) {
    any = false;
    const { rows } = await sql<Waiting>`
      select provider, id from provider_notices where account_id = ${account_id} and applied_at is null and next_at <= ${env.clock.now()}
      order by happened_at, id limit 500`.execute(env.db.query);
    for (const waiting of rows) {
      const ctx: Ctx = { env, account, actor: { kind: 'system' }, request_id: newId('job', env) };
      const result = await applyOne(ctx, waiting).catch(async (error) => {
        env.log.error(
          { notice: waiting.id, provider: waiting.provider, error },
          'a notice could not be applied and will be tried again',
        );
        await env.db.tx((tx) => postpone(ctx, waiting).execute(tx));
        return 'later' as const;
      });
      if (result !== 'applied') continue;
      count += 1;
      any = true;
    }
  }
  return count;
}

/** `taken`: somebody else has it in hand, or was first. */
async function applyOne(ctx: Ctx, waiting: Waiting): Promise<'applied' | 'later' | 'taken'> {
  const { env, account } = ctx;
  return await env.db.tx(async (tx) => {
    const row = await tx
      .selectFrom('provider_notices')
      .select('body')
      .where('account_id', '=', account.account_id)
      .where('provider', '=', waiting.provider)
      .where('id', '=', waiting.id)
      .where('applied_at', 'is', null)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
    if (!row) return 'taken';
    const result = await applyNotice(ctx, tx, waiting.provider, readNotice(row.body));
    if (result === 'later') await postpone(ctx, waiting).execute(tx);
    else await markApplied(ctx, waiting).execute(tx);
    return result;
  });
}

const markApplied = ({ env, account }: Ctx, { provider, id }: Waiting) => sql`
  update provider_notices set applied_at = ${env.clock.now()}, next_at = null, tries = tries + 1
  where account_id = ${account.account_id} and provider = ${provider} and id = ${id}`;

/** 2 s, 4 s, … at most ten minutes later. */
const postpone = ({ env, account }: Ctx, { provider, id }: Waiting) => sql`
  update provider_notices set tries = tries + 1, next_at = ${env.clock.now()}::timestamptz + least(600, power(2, least(tries + 1, 10))) * interval '1 second'
  where account_id = ${account.account_id} and provider = ${provider} and id = ${id} and applied_at is null`;
