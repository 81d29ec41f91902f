// Refunding: in full, in part, many per payment, never more than was captured, never more than the balance allows. The first
// transaction takes the money from the merchant's balance and reserves it on the payment; the provider is asked after it.

import { sql } from 'kysely';
import Type, { type Static } from 'typebox';
import { asGuard, runAll, type Tx } from '../db/db.ts';
import { insertRows } from '../db/rows.ts';
import { emitStatements, newEvent } from '../events/emit.ts';
import { type RefundExchange, refundExchange } from '../fx/exchange.ts';
import { portion } from '../kit/allocate.ts';
import { Fault } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import { said } from '../kit/money.ts';
import { fundRefund } from '../ledger/fund-refund.ts';
import { expectCovered, postStatements } from '../ledger/post.ts';
import * as recipes from '../ledger/recipes.ts';
import type { Ctx } from '../operation/context.ts';
import { Amount, Id, Metadata, text } from '../operation/fields.ts';
import { bindEffect } from '../operation/once.ts';
import { operation } from '../operation/operation.ts';
import { act, attemptStatements, settle } from './attempt.ts';
import { type AttemptRow, newAttempt } from './attempt-row.ts';
import { lockPayment, type PaymentRow, refundable } from './payment.ts';
import { RefundObject, type RefundRow, refundObject, refundReasons } from './refund.ts';

const Input = Type.Object(
  {
    payment: Id,
    amount: Type.Optional(Amount),
    reason: Type.Optional(Type.Enum([...refundReasons])),
    note: Type.Optional(text(500)),
    merchant_reference: Type.Optional(text(200)),
    metadata: Type.Optional(Metadata),
  },
  { additionalProperties: false },
);

export const createRefund = operation({
  name: 'refunds.create',
  scope: 'refunds:write',
  actors: ['secret', 'system'],
  kind: 'process',
  summary: 'Create a refund',
  description:
    'Pays back what was captured: all that is left, or `amount`. The money leaves your balance at once (first what this payment still has incoming, then what is available, then what else is incoming) and returns to it if the provider cannot pay it back.',
  input: Input,
  output: RefundObject,
  faults: [
    'not_found',
    'payment_not_refundable',
    'method_not_refundable',
    'payment_fully_refunded',
    'nothing_refundable',
    'amount_too_large',
    'insufficient_balance',
  ],
  example: { payment: '{payment}', amount: 500, reason: 'requested_by_customer', note: 'One bag was torn' },
  async run(ctx, input) {
    const begun = await ctx.env.db.tx((tx) => recordRefund(ctx, tx, input)).catch(refuseUncovered);
    return refundObject(await actRefund(ctx, begun));
  },
});

export type RefundInput = Static<typeof Input>;
export type BegunRefund = { payment: PaymentRow; refund: RefundRow; attempt: AttemptRow };

/** The first transaction. `tax`: what of the amount is tax, when the caller knows better than the share of the payment's. */
export async function recordRefund(ctx: Ctx, tx: Tx, input: RefundInput, tax?: number): Promise<BegunRefund> {
  const { env } = ctx;
  const { account_id } = ctx.account;
  const before = await lockPayment(tx, account_id, input.payment, 'payment');
  const amount = refuse(before, input.amount);
  const funding = await fundRefund(ctx, tx, { payment_id: before.id, currency: before.currency, amount });
  const now = env.clock.now();
  const refund: RefundRow = {
    account_id,
    id: newId('re', env),
    payment_id: before.id,
    status: 'pending',
    amount,
    currency: before.currency,
    tax: tax ?? (await taxWithin(tx, before, amount)),
    exchange: exchangeOf(before, amount),
    reason: input.reason ?? 'requested_by_customer',
    note: input.note ?? null,
    merchant_reference: input.merchant_reference ?? null,
    metadata: input.metadata ?? {},
    failure_code: null,
    from_available: funding.available,
    from_incoming: funding.incoming,
    incoming_on: funding.on,
    created_at: now,
    updated_at: now,
  };
  const payment: PaymentRow = {
    ...before,
    amount_refunded: before.amount_refunded + amount,
    version: before.version + 1,
    updated_at: now,
  };
  const attempt = newAttempt(ctx, {
    payment_id: before.id,
    refund_id: refund.id,
    kind: 'refund',
    amount,
    provider: before.provider ?? ctx.account.provider,
  });
  await tx
    .updateTable('payments')
    .set({ amount_refunded: payment.amount_refunded, version: payment.version, updated_at: now })
    .where('account_id', '=', account_id)
    .where('id', '=', before.id)
    .execute();
  const source = { source_id: refund.id, group_id: before.id, currency: before.currency };
  await runAll(tx, [
    ...insertRefunds([refund]),
    ...attemptStatements([attempt]),
    ...postStatements([recipes.refund(ctx, source, funding)]),
    expectCovered({
      account_id,
      currency: before.currency,
      overdraft_limit: ctx.account.overdraft_limit,
      funding: ctx.account.refund_funding,
    }),
    ...emitStatements([newEvent(ctx, 'refund.created', refundObject(refund))]),
    ...(ctx.claim ? [bindEffect(account_id, ctx.claim, attempt.id)] : []),
  ]);
  return { payment, refund, attempt };
}

/** After the commit of that: asks the provider, and writes what came of it. */
export async function actRefund(ctx: Ctx, { payment, refund, attempt }: BegunRefund): Promise<RefundRow> {
  const provider_reference = payment.provider_reference ?? payment.id;
  const verdict = await act(ctx, attempt, (provider) =>
    provider.refund({
      reference: attempt.id,
      provider_reference,
      amount: attempt.amount,
      currency: payment.currency,
    }),
  );
  const settled = await settle(ctx, { payment, attempt, refund }, verdict);
  return settled.refund ?? refund;
}

export function refuseUncovered(error: unknown): never {
  throw asGuard(error)?.guard === 'balance' ? uncovered(error) : error;
}

/** What the merchant priced, of what the customer was charged in another currency. */
function exchangeOf(before: PaymentRow, amount: number): RefundExchange | null {
  const { exchange } = before.processing;
  if (!exchange) return null;
  return refundExchange(exchange, { amount: before.amount, refunded_before: before.amount_refunded }, amount);
}

/** Of all that was refunded so far, less what earlier refunds told: rounding never drifts, and a full refund tells all of it. */
async function taxWithin(tx: Tx, before: PaymentRow, amount: number): Promise<number | null> {
  if (before.tax === null) return null;
  const { rows } = await sql<{ told: number }>`
    select coalesce(sum(tax), 0)::bigint as told from refunds
    where account_id = ${before.account_id} and payment_id = ${before.id} and status <> 'failed'`.execute(tx);
  const part = portion(before.tax, Math.min(before.amount_refunded + amount, before.amount), before.amount);
  return Math.max(0, Math.min(amount, part - (rows[0]?.told ?? 0)));
}

/** The ladder of refusals, each with its own name; returns the amount to refund. */
function refuse(payment: PaymentRow, asked: number | undefined): number {
  if (payment.status === 'failed' || payment.status === 'cancelled') {
    throw new Fault(
      'payment_not_refundable',
      `This payment is '${payment.status}': no money was taken, so there is none to give back.`,
      { param: 'payment' },
    );
  }
  if (payment.payment_method?.type === 'bitcoin') {
    throw new Fault(
      'method_not_refundable',
      'A payment by Bitcoin cannot be refunded here: nobody knows an address of the customer’s. Ask them for one and send it from your own wallet.',
      { param: 'payment' },
    );
  }
  const left = refundable(payment);
  if (payment.amount_disputed > 0 && left === 0) {
    throw new Fault(
      'payment_not_refundable',
      'What is left of this payment is disputed: 0 can be refunded. The customer gets it back by the dispute if it is lost or accepted.',
      { param: 'payment' },
    );
  }
  if (payment.amount_captured > 0 && left === 0) {
    throw new Fault('payment_fully_refunded', 'This payment was refunded in full already.', { param: 'payment' });
  }
  if (left === 0) {
    const why = payment.status === 'authorized' ? ' It is only authorized: cancel it instead.' : '';
    throw new Fault(
      'nothing_refundable',
      `Nothing of this payment was captured yet, so nothing can be refunded.${why}`,
      { param: 'payment' },
    );
  }
  const amount = asked ?? left;
  if (amount > left) {
    throw new Fault(
      'amount_too_large',
      `At most ${said(left, payment.currency)} of this payment can still be refunded.`,
      { param: 'amount' },
    );
  }
  return amount;
}

const uncovered = (cause: unknown) =>
  new Fault(
    'insufficient_balance',
    'The balance of this currency does not cover the refund. Refund less, or wait for further payments.',
    { param: 'amount', cause },
  );

const insertRefunds = insertRows('refunds', {
  account_id: 'text',
  id: 'text',
  payment_id: 'text',
  status: 'text',
  amount: 'bigint',
  currency: 'text',
  tax: 'bigint',
  exchange: 'jsonb',
  reason: 'text',
  note: 'text',
  merchant_reference: 'text',
  metadata: 'jsonb',
  from_available: 'bigint',
  from_incoming: 'bigint',
  incoming_on: 'date',
  created_at: 'timestamptz',
  updated_at: 'timestamptz',
});
