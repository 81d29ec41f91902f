// The safety job of card setups: asks after those that stay open, so that a customer who passed the challenge and lost the connection has
// their card all the same.

import { sql } from 'kysely';
import { loadAccounts } from '../identity/account.ts';
import { newId } from '../kit/id.ts';
import type { Env } from '../operation/context.ts';
import type { SetupRow } from './card-setup.ts';
import { refreshCardSetup } from './set-up-card.ts';

/** Returns how many were asked after. */
export async function resolveSetups(env: Env, limit = 100): Promise<number> {
  const now = env.clock.now();
  // Moving the time forward is the lease: a second worker asks later.
  const { rows } = await sql<Pick<SetupRow, 'account_id' | 'id'>>`
    update card_setups c
    set looks = looks + 1, resolve_at = ${now}::timestamptz + least(600, power(2, least(looks + 2, 10))) * interval '1 second'
    from (select account_id, id from card_setups where resolve_at <= ${now} order by resolve_at limit ${limit} for update skip locked) due
    where c.account_id = due.account_id and c.id = due.id
    returning c.account_id, c.id`.execute(env.db.query);
  const accounts = await loadAccounts(env.db.query, new Set(rows.map((row) => row.account_id)));
  for (const { account_id, id } of rows) {
    const account = accounts.get(account_id);
    if (!account) continue;
    const ctx = { env, account, actor: { kind: 'system' as const }, request_id: newId('job', env) };
    try {
      await refreshCardSetup(ctx, id);
    } catch (error) {
      env.log.error({ setup: id, error }, 'an open card setup could not be resolved');
    }
  }
  return rows.length;
}
