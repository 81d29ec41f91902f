// A session that begins a subscription for which nothing is due today: its card is put on file instead of being charged. As with payments,
// at most one setup is under way, and what came of it is written by looking at it as it is now.

import { sql } from 'kysely';
import { confirmForSession, type Redemption, releaseForSession, reserve } from '../coupons/redemption.ts';
import { asGuard, runAll, type Tx } from '../db/db.ts';
import { newId } from '../kit/id.ts';
import type { Ctx } from '../operation/context.ts';
import { findSetup, type SetupRow } from '../payments/card-setup.ts';
import { beginCardSetup, refreshCardSetup } from '../payments/set-up-card.ts';
import { complete } from './follow-payment.ts';
import { freePlace, holdPlace } from './link-use.ts';
import { lockSession, type SessionRow } from './session.ts';

export const setsUp = (session: Pick<SessionRow, 'subscription_terms' | 'amount_total'>): boolean =>
  session.subscription_terms !== null && session.amount_total === 0;

/** Somebody else is paying this session, or it is closed: say how it stands. */
class NotOurs extends Error {}

type Setting = {
  session: SessionRow;
  customer: string;
  use: Redemption | undefined;
  token: string | undefined;
  payment_method: string | undefined;
};

/** Where another tab was first, nothing happens. Throws GuardFailed of the code or the link. */
export async function setUpSession(ctx: Ctx, setting: Setting): Promise<void> {
  const { session, customer, token, payment_method } = setting;
  try {
    if (payment_method !== undefined) await beginWith(ctx, setting, payment_method);
    else if (token !== undefined) {
      const id = newId('cset', ctx.env);
      await beginCardSetup(ctx, {
        id,
        customer,
        token,
        return_url: `${ctx.env.config.public_url}/pay/${session.id}/return`,
        checkout_session_id: session.id,
        record: (tx) => claim(ctx, tx, setting, id),
      });
      await followSetup(ctx, id);
    }
  } catch (error) {
    if (error instanceof NotOurs) return;
    throw asGuard(error) ?? error;
  }
}

/** A card that is saved already. */
async function beginWith(ctx: Ctx, setting: Setting, payment_method_id: string): Promise<void> {
  const { account_id, id } = setting.session;
  await ctx.env.db.tx(async (tx) => {
    await claim(ctx, tx, setting, null);
    const locked = await lockSession(tx, account_id, id);
    await confirmForSession(ctx, tx, id);
    await complete(ctx, tx, locked, { payment_status: 'no_payment_required', payment_method_id });
  });
}

/** The condition is the claim: it is what `claimSession` of pay.ts asks for, too. */
async function claim(ctx: Ctx, tx: Tx, { session, use }: Setting, setup_id: string | null): Promise<void> {
  const now = ctx.env.clock.now();
  const { numAffectedRows } = await sql`
    update checkout_sessions
    set setup_id = ${setup_id}, payment_status = ${setup_id === null ? 'unpaid' : 'processing'}, updated_at = ${now}
    where account_id = ${session.account_id} and id = ${session.id} and status = 'open' and payment_status = 'unpaid' and expires_at > ${now}
      and amount_total = 0 and promotion_code_id is not distinct from ${session.promotion_code_id}`.execute(tx);
  if (numAffectedRows !== 1n) throw new NotOurs();
  await runAll(tx, [...(use ? reserve(ctx, use) : []), ...(setup_id === null ? [] : holdPlace(ctx, session))]);
}

/** What a setup's outcome does to its session; in any order, as often as it likes. */
export async function followSetup(ctx: Ctx, setup_id: string): Promise<void> {
  const { account_id } = ctx.account;
  const setup = await findSetup(ctx.env.db.query, account_id, setup_id);
  const { checkout_session_id } = setup;
  if (checkout_session_id === null || setup.resolve_at !== null) return;
  await ctx.env.db.tx(async (tx) => {
    const session = await lockSession(tx, account_id, checkout_session_id);
    if (session.setup_id !== setup.id || session.status === 'complete') return;
    // Whoever left it for another card has let it go already.
    if (setup.status === 'failed') {
      if (session.payment_status === 'processing') await letGo(ctx, tx, session);
      return;
    }
    if (session.payment_status !== 'processing') return;
    await confirmForSession(ctx, tx, session.id);
    await complete(ctx, tx, session, {
      payment_status: 'no_payment_required',
      payment_method_id: setup.payment_method_id,
    });
  });
}

async function letGo(ctx: Ctx, tx: Tx, session: SessionRow): Promise<void> {
  await freePlace(tx, session);
  await releaseForSession(ctx, tx, session.id);
  await tx
    .updateTable('checkout_sessions')
    .set({ payment_status: 'unpaid', updated_at: ctx.env.clock.now() })
    .where('account_id', '=', session.account_id)
    .where('id', '=', session.id)
    .execute();
}

/** Pressing again while the bank's question waits means: another card. A late yes to the first only saves that card. */
export async function leaveSetup(ctx: Ctx, session: SessionRow): Promise<void> {
  await ctx.env.db.tx(async (tx) => {
    const locked = await lockSession(tx, session.account_id, session.id);
    if (locked.setup_id === session.setup_id && locked.payment_status === 'processing') await letGo(ctx, tx, locked);
  });
}

/** As it is now, the provider asked where it is open. */
export async function setupOf(ctx: Ctx, session: SessionRow): Promise<SetupRow | undefined> {
  if (session.setup_id === null) return undefined;
  const setup = await refreshCardSetup(ctx, session.setup_id);
  await followSetup(ctx, setup.id);
  return setup;
}
