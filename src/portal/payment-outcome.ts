// What became of a payment that the customer's bank asked about: told to whoever comes back from there. And leaving it: a change of plan that
// waits for the bank is taken back, so that another card or plan can be tried at once. Begins no payment.

import Type, { type Static } from 'typebox';
import type { InvoiceRow } from '../billing/invoice.ts';
import { settleInvoice } from '../billing/settle-invoice.ts';
import { Fault, notFound } from '../kit/fault.ts';
import type { Ctx } from '../operation/context.ts';
import { Id, nullable } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { cancelPayment } from '../payments/cancel-payment.ts';
import { type PaymentRow, peekPayment } from '../payments/payment.ts';
import { act, ownInvoice } from './reach.ts';

export const PaymentOutcome = Type.Object({
  /** Of another plan, or of what was due. */
  change: Type.Boolean(),
  state: Type.Enum(['paid', 'processing', 'requires_authentication', 'declined', 'left']),
  decline_code: nullable(Type.String()),
});
export type PaymentOutcome = Static<typeof PaymentOutcome>;

export const portalPaymentOutcome = operation({
  name: 'portal.payment_outcome',
  scope: 'portal:read',
  actors: ['portal'],
  kind: 'read',
  summary: 'Ask what became of a payment',
  description: 'Of an invoice of the customer. Null where another payment of it came later: that one counts.',
  input: Type.Object({ payment: Id }, { additionalProperties: false }),
  output: nullable(PaymentOutcome),
  faults: ['not_found'],
  async run(ctx, { payment: id }) {
    const payment = await peekPayment(ctx.env.db.query, ctx.account.account_id, id);
    if (!payment?.invoice_id) throw notFound('payment', id, 'payment');
    const invoice = await ownInvoice(ctx, payment.invoice_id);
    return invoice.payment_id === id ? outcomeOf(invoice, payment) : null;
  },
});

function outcomeOf(invoice: InvoiceRow, { status, decline_code }: PaymentRow): PaymentOutcome {
  const known = { change: invoice.change !== null, decline_code: null };
  switch (status) {
    case 'completed':
    case 'authorized':
      return { ...known, state: 'paid' };
    case 'requires_authentication':
      return { ...known, state: 'requires_authentication' };
    case 'cancelled':
      return { ...known, state: 'left' };
    case 'failed':
      return { ...known, state: 'declined', decline_code };
    case 'pending':
    case 'processing':
      return { ...known, state: 'processing' };
    default:
      return status satisfies never;
  }
}

export const leavePortalChange = operation({
  name: 'portal.leave_change',
  scope: 'portal:write',
  actors: ['portal'],
  kind: 'process',
  summary: 'Leave a change of plan',
  description: 'While the customer’s bank asks about its payment: that is withdrawn, and the plan stays what it is.',
  input: Type.Object({ invoice: Id }, { additionalProperties: false }),
  output: Type.Object({ id: Type.String() }),
  faults: ['not_found', 'state_invalid', 'payment_in_progress'],
  async run(ctx, { invoice: id }) {
    const invoice = await ownInvoice(ctx, id);
    const payment_id = await waitingPayment(ctx, invoice);
    await act(ctx, cancelPayment, { id: payment_id });
    await settleInvoice(ctx, id, payment_id);
    return { id };
  },
});

/** What is overdue is not left like this: each try of it counts. */
async function waitingPayment(ctx: Ctx, { change, charging, payment_id, account_id }: InvoiceRow): Promise<string> {
  const payment = charging && payment_id ? await peekPayment(ctx.env.db.query, account_id, payment_id) : undefined;
  if (change !== null && payment?.status === 'requires_authentication') return payment.id;
  throw new Fault('state_invalid', 'No change of plan waits for your bank.', { param: 'invoice' });
}
