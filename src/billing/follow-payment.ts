// The payment of an invoice came to an end that the call which began it did not see: after a challenge, or when the safety job heard of
// it. A reaction to the payment's event; it looks at the payment as it is now, so it may run twice.

import type { Ctx } from '../operation/context.ts';
import { peekPayment } from '../payments/payment.ts';
import { settleInvoice } from './settle-invoice.ts';

export async function followInvoicePayment(ctx: Ctx, payment_id: string): Promise<void> {
  const payment = await peekPayment(ctx.env.db.query, ctx.account.account_id, payment_id);
  if (!payment?.invoice_id) return;
  await settleInvoice(ctx, payment.invoice_id, payment.id);
}
