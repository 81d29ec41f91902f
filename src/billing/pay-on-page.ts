// Paying an invoice on our page: a payment that waits there for its customer. The invoice is claimed in the transaction that records the
// payment, as when a saved card is charged, so whoever presses twice, or in two tabs, comes to the same payment.

import { GuardFailed, type Statement } from '../db/db.ts';
import { assert } from '../kit/assert.ts';
import { hours, plus } from '../kit/clock.ts';
import { Fault } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import type { Ctx } from '../operation/context.ts';
import { Replay } from '../operation/operation.ts';
import { beginPayment, refuseAccount } from '../payments/create-payment.ts';
import { hostedInvoiceUrl } from './hosted-invoice.ts';
import { findInvoice, type InvoiceRow } from './invoice.ts';
import { numberText } from './invoice-object.ts';
import { taxDue } from './invoice-sums.ts';
import { settleInvoice } from './settle-invoice.ts';

/** The id of the payment, whose page is at `/pay/{id}`. */
export async function paymentOnPage(ctx: Ctx, invoice_id: string): Promise<string> {
  refuseAccount(ctx);
  for (let left = 3; left > 0; left--) {
    const invoice = await current(ctx, invoice_id);
    if (invoice.charging && invoice.payment_id !== null && invoice.on_page) return invoice.payment_id;
    refuse(invoice);
    const id = newId('pay', ctx.env);
    try {
      await begin(ctx, invoice, id);
      return id;
    } catch (error) {
      // Another tab was first, or the card was charged meanwhile.
      if (!(error instanceof GuardFailed) || error.guard !== 'invoice_page') throw error;
    }
  }
  throw inProgress();
}

/** What became of its payment is written first, so that nobody is sent to a page that is over. */
async function current(ctx: Ctx, id: string): Promise<InvoiceRow> {
  const { account_id } = ctx.account;
  const invoice = await findInvoice(ctx.env.db.query, account_id, id);
  if (!invoice.charging || invoice.payment_id === null) return invoice;
  await settleInvoice(ctx, id, invoice.payment_id);
  return await findInvoice(ctx.env.db.query, account_id, id);
}

function refuse(invoice: InvoiceRow): void {
  if (invoice.charging) throw inProgress();
  if (invoice.status !== 'open' && invoice.status !== 'uncollectible')
    throw new Fault('state_invalid', `This invoice is '${invoice.status}': there is nothing to pay.`, { param: 'id' });
}

const inProgress = () =>
  new Fault('payment_in_progress', 'A payment of this invoice is under way. Wait for its outcome, then look again.', {
    param: 'id',
    retry_after: 2,
  });

async function begin(ctx: Ctx, invoice: InvoiceRow, id: string): Promise<void> {
  const { claim: _, ...plain } = ctx;
  const url = hostedInvoiceUrl(ctx.env, invoice);
  const payment = await beginPayment(
    plain,
    {
      amount: invoice.amount_due,
      currency: invoice.currency,
      customer: invoice.customer_id,
      description: `Invoice ${numberText(invoice.number)}`,
      return_url: url,
      cancel_url: url,
      metadata: {},
      ...(invoice.customer_details.email ? { email: invoice.customer_details.email } : {}),
      ...(invoice.merchant_reference ? { merchant_reference: invoice.merchant_reference } : {}),
    },
    { id, invoice_id: invoice.id, tax: taxDue(invoice), guards: [claim(ctx, invoice, id)] },
  );
  assert(!(payment instanceof Replay), 'a payment without a claim is not replayed');
}

/** Fails when the invoice is not to be paid any more, is being paid, or was charged or credited since it was looked at. */
function claim(ctx: Ctx, invoice: InvoiceRow, payment_id: string): Statement {
  return {
    name: 'invoice_page_claim',
    text: `with done as (
        update invoices set payment_id = $3, charging = true, on_page = true, resume_at = charge_at, charge_at = null,
          charges = charges + 1, follow_at = $5, follows = 0
        where account_id = $1 and id = $2 and status in ('open', 'uncollectible') and not charging and charges = $4 and amount_due = $6
        returning 1)
      select florin_expect((select count(*) from done), 1, 'invoice_page')`,
    values: [
      invoice.account_id,
      invoice.id,
      payment_id,
      invoice.charges,
      plus(ctx.env.clock.now(), hours(1)),
      invoice.amount_due,
    ],
  };
}
