// What nobody needs any more: sessions of the portal a month after they were made, with the rows by which their pages were found.

import { sql } from 'kysely';
import { days, plus } from '../kit/clock.ts';
import type { Env } from '../operation/context.ts';
import { unlinkPages } from '../payments/page-link.ts';

/** For the worker; returns how many there were. */
export async function forgetOldPortalSessions(env: Env): Promise<number> {
  return await env.db.tx(async (tx) => {
    const { rows } = await sql<{ id: string }>`
      delete from portal_sessions where (account_id, id) in (
        select account_id, id from portal_sessions where created_at < ${plus(env.clock.now(), -days(30))}
        order by created_at limit 1000 for update skip locked)
      returning id`.execute(tx);
    await unlinkPages(
      tx,
      rows.map((row) => row.id),
    );
    return rows.length;
  });
}
