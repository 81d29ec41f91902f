// An invoice by hand: what a customer owes once, without a subscription. It is open as soon as it is made, because a number, once given,
// is never taken back; then it is charged by the billing run, or sent. What its lines are is said by one-off-lines.ts.

import Type from 'typebox';
import { findCustomer } from '../customers/customer.ts';
import { runAll } from '../db/db.ts';
import { emitStatements } from '../events/emit.ts';
import { Fault } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import { maxAmount, said } from '../kit/money.ts';
import { CurrencyCode, Id, Metadata, text } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { refuseAccount } from '../payments/create-payment.ts';
import { clockOf } from './business-time.ts';
import { collectionFields } from './create-subscription.ts';
import { collectionOf, isSent } from './due.ts';
import { type InvoiceRow, insertInvoices, untouched } from './invoice.ts';
import { InvoiceObject, invoiceObject } from './invoice-object.ts';
import { totalsOf } from './invoice-sums.ts';
import { activeRates, customersOf, eventsOf, nobody, takeNumbers, termsOf } from './issue-invoices.ts';
import { inTheirLanguages } from './line-names.ts';
import { draftsOf, LineInput, lineRow } from './one-off-lines.ts';
import { billingSettings } from './settings.ts';

const CreateInput = Type.Object(
  {
    customer: Id,
    lines: Type.Array(LineInput, { minItems: 1, maxItems: 100 }),
    currency: Type.Optional(CurrencyCode),
    ...collectionFields,
    automatic_tax: Type.Optional(
      Type.Boolean({ description: 'True: your tax rates for the country of the customer’s address are added.' }),
    ),
    description: Type.Optional(text(500, 'Printed on it.')),
    merchant_reference: Type.Optional(text(200)),
    metadata: Type.Optional(Metadata),
  },
  { additionalProperties: false },
);
export const createInvoice = operation({
  name: 'invoices.create',
  scope: 'invoices:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Create an invoice',
  description:
    'For something that is paid once, without a subscription. It is open at once and has its number: with `send_invoice` it is sent, else the customer’s default card is charged within moments. There is no draft, and none is changed: void it and make another.',
  input: CreateInput,
  output: InvoiceObject,
  faults: [
    'not_found',
    'parameter_missing',
    'parameter_invalid',
    'currency_unsupported',
    'amount_too_large',
    'permission_denied',
  ],
  example: {
    customer: '{customer}',
    currency: 'USD',
    lines: [{ description: 'Workshop on 12 March', amount: 45_000 }],
    collection_method: 'send_invoice',
    days_until_due: 30,
  },
  async run(ctx, input, tx) {
    refuseAccount(ctx);
    const { account_id } = ctx.account;
    const customer = await findCustomer(tx, account_id, input.customer);
    const collection = collectionOf(input);
    if (!isSent(collection) && customer.default_payment_method === null)
      throw new Fault(
        'parameter_invalid',
        "This customer has no saved card to be charged. Save one first, or set 'collection_method' to 'send_invoice'.",
        { param: 'collection_method' },
      );
    const { drafts, currency } = await draftsOf(ctx, tx, input);
    const details = (await customersOf(ctx, tx, [customer.id])).get(customer.id) ?? nobody;
    const { country, state } = details.address ?? {};
    const place = input.automatic_tax && country ? { country, state } : null;
    const taxing = { rates: place ? await activeRates(ctx, tx) : [], place };
    const { lines: summed, ...sums } = totalsOf(
      drafts,
      taxing,
      0,
      drafts.map(() => 0),
      null,
    );
    if (sums.total > maxAmount)
      throw new Fault('amount_too_large', `An invoice asks for ${said(maxAmount, currency)} at most.`, {
        param: 'lines',
      });
    const clock = await clockOf(ctx, tx, customer.id);
    const at = clock?.frozen_time ?? ctx.env.clock.now();
    const settings = await billingSettings(tx, account_id);
    const { first: number, seller } = await takeNumbers(ctx, tx, 1);
    const invoice: InvoiceRow = {
      account_id,
      id: newId('in', ctx.env),
      number,
      status: 'open',
      subscription_id: null,
      customer_id: customer.id,
      customer_details: details,
      seller,
      billing_reason: 'manual',
      merchant_reference: input.merchant_reference ?? null,
      description: input.description ?? null,
      currency,
      period_start: at,
      period_end: at,
      ...sums,
      ...untouched,
      ...termsOf(ctx, collection, settings, at, true),
      charge_at: isSent(collection) ? null : at,
      change: null,
      test_clock_id: clock?.id ?? null,
      metadata: input.metadata ?? {},
      created_at: at,
      paid_at: null,
      updated_at: at,
    };
    const plain = summed.map((line) => lineRow(ctx, invoice, line));
    const [{ lines } = { lines: plain }] = await inTheirLanguages(tx, account_id, [{ invoice, lines: plain }]);
    await runAll(tx, [...insertInvoices([invoice], lines), ...emitStatements(eventsOf(ctx, { invoice, lines }))]);
    ctx.env.nudge();
    return invoiceObject(ctx.env, invoice, lines);
  },
});
