// Sending an invoice to its customer once more, and telling that one was paid by a way of the merchant's own. Neither moves money: what was
// paid elsewhere never stands in the ledger.

import Type from 'typebox';
import { Fault } from '../kit/fault.ts';
import { Id, text } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { lockInvoice } from './invoice.ts';
import { InvoiceObject } from './invoice-object.ts';
import { lockPair, rowShown } from './manage-invoices.ts';
import { settlePaid } from './settle-invoice.ts';
import { tellInvoice } from './tell.ts';

export const sendInvoice = operation({
  name: 'invoices.send',
  scope: 'invoices:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Send an invoice again',
  description:
    'The customer gets the mail with the amount, the last day to pay and the page to pay on once more, told by `invoice.sent`. One with a due date was sent when it was made.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: InvoiceObject,
  faults: ['not_found', 'state_invalid'],
  example: { id: '{due_invoice}' },
  async run(ctx, input, tx) {
    // Locked, so that nobody is asked for what is paid or void at that moment.
    const invoice = await lockInvoice(tx, ctx.account.account_id, input.id);
    if (invoice.due_at === null)
      throw new Fault(
        'state_invalid',
        "This invoice is charged automatically, so nobody is asked to pay it. Only one with collection_method 'send_invoice' is sent.",
        { param: 'id' },
      );
    if (invoice.status !== 'open' && invoice.status !== 'uncollectible')
      throw new Fault('state_invalid', `This invoice is '${invoice.status}': there is nothing to pay.`, {
        param: 'id',
      });
    await tellInvoice(ctx, tx, invoice, 'invoice.sent');
    return await rowShown(ctx, tx, input.id);
  },
});

export const markInvoicePaid = operation({
  name: 'invoices.mark_paid',
  scope: 'invoices:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Mark an invoice as paid elsewhere',
  description:
    'The money came by a way of your own, such as a bank transfer: `paid_out_of_band` says so from then on. Nothing is charged any more, and nothing is added to your balance. Its subscription goes on as with any payment. It cannot be taken back; credit what was not paid.',
  input: Type.Object(
    {
      id: Id,
      reference: Type.Optional(text(200, 'Yours or the bank’s, kept as `out_of_band_reference`.')),
    },
    { additionalProperties: false },
  ),
  output: InvoiceObject,
  faults: ['not_found', 'state_invalid', 'payment_in_progress'],
  example: { id: '{due_invoice}', reference: 'SEPA 2026-03-28 / 4711' },
  async run(ctx, input, tx) {
    const pair = await lockPair(ctx, tx, input.id, 'paid');
    const paid = { paid_out_of_band: true, out_of_band_reference: input.reference ?? null };
    await settlePaid(ctx, tx, { ...pair, invoice: { ...pair.invoice, ...paid } });
    return await rowShown(ctx, tx, input.id);
  },
});
