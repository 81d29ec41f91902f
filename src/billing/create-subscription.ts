// Beginning a subscription: it and its first invoice are written in one transaction, then the saved card is charged. Until that is paid it
// is incomplete; a trial begins at once.

import { sql } from 'kysely';
import Type, { type Static } from 'typebox';
import { type CustomerRow, findCustomer } from '../customers/customer.ts';
import type { Executor, Tx } from '../db/db.ts';
import { days, plus } from '../kit/clock.ts';
import { Fault } from '../kit/fault.ts';
import { idAt } from '../kit/id.ts';
import { currencyOf } from '../kit/money.ts';
import type { Ctx } from '../operation/context.ts';
import { CurrencyCode, Id, instantOf, Metadata, text, Url } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { refuseAccount } from '../payments/create-payment.ts';
import { findPaymentMethod } from '../vault/payment-method.ts';
import { beginSubscription, newSubscription } from './begin-subscription.ts';
import type { AnchorWish } from './billing-anchor.ts';
import { clockOf } from './business-time.ts';
import { chargeInvoice } from './charge-invoice.ts';
import { daysAfter } from './cycle.ts';
import { keepCards } from './detach-payment-method.ts';
import { discountFrom } from './discount.ts';
import { collectionMethods, collectionOf, isSent, longestTerms } from './due.ts';
import { givenFor, orRefused } from './give-discount.ts';
import type { InvoiceRow } from './invoice.ts';
import { findInvoice } from './invoice.ts';
import { itemFor, phasesFor } from './item.ts';
import { firstChargeSums, openingOf } from './opening.ts';
import { SubscriptionResult, subscriptionResult } from './subscription-result.ts';

export const Quantity = Type.Integer({ minimum: 1, maximum: 1_000_000, description: '1 when left out.' });
export const Cycles = Type.Integer({ minimum: 1, maximum: 1_200 });
export const PhasesInput = Type.Array(
  Type.Object(
    { price: Id, quantity: Type.Optional(Quantity), cycles: Type.Optional(Cycles) },
    { additionalProperties: false },
  ),
  {
    minItems: 1,
    maxItems: 10,
    description: 'What follows, each for so many periods; the last one may be without end.',
  },
);

export const discountFields = {
  promotion_code: Type.Optional(
    Type.String({ minLength: 1, maxLength: 100, description: 'Its id, or the code as a customer types it.' }),
  ),
  coupon: Type.Optional(
    Type.Unsafe<string>({
      ...Id,
      description: 'Instead of a promotion code: given by you, under the limits of the coupon alone.',
    }),
  ),
};

export const collectionFields = {
  collection_method: Type.Optional(
    Type.Enum([...collectionMethods], {
      description:
        '`charge_automatically` when left out. `send_invoice`: no card is needed; each invoice is sent, to be paid by its customer.',
    }),
  ),
  days_until_due: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: longestTerms,
      description: 'With `send_invoice`: within so many days an invoice is to be paid, the last one to its end.',
    }),
  ),
};

export const CreateInput = Type.Object(
  {
    customer: Id,
    price: Id,
    price_snapshot: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description: 'What you showed: refused when the price was edited since.',
      }),
    ),
    quantity: Type.Optional(Quantity),
    currency: Type.Optional(CurrencyCode),
    ...collectionFields,
    payment_method: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description: 'A saved card of the customer. Left out: their default, whichever that is at the time.',
      }),
    ),
    trial_days: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 730, description: 'What the price says when left out; 0 is no trial.' }),
    ),
    trial_end: Type.Optional(
      Type.String({ format: 'date-time', maxLength: 40, description: 'Instead of trial_days.' }),
    ),
    cycles: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1_200, description: 'How many periods of this before `phases` begin.' }),
    ),
    phases: Type.Optional(PhasesInput),
    billing_cycle_anchor: Type.Optional(
      Type.String({
        format: 'date-time',
        maxLength: 40,
        description:
          'When the first whole period begins, at most one period ahead. Until then a part of one is billed.',
      }),
    ),
    billing_day: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 31,
        description: 'The same as a day of the month; a month without it is billed on its last day.',
      }),
    ),
    proration: Type.Optional(
      Type.Enum(['prorate_now', 'none'], {
        description:
          'Of the part of a period before the anchor or the day: billed now, or free. `prorate_now` when left out.',
      }),
    ),
    ...discountFields,
    automatic_tax: Type.Optional(
      Type.Boolean({ description: 'True: your tax rates for the country of the customer’s address are added.' }),
    ),
    merchant_reference: Type.Optional(text(200)),
    description: Type.Optional(text(500)),
    return_url: Type.Optional(Url),
    metadata: Type.Optional(Metadata),
  },
  { additionalProperties: false },
);
export type CreateInput = Static<typeof CreateInput>;

export const createSubscription = operation({
  name: 'subscriptions.create',
  scope: 'subscriptions:write',
  actors: ['secret', 'system'],
  kind: 'process',
  summary: 'Create a subscription',
  description:
    'Charges the first period to a saved card at once, or begins a trial. `incomplete`: that payment failed or the customer must act (`latest_payment.checkout_url`); ' +
    'it becomes `active` when the first invoice is paid within 23 hours, else `incomplete_expired`. With `send_invoice` it is `active` at once, and its first invoice is sent. The terms of the price are kept: a later edit of it changes nothing here.',
  input: CreateInput,
  output: SubscriptionResult,
  faults: [
    'not_found',
    'parameter_invalid',
    'state_invalid',
    'currency_unsupported',
    'promotion_code_refused',
    'feature_unavailable',
  ],
  example: { customer: '{customer}', price: '{recurring_price}', payment_method: '{payment_method}', quantity: 2 },
  async run(ctx, input) {
    const before = await begun(ctx);
    const { id, invoice } = before ?? (await begin(ctx, input));
    if (invoice && invoice.status === 'open' && !invoice.charging && invoice.charges === 0)
      await chargeInvoice(ctx, { invoice, ...(input.return_url ? { return_url: input.return_url } : {}) });
    return await subscriptionResult(ctx, id);
  },
});

type Begun = { id: string; invoice: InvoiceRow | undefined };

/** A repeat of a request whose process died goes on where that ended. */
async function begun(ctx: Ctx): Promise<Begun | undefined> {
  if (!ctx.claim) return undefined;
  const { account_id } = ctx.account;
  const { query } = ctx.env.db;
  const { rows } = await sql<{ id: string; latest_invoice_id: string | null }>`
    select id, latest_invoice_id from subscriptions
    where account_id = ${account_id} and request_key = ${ctx.claim.key} and id >= ${oldest(ctx)}`.execute(query);
  const [row] = rows;
  if (!row) return undefined;
  const invoice = row.latest_invoice_id ? await findInvoice(query, account_id, row.latest_invoice_id) : undefined;
  return { id: row.id, invoice };
}

/** Idempotency keys are kept for 30 days. */
const oldest = (ctx: Ctx) => idAt('sub', plus(ctx.env.clock.now(), -days(30)));

async function begin(ctx: Ctx, input: CreateInput): Promise<Begun> {
  const { row, opening, given, customer } = await plannedBeginning(ctx, input);
  const { invoice } = await orRefused(ctx, () =>
    ctx.env.db.tx(async (tx) => {
      await forgetOldKey(ctx, tx, row.request_key);
      // Once more, now that no card of theirs can go: whoever detaches one meanwhile waits, and then sees that it renews something.
      await keepCards(tx, row.account_id, row.customer_id);
      await refuseMethod(tx, row.account_id, input);
      return await beginSubscription(ctx, tx, { row, opening, ...(given ? { use: { given, customer } } : {}) });
    }),
  );
  ctx.env.probe('subscription.recorded');
  return { id: row.id, invoice };
}

/** The subscription as it would be written. Everything that is refused about the input is refused here; nothing is written. */
export async function plannedBeginning(ctx: Ctx, input: CreateInput) {
  refuseAccount(ctx);
  const { query } = ctx.env.db;
  const { account_id } = ctx.account;
  const collection = collectionOf(input);
  const customer = await refuseMethod(query, account_id, input);
  const wanted = { price: input.price, quantity: input.quantity ?? 1 };
  const { item, currency } = await itemFor(query, account_id, {
    ...wanted,
    ...(input.currency ? { currency: currencyOf(input.currency) } : {}),
  });
  if (input.price_snapshot !== undefined && input.price_snapshot !== item.price_snapshot)
    throw new Fault('state_invalid', 'This price was edited since. Preview the subscription again.', {
      param: 'price_snapshot',
    });
  if (input.cycles !== undefined && !input.phases)
    throw new Fault('parameter_invalid', "'cycles' ends this plan, so say by 'phases' what follows, or leave it out.", {
      param: 'cycles',
    });
  if (input.cycles === undefined && input.phases)
    throw new Fault('parameter_missing', "'cycles' is required: after how many periods do 'phases' begin?", {
      param: 'cycles',
    });
  const phases = await phasesFor(query, account_id, input.phases ?? [], currency);
  const clock = await clockOf(ctx, query, input.customer);
  const now = clock?.frozen_time ?? ctx.env.clock.now();
  const time_zone = ctx.account.time_zone;
  const trial_end = trialEnd(input, item.trial_days, now, time_zone);
  const wish = wishOf(input, trial_end !== null);
  const free_part = input.proration === 'none';
  const opening = openingOf({ item, at: now, trial_end, time_zone, free_part, ...(wish ? { wish } : {}) });
  const { subtotal } = firstChargeSums(item, opening, currency, null);
  const sold = { item, currency, subtotal, customer };
  const given = await givenFor(ctx, query, input, sold);
  const row = newSubscription(ctx, {
    customer_id: input.customer,
    item,
    currency,
    opening,
    at: now,
    test_clock_id: clock?.id ?? null,
    discount: given ? discountFrom(given, opening.paid_from, time_zone) : null,
    collection,
    payment_method_id: input.payment_method ?? null,
    merchant_reference: input.merchant_reference ?? null,
    description: input.description ?? null,
    metadata: input.metadata ?? {},
    automatic_tax: input.automatic_tax ?? false,
    cycles: input.cycles ?? null,
    phases,
    request_key: ctx.claim?.key ?? null,
  });
  return { row, opening, given, customer };
}

async function forgetOldKey(ctx: Ctx, tx: Tx, key: string | null): Promise<void> {
  if (key === null) return;
  await sql`update subscriptions set request_key = null
    where account_id = ${ctx.account.account_id} and request_key = ${key} and id < ${oldest(ctx)}`.execute(tx);
}

/** The customer, who has the card that is to be charged. */
async function refuseMethod(query: Executor | Tx, account_id: string, input: CreateInput): Promise<CustomerRow> {
  const { customer: id, payment_method } = input;
  const customer = await findCustomer(query, account_id, id);
  if (payment_method !== undefined) await refuseForeignMethod(query, account_id, { customer: id, payment_method });
  else if (!isSent(collectionOf(input)) && customer.default_payment_method === null)
    throw new Fault(
      'parameter_missing',
      "'payment_method' is required: this customer has no default one. Save a card of theirs first, or send the invoices (collection_method).",
      { param: 'payment_method' },
    );
  return customer;
}

export async function refuseForeignMethod(
  query: Executor | Tx,
  account_id: string,
  { customer, payment_method }: { customer: string; payment_method: string },
): Promise<void> {
  const { row } = await findPaymentMethod(query, account_id, payment_method);
  if (row.customer_id === customer) return;
  throw new Fault('parameter_invalid', 'This payment method belongs to another customer.', { param: 'payment_method' });
}

function trialEnd(input: CreateInput, of_price: number, now: Date, time_zone: string): Date | null {
  if (input.trial_end === undefined) {
    const count = input.trial_days ?? of_price;
    return count > 0 ? daysAfter(now, count, time_zone) : null;
  }
  if (input.trial_days !== undefined)
    throw new Fault('parameter_invalid', 'Give either trial_days or trial_end, not both.', { param: 'trial_end' });
  const end = instantOf(input.trial_end, 'trial_end');
  if (end <= now || end > plus(now, days(730)))
    throw new Fault('parameter_invalid', "'trial_end' must be later than now, and within 730 days.", {
      param: 'trial_end',
    });
  return end;
}

function wishOf(input: CreateInput, trial: boolean): AnchorWish | undefined {
  const { billing_cycle_anchor, billing_day, proration } = input;
  const bad = (param: string, message: string) => new Fault('parameter_invalid', message, { param });
  if (billing_cycle_anchor !== undefined && billing_day !== undefined)
    throw bad('billing_day', 'Give either billing_cycle_anchor or billing_day, not both.');
  if (billing_day === undefined && billing_cycle_anchor === undefined) {
    if (proration === undefined) return undefined;
    throw bad('proration', "'proration' goes with billing_cycle_anchor or billing_day. Leave it out.");
  }
  if (proration === 'none' && trial)
    throw bad(
      'proration',
      "After a trial the part of a period before the billing day is billed. Leave 'proration' out.",
    );
  return billing_day === undefined
    ? { at: instantOf(billing_cycle_anchor ?? '', 'billing_cycle_anchor') }
    : { day: billing_day };
}
