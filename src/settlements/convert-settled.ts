// What a settlement of foreign money does next where the account asked for it: its net becomes money of the account's own currency, in
// the same transaction. Without a rate to go by it stays what it is, and can be converted by hand.

import type { Tx } from '../db/db.ts';
import { insertConversion } from '../fx/conversion.ts';
import { fxSettings } from '../fx/settings.ts';
import { isStale, latestSnapshot, rateOf } from '../fx/snapshot.ts';
import type { Currency } from '../kit/money.ts';
import { lockBalance } from '../ledger/balance.ts';
import type { Ctx } from '../operation/context.ts';

/** Asked before anything of the currency is locked: both balances are taken in the order in which postings take them. */
export async function convertsTo(ctx: Ctx, tx: Tx, currency: Currency): Promise<Currency | undefined> {
  const { account_id, currency: own } = ctx.account;
  if (currency === own || currency === 'BTC') return undefined;
  const { settlement_currency_conversion } = await fxSettings(tx, account_id);
  if (!settlement_currency_conversion) return undefined;
  await lockBalance(tx, account_id, currency < own ? currency : own);
  await lockBalance(tx, account_id, currency < own ? own : currency);
  return own;
}

/** `net`: what this settlement made available. No more than that is converted, and no more than there is. */
export async function convertSettled(
  ctx: Ctx,
  tx: Tx,
  settled: { id: string; currency: Currency; net: number; to: Currency },
): Promise<void> {
  const { currency, to, net } = settled;
  const { available } = await lockBalance(tx, ctx.account.account_id, currency);
  const amount = Math.min(net, available);
  if (amount <= 0) return;
  const snapshot = await latestSnapshot(ctx.env, tx);
  const rate = rateOf(snapshot, currency, to);
  if (rate === undefined || isStale({ env: ctx.env, mode: ctx.account.mode }, snapshot)) {
    ctx.env.log.warn(
      { settlement: settled.id, currency, rates_of: snapshot.published_on },
      'settled money was not converted: there is no rate to go by',
    );
    return;
  }
  await insertConversion(ctx, tx, {
    from: { currency, amount },
    to,
    rate,
    rate_snapshot_id: snapshot.id,
    settlement_id: settled.id,
  });
}
