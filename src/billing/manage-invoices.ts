// Invoices by hand: get, list, pay with a card, void, give up. What was asked for is never changed after an invoice was made.

import Type from 'typebox';
import { runAll, type Tx } from '../db/db.ts';
import { Fault } from '../kit/fault.ts';
import type { Ctx } from '../operation/context.ts';
import { Id, Instant, ListOf, nullable, pageFields, Url } from '../operation/fields.ts';
import { idsBetween, readList, timesBetween } from '../operation/list.ts';
import { operation } from '../operation/operation.ts';
import { refuseAccount } from '../payments/create-payment.ts';
import { peekPayment } from '../payments/payment.ts';
import { settleUse } from './begin-subscription.ts';
import { timeFor } from './business-time.ts';
import { chargeInvoice, methodFor, payerOf, subscriptionOf } from './charge-invoice.ts';
import { refuseForeignMethod } from './create-subscription.ts';
import { expireSubscription, voidInvoiceRow } from './end-subscription.ts';
import {
  findInvoice,
  type InvoiceRow,
  type InvoiceStatus,
  invoiceStatuses,
  invoiceTransitions,
  linesOf,
  lockInvoice,
  writeInvoices,
} from './invoice.ts';
import { InvoiceObject, invoiceObject } from './invoice-object.ts';
import { freeFromPage, leavePage, othersOverdue, type Pair, withoutInvoice } from './settle-invoice.ts';
import { lockSubscription, moved, type SubscriptionRow, writeSubscriptions } from './subscription.ts';
import { LatestPayment, latestPayment } from './subscription-result.ts';
import { tellInvoice, tellSubscription } from './tell.ts';

async function shown(ctx: Ctx, id: string): Promise<InvoiceObject> {
  const { query } = ctx.env.db;
  const invoice = await findInvoice(query, ctx.account.account_id, id);
  return invoiceObject(ctx.env, invoice, (await linesOf(query, invoice.account_id, [id])).get(id) ?? []);
}

export const getInvoice = operation({
  name: 'invoices.get',
  scope: 'invoices:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get an invoice',
  description: 'With its lines, as it is now.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: InvoiceObject,
  faults: ['not_found'],
  example: { id: '{invoice}' },
  run: (ctx, input) => shown(ctx, input.id),
});

export const listInvoices = operation({
  name: 'invoices.list',
  scope: 'invoices:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List invoices',
  description: 'Newest first, with their lines. Filters add up.',
  input: Type.Object(
    {
      ...pageFields,
      status: Type.Optional(
        Type.Array(Type.Enum([...invoiceStatuses]), { minItems: 1, maxItems: invoiceStatuses.length }),
      ),
      subscription: Type.Optional(Id),
      customer: Type.Optional(Id),
      payment: Type.Optional(Id),
      created_from: Type.Optional(Instant),
      created_to: Type.Optional({ ...Instant, description: 'Not included.' }),
      due_from: Type.Optional({
        ...Instant,
        description: 'Those with a last day to pay that ends at this time or later.',
      }),
      due_to: Type.Optional({ ...Instant, description: 'Not included.' }),
    },
    { additionalProperties: false },
  ),
  output: ListOf(InvoiceObject),
  faults: ['parameter_invalid'],
  example: { status: ['open'], limit: 3 },
  run(ctx, input) {
    const { account_id } = ctx.account;
    const { query } = ctx.env.db;
    return readList(query, input, {
      from: 'invoices',
      where: {
        account_id,
        status: input.status,
        subscription_id: input.subscription,
        customer_id: input.customer,
        payment_id: input.payment,
        id: idsBetween('in', input, 'created_from', 'created_to'),
        due_at: timesBetween(input, 'due_from', 'due_to'),
      },
      async show(rows: InvoiceRow[]) {
        const lines = await linesOf(
          query,
          account_id,
          rows.map((row) => row.id),
        );
        return rows.map((row) => invoiceObject(ctx.env, row, lines.get(row.id) ?? []));
      },
    });
  },
});

const InvoiceResult = Type.Object(
  { ...InvoiceObject.properties, latest_payment: nullable(LatestPayment) },
  { title: 'Invoice with its payment' },
);

export const payInvoice = operation({
  name: 'invoices.pay',
  scope: 'invoices:write',
  actors: ['secret', 'system'],
  kind: 'process',
  summary: 'Pay an invoice',
  description:
    'Charges what is due now, with the subscription’s card or another saved one of the customer; also one that was sent. An invoice that is paid already is answered as it is. `latest_payment` says how it went.',
  input: Type.Object(
    { id: Id, payment_method: Type.Optional(Id), return_url: Type.Optional(Url) },
    { additionalProperties: false },
  ),
  output: InvoiceResult,
  faults: ['not_found', 'state_invalid', 'payment_in_progress', 'parameter_invalid', 'feature_unavailable'],
  example: { id: '{open_invoice}', payment_method: '{payment_method}' },
  async run(ctx, input) {
    refuseAccount(ctx);
    const { query } = ctx.env.db;
    const { account_id } = ctx.account;
    let invoice = await findInvoice(query, account_id, input.id);
    if (invoice.on_page) invoice = await freeFromPage(ctx, input.id);
    if (invoice.status !== 'paid') {
      if (invoice.status === 'void')
        throw new Fault('state_invalid', 'This invoice is void: nothing is asked for any more.', { param: 'id' });
      refuseCharging(invoice);
      const payer = payerOf(await subscriptionOf(query, invoice), invoice);
      const { customer_id: customer } = invoice;
      const chosen = input.payment_method;
      if (chosen !== undefined) await refuseForeignMethod(query, account_id, { customer, payment_method: chosen });
      const payment_method = chosen ?? (await methodFor(query, payer, null));
      if (payment_method === undefined)
        throw new Fault(
          'parameter_missing',
          "'payment_method' is required: this customer has no saved card that can be charged.",
          { param: 'payment_method' },
        );
      const { return_url } = input;
      await chargeInvoice(ctx, { invoice, payment_method, asked: true, ...(return_url ? { return_url } : {}) });
    }
    const object = await shown(ctx, input.id);
    const payment = object.payment ? await peekPayment(query, account_id, object.payment) : undefined;
    return { ...object, latest_payment: latestPayment(ctx, payment) };
  },
});

export const voidInvoice = operation({
  name: 'invoices.void',
  scope: 'invoices:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Void an invoice',
  description:
    'Nothing is asked for any more; its number stays. A subscription that was past due for it is active again; one that waited for its first payment ends. To give money back, refund the payment of a paid one.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: InvoiceObject,
  faults: ['not_found', 'state_invalid', 'payment_in_progress'],
  example: { id: '{open_invoice}' },
  async run(ctx, input, tx) {
    const { s, invoice, at } = await lockPair(ctx, tx, input.id, 'void');
    if (!s) await voidInvoiceRow(ctx, tx, invoice, at);
    else if (s.status === 'incomplete' && s.open_invoice_id === invoice.id) {
      await expireSubscription(ctx, tx, s, at);
    } else {
      await release(ctx, tx, withoutInvoice(s, await voidInvoiceRow(ctx, tx, invoice, at), at), s, invoice);
    }
    return await rowShown(ctx, tx, input.id);
  },
});

export const markInvoiceUncollectible = operation({
  name: 'invoices.mark_uncollectible',
  scope: 'invoices:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Give up an invoice',
  description:
    'It is not charged any more, and can still be paid. A subscription that was past due for it is active again and goes on with its next period; one that waited for its first payment ends.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: InvoiceObject,
  faults: ['not_found', 'state_invalid', 'payment_in_progress'],
  example: { id: '{open_invoice}' },
  async run(ctx, input, tx) {
    const { s, invoice, at } = await lockPair(ctx, tx, input.id, 'uncollectible');
    const row: InvoiceRow = {
      ...invoice,
      status: 'uncollectible',
      charge_at: null,
      uncollectible_at: at,
      updated_at: at,
    };
    await runAll(tx, writeInvoices([row]));
    await tellInvoice(ctx, tx, row, 'invoice.uncollectible');
    if (!s) return await rowShown(ctx, tx, input.id);
    const after = withoutInvoice(s, { ...row, credit_applied: 0 }, at);
    if (s.status === 'incomplete') {
      const ended = { ...moved(after, 'incomplete_expired'), ended_at: at };
      await settleUse(ctx, tx, s, ended);
      await runAll(tx, writeSubscriptions([ended]));
      await tellSubscription(ctx, tx, ended, 'subscription.incomplete_expired');
    } else await release(ctx, tx, after, s, invoice);
    return await rowShown(ctx, tx, input.id);
  },
});

/** The subscription no longer waits for that invoice; it is active again unless it waits for another one. */
async function release(
  ctx: Ctx,
  tx: Tx,
  after: SubscriptionRow,
  before: SubscriptionRow,
  invoice: InvoiceRow,
): Promise<void> {
  const waited = before.open_invoice_id !== null || invoice.overdue_at !== null;
  const freed = before.status === 'past_due' && waited && after.open_invoice_id === null;
  const back = freed && !(await othersOverdue(tx, invoice));
  const s = back ? moved(after, 'active') : after;
  await runAll(tx, writeSubscriptions([s]));
  if (back) await tellSubscription(ctx, tx, s, 'subscription.activated');
}

/** For who takes it to another state: what waits on our page is withdrawn, and what is being paid refused. */
export async function lockPair(ctx: Ctx, tx: Tx, id: string, to: Exclude<InvoiceStatus, 'open'>): Promise<Pair> {
  const { account_id } = ctx.account;
  const known = await findInvoice(tx, account_id, id);
  const s = known.subscription_id === null ? null : await lockSubscription(tx, account_id, known.subscription_id);
  const at = await timeFor(ctx, tx, known.test_clock_id);
  const invoice = await leavePage(ctx, tx, { s, invoice: await lockInvoice(tx, account_id, id), at });
  if (!invoiceTransitions[invoice.status].includes(to))
    throw new Fault('state_invalid', `This invoice is '${invoice.status}', so it cannot become '${to}'.`, {
      param: 'id',
    });
  refuseCharging(invoice);
  return { s, invoice, at };
}

function refuseCharging(invoice: InvoiceRow): void {
  if (!invoice.charging) return;
  throw new Fault(
    'payment_in_progress',
    'A payment of this invoice is under way. Wait for its outcome, then try again.',
    {
      param: 'id',
      retry_after: 2,
    },
  );
}

export async function rowShown(ctx: Ctx, tx: Tx, id: string): Promise<InvoiceObject> {
  const { account_id } = ctx.account;
  const lines = (await linesOf(tx, account_id, [id])).get(id) ?? [];
  return invoiceObject(ctx.env, await findInvoice(tx, account_id, id), lines);
}
