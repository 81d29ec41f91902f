// The places of a payment link with a limit, counted exactly once: held in the transaction in which a payment begins, used up when the session
// is completed, free again when the payment fails. Must never decide the limit by a look: it is a condition of the statement that counts.

import { sql } from 'kysely';
import { runAll, type Statement, type Tx } from '../db/db.ts';
import type { Ctx } from '../operation/context.ts';
import type { SessionRow } from './session.ts';

export const linkGuard = 'payment_link';

type Placed = Pick<SessionRow, 'account_id' | 'payment_link_id' | 'payment_status'>;

/** Also the end of a link that was switched off or has expired meanwhile: pages that are open are not paid any more. */
export function holdPlace(ctx: Ctx, { account_id, payment_link_id }: Placed): Statement[] {
  if (payment_link_id === null) return [];
  return [
    {
      name: 'payment_link_place',
      text: `with held as (
          update payment_links set sessions_under_way = sessions_under_way + 1
          where account_id = $1 and id = $2 and active and (expires_at is null or expires_at > $3)
            and (max_completed_sessions is null or sessions_under_way + sessions_completed < max_completed_sessions) returning 1)
        select florin_expect((select count(*) from held), 1, '${linkGuard}')`,
      values: [account_id, payment_link_id, ctx.env.clock.now()],
    },
  ];
}

/** `session`: as it was before. Under its lock: one that was `processing` held a place, any other takes one now. */
export async function takePlace(ctx: Ctx, tx: Tx, session: Placed): Promise<void> {
  if (session.payment_status !== 'processing') await runAll(tx, holdPlace(ctx, session));
  await endPlace(tx, session, 1);
}

export async function freePlace(tx: Tx, session: Placed): Promise<void> {
  if (session.payment_status === 'processing') await endPlace(tx, session, 0);
}

async function endPlace(tx: Tx, { account_id, payment_link_id }: Placed, completed: 0 | 1): Promise<void> {
  if (payment_link_id === null) return;
  await sql`update payment_links set sessions_under_way = sessions_under_way - 1, sessions_completed = sessions_completed + ${completed}
    where account_id = ${account_id} and id = ${payment_link_id}`.execute(tx);
}
