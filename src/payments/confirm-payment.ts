// Paying a payment that waits on our page: its customer gives a card. A decline leaves it open for another try.

import Type from 'typebox';
import { asGuard, runAll } from '../db/db.ts';
import { Fault } from '../kit/fault.ts';
import type { Ctx } from '../operation/context.ts';
import { Id } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { tokenFault } from '../vault/payment-method.ts';
import { act, settle } from './attempt.ts';
import { beginAttempt, inProgress, wrongState } from './begin-attempt.ts';
import { refuseAccount } from './create-payment.ts';
import { confirmByBitcoin } from './pay-bitcoin.ts';
import { findPayment, PaymentObject, type PaymentRow, paymentObject } from './payment.ts';
import { authorizeCall, findSource, methodOf, tokenStatements } from './source.ts';

export const confirmPayment = operation({
  name: 'payments.confirm',
  scope: 'payments:write',
  actors: ['secret', 'system'],
  kind: 'process',
  summary: 'Confirm a pending payment',
  description:
    'Pays a payment that was created without a card. A declined card leaves it `pending` with a `decline`, so that another card can be tried.',
  input: Type.Object(
    {
      id: Id,
      token: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
      payment_method: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
      payment_method_type: Type.Optional(
        Type.Enum(['bitcoin'], {
          description: 'Instead of a card: gives out an address and the amount to send to it.',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  output: PaymentObject,
  faults: [
    'not_found',
    'state_invalid',
    'payment_in_progress',
    'token_used',
    'token_expired',
    'feature_unavailable',
    'amount_too_small',
  ],
  example: { id: '{pending_payment}', token: '{token}' },
  run: async (ctx, input) => paymentObject(ctx.env, await confirm(ctx, input)),
});

export async function confirm(
  ctx: Ctx,
  input: { id: string; token?: string; payment_method?: string; payment_method_type?: 'bitcoin'; email?: string },
): Promise<PaymentRow> {
  if (input.payment_method_type !== undefined) {
    if (input.token !== undefined || input.payment_method !== undefined) {
      throw new Fault('parameter_invalid', 'Give either a card or payment_method_type, not both.', {
        param: 'payment_method_type',
      });
    }
    refuseAccount(ctx);
    const known = await findPayment(ctx.env.db.query, ctx.account.account_id, input.id);
    if (known.status === 'processing' || known.status === 'requires_authentication') throw inProgress();
    if (known.status !== 'pending') throw wrongState(known, 'paid', 'only a pending one can');
    return await confirmByBitcoin(ctx, known, input.email);
  }
  if ((input.token === undefined) === (input.payment_method === undefined)) {
    throw new Fault('parameter_missing', 'Give either token or payment_method.', { param: 'token' });
  }
  refuseAccount(ctx);
  const source = await findSource(ctx, input);
  if (!source) throw new Fault('parameter_missing', 'Give either token or payment_method.', { param: 'token' });
  const { payment, attempt } = await beginAttempt(ctx, input.id, async (before, tx) => {
    if (before.status === 'processing' || before.status === 'requires_authentication') throw inProgress();
    if (before.status !== 'pending') throw wrongState(before, 'paid', 'only a pending one can');
    if (source.token_id !== undefined) {
      await runAll(
        tx,
        tokenStatements([
          { account_id: before.account_id, token_id: source.token_id, used_by: before.id, at: ctx.env.clock.now() },
        ]),
      );
    }
    return {
      kind: 'authorize',
      amount: before.amount,
      change: {
        status: 'processing',
        decline_code: null,
        card_id: source.card.id,
        card_last_four: source.card.last_four,
        payment_method_id: source.payment_method_id,
        payment_method: methodOf(source),
        provider: ctx.account.provider,
        email: before.email ?? input.email ?? null,
      },
    };
  }).catch(async (error) => {
    throw await tokenRefusal(ctx, error, source.token_id);
  });
  const call = await authorizeCall(ctx, payment, attempt, source);
  const verdict = await act(ctx, attempt, (provider) => provider.authorize(call));
  return (await settle(ctx, { payment, attempt, refund: undefined }, verdict)).payment;
}

async function tokenRefusal(ctx: Ctx, error: unknown, token_id: string | undefined): Promise<unknown> {
  return asGuard(error)?.guard === 'token' && token_id !== undefined ? await tokenFault(ctx, token_id) : error;
}
