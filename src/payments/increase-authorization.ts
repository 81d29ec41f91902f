// Raising a hold: the hotel guest stays another night. The payment's amount becomes the new sum.

import Type from 'typebox';
import { Fault } from '../kit/fault.ts';
import { maxAmount } from '../kit/money.ts';
import { Amount, Id } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { act, settle } from './attempt.ts';
import { beginAttempt, inProgress, wrongState } from './begin-attempt.ts';
import { PaymentObject, paymentObject } from './payment.ts';

export const increaseAuthorization = operation({
  name: 'payments.increase_authorization',
  scope: 'payments:write',
  actors: ['secret', 'system'],
  kind: 'process',
  summary: 'Increase an authorization',
  description:
    'Holds more on the same card. `amount` is the new sum in all, larger than what is held now. A refusal by the issuer leaves the old hold as it was, with a `decline`.',
  input: Type.Object({ id: Id, amount: Amount }, { additionalProperties: false }),
  output: PaymentObject,
  faults: ['not_found', 'state_invalid', 'amount_too_small', 'payment_in_progress'],
  example: { id: '{authorized_payment}', amount: 2500 },
  async run(ctx, input) {
    const { payment, attempt } = await beginAttempt(ctx, input.id, (before) => {
      if (before.amount_capture_pending > 0 || before.status === 'processing') throw inProgress();
      if (before.status !== 'authorized') throw wrongState(before, 'increased', 'only an authorized one can');
      if (input.amount <= before.amount_authorized) {
        throw new Fault(
          'amount_too_small',
          `The new amount must be more than the ${before.amount_authorized} held now (at most ${maxAmount}).`,
          { param: 'amount' },
        );
      }
      return { kind: 'increase', amount: input.amount, change: {} };
    });
    const provider_reference = payment.provider_reference ?? payment.id;
    const verdict = await act(ctx, attempt, (provider) =>
      provider.increase({
        reference: attempt.id,
        provider_reference,
        amount: attempt.amount,
        currency: payment.currency,
      }),
    );
    return paymentObject(ctx.env, (await settle(ctx, { payment, attempt, refund: undefined }, verdict)).payment);
  },
});
