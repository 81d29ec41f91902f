// Where a refund's money comes from: first what this payment still has incoming, so that both net in one settlement; then what is
// available; then, where the account allows it, what else is incoming. Whether it covers is decided by the guard after the posting.

import { sql } from 'kysely';
import type { Tx } from '../db/db.ts';
import type { Ctx } from '../operation/context.ts';
import { lockBalance } from './balance.ts';
import { localDay } from './calendar.ts';
import type { Funding } from './recipes.ts';

type Refunded = { payment_id: string; currency: string; amount: number };

export async function fundRefund(ctx: Ctx, tx: Tx, { payment_id, currency, amount }: Refunded): Promise<Funding> {
  const { account } = ctx;
  const balance = await lockBalance(tx, account.account_id, currency);
  const today = localDay(ctx.env.clock.now(), account.time_zone);
  if (account.refund_funding === 'available') return { available: amount, incoming: 0, on: null };
  const { rows } = await sql<{ unsettled: number; on: string | null }>`
    select coalesce(-sum(p.incoming), 0)::bigint as unsettled, max(p.available_on) as on
    from ledger_postings p
    left join settlement_lines l on l.account_id = p.account_id and l.currency = p.currency and l.position = p.position
    where p.account_id = ${account.account_id} and p.group_id = ${payment_id} and p.incoming <> 0 and l.position is null`.execute(
    tx,
  );
  const own = Math.min(amount, Math.max(0, rows[0]?.unsettled ?? 0));
  const available = Math.min(amount - own, Math.max(0, balance.available));
  const incoming = amount - available;
  return { available, incoming, on: incoming === 0 ? null : own > 0 ? (rows[0]?.on ?? today) : today };
}
