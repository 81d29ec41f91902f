// Capturing a held amount: in full, in part, several times, never beyond what is held. One capture at a time.

import Type from 'typebox';
import { Fault } from '../kit/fault.ts';
import { said } from '../kit/money.ts';
import { Amount, Id } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { act, settle } from './attempt.ts';
import { beginAttempt, inProgress, wrongState } from './begin-attempt.ts';
import { capturable, PaymentObject, paymentObject } from './payment.ts';

export const capturePayment = operation({
  name: 'payments.capture',
  scope: 'payments:write',
  actors: ['secret', 'system'],
  kind: 'process',
  summary: 'Capture a payment',
  description:
    'Takes the held amount, or a part of it; what is left can be captured by later calls. `final` gives the rest of the hold back and completes the payment. ' +
    'A capture that the provider refuses leaves the payment `authorized` with a `decline`.',
  input: Type.Object(
    {
      id: Id,
      amount: Type.Optional(Amount),
      final: Type.Optional(Type.Boolean({ description: 'Nothing more will be captured. False when left out.' })),
    },
    { additionalProperties: false },
  ),
  output: PaymentObject,
  faults: ['not_found', 'state_invalid', 'amount_too_large', 'payment_in_progress'],
  example: { id: '{authorized_payment}', amount: 500 },
  async run(ctx, input) {
    const { payment, attempt } = await beginAttempt(ctx, input.id, (before) => {
      if (before.amount_capture_pending > 0 || before.status === 'processing') throw inProgress();
      if (before.status !== 'authorized') throw wrongState(before, 'captured', 'only an authorized one can');
      const left = capturable(before);
      const amount = input.amount ?? left;
      if (amount > left) {
        throw new Fault(
          'amount_too_large',
          `At most ${said(left, before.currency)} can still be captured of this payment.`,
          { param: 'amount' },
        );
      }
      return { kind: 'capture', amount, final: input.final ?? false, change: { amount_capture_pending: amount } };
    });
    const provider_reference = payment.provider_reference ?? payment.id;
    const { currency } = payment;
    const verdict = await act(ctx, attempt, (provider) =>
      provider.capture({
        reference: attempt.id,
        provider_reference,
        amount: attempt.amount,
        currency,
        final: attempt.final,
      }),
    );
    const settled = await settle(ctx, { payment, attempt, refund: undefined }, verdict);
    return paymentObject(ctx.env, settled.payment);
  },
});
