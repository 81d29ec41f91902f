// What the page of an invoice may do: show this one invoice, and begin its payment. The page's authority is its address (hosted-invoice.ts)
// and reaches no further.

import Type from 'typebox';
import { isFault, notFound } from '../../kit/fault.ts';
import type { Ctx } from '../../operation/context.ts';
import { Id } from '../../operation/fields.ts';
import { operation } from '../../operation/operation.ts';
import { peekPayment } from '../../payments/payment.ts';
import { refreshPayment } from '../../payments/resolve.ts';
import { findInvoice } from '../invoice.ts';
import { paymentOnPage } from '../pay-on-page.ts';
import { settleInvoice } from '../settle-invoice.ts';
import { creditNoteView, invoiceView } from './read-document.ts';
import { DocumentView } from './view.ts';

function refuseOther(ctx: Ctx, id: string): void {
  if (ctx.actor.kind === 'page' && ctx.actor.link_id !== id) throw notFound('invoice', id);
}

export const viewInvoice = operation({
  name: 'invoices.view',
  scope: 'invoices:read',
  actors: ['page'],
  kind: 'process',
  summary: 'Show the page of an invoice',
  description: 'Looks first what became of a payment under way.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: DocumentView,
  faults: ['not_found'],
  async run(ctx, { id }) {
    refuseOther(ctx, id);
    await follow(ctx, id);
    return await invoiceView(ctx, id);
  },
});

/** Whoever comes back from paying sees the outcome; should the provider not say now, the page is shown as things stand. */
async function follow(ctx: Ctx, id: string): Promise<void> {
  const { query } = ctx.env.db;
  const invoice = await findInvoice(query, ctx.account.account_id, id);
  if (!invoice.charging || invoice.payment_id === null) return;
  try {
    const payment = await peekPayment(query, invoice.account_id, invoice.payment_id);
    if (payment?.status === 'processing' || payment?.status === 'requires_authentication')
      await refreshPayment(ctx, payment);
    await settleInvoice(ctx, id, invoice.payment_id);
  } catch (error) {
    if (isFault(error)) throw error;
    ctx.env.log.warn({ invoice: id, error }, 'the payment of an invoice could not be looked at for its page');
  }
}

export const viewCreditNote = operation({
  name: 'credit_notes.view',
  scope: 'credit_notes:read',
  actors: ['page'],
  kind: 'read',
  summary: 'Show a credit note to its customer',
  description: 'What a customer may see of it.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: DocumentView,
  faults: ['not_found'],
  async run(ctx, { id }) {
    refuseOther(ctx, id);
    return await creditNoteView(ctx, id);
  },
});

export const payInvoiceOnPage = operation({
  name: 'invoices.pay_on_page',
  scope: 'invoices:write',
  actors: ['page'],
  kind: 'process',
  summary: 'Begin to pay an invoice on its page',
  description: 'The payment waits on our page. Pressed twice, or in two tabs, it is the same one.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: Type.Object({ payment: Type.String() }),
  faults: ['not_found', 'state_invalid', 'payment_in_progress', 'feature_unavailable'],
  async run(ctx, { id }) {
    refuseOther(ctx, id);
    return { payment: await paymentOnPage(ctx, id) };
  },
});
