// "Pay now": an open invoice of the customer, with the card that renews or with another saved one. Also what a customer is told of a
// payment. The charging is invoices.pay.

import Type, { type Static } from 'typebox';
import { payInvoice } from '../billing/manage-invoices.ts';
import type { LatestPayment } from '../billing/subscription-result.ts';
import { isFault } from '../kit/fault.ts';
import type { Ctx } from '../operation/context.ts';
import { Id, nullable } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { act, homeOf, ownInvoice, refuseForeignCard } from './reach.ts';

export const PaymentAnswer = Type.Object({
  state: Type.Enum(['none', 'paid', 'processing', 'requires_authentication', 'declined', 'card_missing']),
  /** Where the customer's bank asks. */
  url: nullable(Type.String()),
  decline_code: nullable(Type.String()),
});
export type PaymentAnswer = Static<typeof PaymentAnswer>;

const answer = (state: PaymentAnswer['state'], more: Partial<PaymentAnswer> = {}): PaymentAnswer => ({
  state,
  url: null,
  decline_code: null,
  ...more,
});

export function paymentAnswer(payment: Static<typeof LatestPayment> | null): PaymentAnswer {
  switch (payment?.status) {
    case undefined:
      return answer('none');
    case 'completed':
    case 'authorized':
      return answer('paid');
    case 'requires_authentication':
      return answer('requires_authentication', { url: payment?.checkout_url ?? null });
    case 'failed':
    case 'cancelled':
      return answer('declined', { decline_code: payment?.decline?.code ?? null });
    default:
      return answer('processing');
  }
}

export const payPortalInvoice = operation({
  name: 'portal.pay',
  scope: 'portal:write',
  actors: ['portal'],
  kind: 'process',
  summary: 'Pay an open invoice',
  description:
    'With the card that renews, or another saved one. One payment at a time: while one is under way no other is begun.',
  input: Type.Object({ invoice: Id, payment_method: Type.Optional(Id) }, { additionalProperties: false }),
  output: PaymentAnswer,
  faults: ['not_found', 'state_invalid'],
  run: (ctx, input) => payNow(ctx, input.invoice, input.payment_method),
});

export async function payNow(ctx: Ctx, id: string, payment_method?: string): Promise<PaymentAnswer> {
  await ownInvoice(ctx, id);
  if (payment_method !== undefined) await refuseForeignCard(ctx, payment_method, 'payment_method');
  try {
    const paid = await act(ctx, payInvoice, {
      id,
      return_url: homeOf(ctx),
      ...(payment_method === undefined ? {} : { payment_method }),
    });
    return paid.status === 'paid' ? answer('paid') : paymentAnswer(paid.latest_payment);
  } catch (error) {
    if (isFault(error, 'payment_in_progress')) return answer('processing');
    if (isFault(error, 'parameter_missing')) return answer('card_missing');
    throw error;
  }
}
