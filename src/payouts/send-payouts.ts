// The job that hands pending payouts to the bank. That it may have left the house is committed before the call; a call without an
// answer is asked after first, and made again only under the same key, so that a lost answer is neither a second transfer nor a failure.

import { sql } from 'kysely';
import type { BankAnswer, BankLook } from '../connectors/bank.ts';
import type { Ctx, Env } from '../operation/context.ts';
import { findAnyBankAccount, openNumbers } from './bank-account.ts';
import { eachDue } from './due-payouts.ts';
import { movePayout, type Step } from './move-payout.ts';
import { lockPayout, type PayoutRow, transitions } from './payout.ts';

/** 4 s, 8 s, … at most ten minutes. */
const backoff = sql`least(600, power(2, least(sends + 2, 10))) * interval '1 second'`;

/** Returns how many payouts were taken in hand. */
export const sendDuePayouts = (env: Env, limit = 100): Promise<number> =>
  eachDue(env, { statuses: ['pending'], counting: 'sends', again: backoff, limit }, sendPayout);

async function sendPayout(ctx: Ctx, payout: PayoutRow): Promise<void> {
  const { env } = ctx;
  env.probe('payout.recorded');
  const bank_account = await findAnyBankAccount(env.db.query, payout.account_id, payout.bank_account_id);
  if (payout.sends === 1 && bank_account.status !== 'verified') {
    await settle(ctx, payout.id, { to: 'failed', by: null, code: 'bank_account_unverified' });
    return;
  }
  // After a call that may have arrived it is too late to hold it back: then it is only asked after, and made again.
  const bank = env.bank(payout.account_id);
  const before: BankLook = payout.sends === 1 ? { kind: 'absent' } : await inTime(ctx, bank.look(payout.id));
  const answer =
    before.kind !== 'absent'
      ? before
      : await inTime(
          ctx,
          bank.send({
            reference: payout.id,
            amount: payout.amount,
            currency: payout.currency,
            holder_name: bank_account.holder_name,
            country: bank_account.country,
            numbers: openNumbers(env, bank_account),
          }),
        );
  env.probe('payout.sent');
  await settle(ctx, payout.id, stepOf(answer));
}

/** Silence is no outcome: it throws, and the payout stays as it is until its next time. */
export async function inTime<T>(ctx: Ctx, call: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the bank did not answer in time')), ctx.env.config.provider_timeout_ms);
  });
  try {
    return await Promise.race([call, silence]);
  } finally {
    clearTimeout(timer);
  }
}

export function stepOf(answer: BankAnswer): Step {
  switch (answer.kind) {
    case 'in_transit':
      return { to: 'in_transit', bank_reference: answer.bank_reference, arrives_on: answer.arrives_on };
    case 'paid':
      return { to: 'paid', by: 'bank', bank_reference: answer.bank_reference };
    case 'failed':
      return { to: 'failed', by: 'bank', code: answer.code, bank_reference: answer.bank_reference };
  }
}

/** Applies what the bank said to the payout as it is now. What it is already, or cannot become any more, changes nothing. */
export async function settle(ctx: Ctx, id: string, step: Step): Promise<void> {
  await ctx.env.db.tx(async (tx) => {
    const payout = await lockPayout(tx, ctx.account.account_id, id);
    if (transitions[payout.status].includes(step.to)) await movePayout(ctx, tx, payout, step);
  });
}
