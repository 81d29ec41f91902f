// Requesting a payout: the amount leaves the available balance in the very transaction that records the payout, and a guard
// in the database undoes it when the balance does not cover it. Nothing is sent here; send-payouts.ts does that.

import { sql } from 'kysely';
import Type from 'typebox';
import { asGuard, runAll, type Tx } from '../db/db.ts';
import { emit } from '../events/emit.ts';
import { minutes, plus } from '../kit/clock.ts';
import { Fault } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import { type Currency, currencyOf, display } from '../kit/money.ts';
import { lockBalance } from '../ledger/balance.ts';
import { expectCovered, postStatements } from '../ledger/post.ts';
import * as recipes from '../ledger/recipes.ts';
import type { Account, Ctx } from '../operation/context.ts';
import { Amount, CurrencyCode, Id, Metadata, text } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { type BankAccountRow, lockBankAccount } from './bank-account.ts';
import { PayoutObject, type PayoutRow, payoutObject } from './payout.ts';

/** The sandbox has no reviewer: a first payout is released after this long. */
const sandbox_review = minutes(1);

/** Between the request and the call to the bank, so that a mistake can be cancelled. */
const second_thoughts = minutes(1);

export const requestPayout = operation({
  name: 'payouts.create',
  scope: 'payouts:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Request a payout',
  description:
    'Sends available money to a verified bank account: `amount`, or all that is available in the currency. The money leaves your balance at once and returns to it if the payout fails or is cancelled. ' +
    'The first payout of an account is `in_review` until we release it (in the sandbox: for a minute); later ones are sent after a minute. The bank’s confirmation ends it, usually on the next business day.',
  input: Type.Object(
    {
      currency: CurrencyCode,
      amount: Type.Optional(Amount),
      bank_account: Type.Optional(Id),
      description: Type.Optional(text(140, 'For your own records.')),
      metadata: Type.Optional(Metadata),
    },
    { additionalProperties: false },
  ),
  output: PayoutObject,
  faults: [
    'not_found',
    'parameter_missing',
    'parameter_invalid',
    'currency_unsupported',
    'bank_account_unverified',
    'insufficient_balance',
    'permission_denied',
    'feature_unavailable',
  ],
  example: { currency: 'USD', amount: 100, bank_account: '{bank_account}', description: 'January' },
  async run(ctx, input, tx) {
    refuseAccountHolder(ctx.account);
    const currency = currencyOf(input.currency);
    const bank_account =
      input.bank_account === undefined
        ? await defaultOf(ctx, tx, currency)
        : await lockBankAccount(tx, ctx.account.account_id, input.bank_account, 'share', 'bank_account');
    refuseAccount(bank_account, currency);
    const { available } = await lockBalance(tx, ctx.account.account_id, currency);
    const amount = input.amount ?? available;
    if (amount <= 0 || amount > available) throw uncovered(available, currency);
    const { description, metadata } = input;
    return payoutObject(
      await insertPayout(ctx, tx, {
        bank_account,
        amount,
        scheduled_on: null,
        ...(description ? { description } : {}),
        ...(metadata ? { metadata } : {}),
      }),
    );
  },
});

function refuseAccountHolder(account: Account): void {
  if (account.merchant_status === 'disabled') {
    throw new Fault('permission_denied', 'This merchant is disabled and is not paid out.');
  }
  if (withoutBank(account)) {
    throw new Fault(
      'feature_unavailable',
      'No bank is connected to this live account, so nothing can be paid out yet.',
    );
  }
}

/** Live money is never sent by the simulated bank, which would only say that it did. */
export const withoutBank = ({ mode, provider }: Account) => mode === 'live' && provider === 'simulator';

async function defaultOf(ctx: Ctx, tx: Tx, currency: Currency): Promise<BankAccountRow> {
  const { account_id } = ctx.account;
  const id = await defaultId(tx, account_id, currency);
  if (id !== undefined) return await lockBankAccount(tx, account_id, id, 'share', 'bank_account');
  throw new Fault(
    'parameter_missing',
    `This account has no default bank account for ${currency}. Name one by 'bank_account', or create one.`,
    { param: 'bank_account' },
  );
}

async function defaultId(tx: Tx, account_id: string, currency: string): Promise<string | undefined> {
  const { rows } = await sql<{
    id: string;
  }>`select id from bank_accounts where account_id = ${account_id} and currency = ${currency} and is_default`.execute(
    tx,
  );
  return rows[0]?.id;
}

/** The default of a currency, when it can be paid to now: locked, so that it stays so. */
export async function payableDefault(ctx: Ctx, tx: Tx, currency: string): Promise<BankAccountRow | undefined> {
  const id = await defaultId(tx, ctx.account.account_id, currency);
  if (id === undefined) return undefined;
  const row = await lockBankAccount(tx, ctx.account.account_id, id, 'share');
  return row.status === 'verified' ? row : undefined;
}

function refuseAccount({ id, status, currency: taken }: BankAccountRow, currency: Currency): void {
  if (taken !== currency) {
    throw new Fault('parameter_invalid', `This bank account takes ${taken}, not ${currency}.`, {
      param: 'bank_account',
    });
  }
  if (status === 'verified') return;
  const why = status === 'pending' ? 'is not reviewed yet' : 'was rejected';
  throw new Fault('bank_account_unverified', `Bank account '${id}' ${why}, so nothing is paid to it.`, {
    param: 'bank_account',
  });
}

export type NewPayout = {
  /** Locked and verified. */
  bank_account: BankAccountRow;
  amount: number;
  scheduled_on: string | null;
  description?: string;
  metadata?: Metadata;
};

/** Records the payout and takes its money; refuses, whatever the caller looked at before, when that would go below zero. */
export async function insertPayout(ctx: Ctx, tx: Tx, input: NewPayout): Promise<PayoutRow> {
  const { account_id } = ctx.account;
  const { bank_account, amount } = input;
  const { currency } = bank_account;
  const now = ctx.env.clock.now();
  const id = newId('po', ctx.env);
  const first = await isFirst(tx, account_id);
  const reviewed_at = ctx.account.mode === 'sandbox' ? plus(now, sandbox_review) : null;
  const row = await tx
    .insertInto('payouts')
    .values({
      account_id,
      id,
      status: first ? 'in_review' : 'pending',
      amount,
      currency,
      bank_account_id: bank_account.id,
      bank_kind: bank_account.kind,
      bank_last_four: bank_account.last_four,
      bank_name: bank_account.bank_name,
      description: input.description ?? null,
      metadata: JSON.stringify(input.metadata ?? {}),
      scheduled_on: input.scheduled_on,
      next_at: first ? reviewed_at : plus(now, second_thoughts),
      created_at: now,
      updated_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  const payout = row as PayoutRow;
  const source = { source_id: id, group_id: id, currency };
  await runAll(tx, [
    ...postStatements([recipes.payout(ctx, source, amount)]),
    expectCovered({ account_id, currency, overdraft_limit: 0, funding: 'available' }),
  ]).catch((error) => {
    throw asGuard(error)?.guard === 'balance' ? uncovered(undefined, currency, error) : error;
  });
  await emit(ctx, tx, 'payout.created', payoutObject(payout));
  return payout;
}

/** Until one of an account's payouts has passed its review, every one is reviewed. */
async function isFirst(tx: Tx, account_id: string): Promise<boolean> {
  const { rows } =
    await sql`select 1 from payouts where account_id = ${account_id} and approved_at is not null limit 1`.execute(tx);
  return rows.length === 0;
}

function uncovered(available: number | undefined, currency: Currency, cause?: unknown): Fault {
  const left =
    available === undefined
      ? ''
      : ` Available now: ${Math.max(0, available)} (${display(Math.max(0, available), currency)}).`;
  const message = `The available balance of ${currency} does not cover this payout.${left} Ask for less, or wait for settlements.`;
  return new Fault('insufficient_balance', message, { param: 'amount', ...(cause === undefined ? {} : { cause }) });
}
