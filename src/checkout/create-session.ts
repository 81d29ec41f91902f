// Creating a checkout session: who pays, for what, and what it comes to. Either the merchant's own sum, which must add up, or the sum of
// prices, a promotion code and taxes, which nobody but us makes.

import Type, { type Static } from 'typebox';
import type { Place } from '../catalog/tax.ts';
import { type CustomerRow, customerFields, findByEmail, findCustomer } from '../customers/customer.ts';
import { customerByReference, insertCustomer } from '../customers/manage-customers.ts';
import type { Tx } from '../db/db.ts';
import { plus, seconds } from '../kit/clock.ts';
import { Fault } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import { currencyOf, maxAmount } from '../kit/money.ts';
import type { Ctx } from '../operation/context.ts';
import { type Address, CurrencyCode, Id, Metadata, text, Url } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { linkPage } from '../payments/page-link.ts';
import { originsOf } from './embedding.ts';
import { linesOf, quoteOf, refusalFault, takeCode } from './quote.ts';
import { Extra, LineItem, SessionObject, type SessionRow, sessionObject } from './session.ts';
import { SubscriptionData, termsOf } from './subscription-terms.ts';
import { refuseWrongSums, sumsOf } from './sums.ts';

export const TaxAddress = Type.Object(
  {
    country: Type.String({
      minLength: 2,
      maxLength: 2,
      pattern: '^[A-Z]{2}$',
      description: 'ISO 3166-1 alpha-2 in capitals, such as DE',
    }),
    state: Type.Optional(text(100)),
  },
  { additionalProperties: false },
);

export const Locale = Type.String({
  minLength: 2,
  maxLength: 35,
  pattern: '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$',
  description: 'a BCP 47 tag such as en or pt-BR',
});

const Input = Type.Object(
  {
    amount_total: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: maxAmount,
        description:
          'Minor units: what lines, taxes and discounts as you send them come to. May be left out when there are line items. ' +
          'A promotion code and automatic taxes change the total after this.',
      }),
    ),
    currency: CurrencyCode,
    currency_options: Type.Optional(
      Type.Enum(['automatic', 'fixed'], {
        description:
          'Automatic: with adaptive pricing (`PATCH /v1/fx_settings`) the customer may be offered the currency of their country. Fixed: nobody is.',
      }),
    ),
    line_items: Type.Optional(Type.Array(LineItem, { maxItems: 100 })),
    taxes: Type.Optional(Type.Array(Extra, { maxItems: 20 })),
    discounts: Type.Optional(Type.Array(Extra, { maxItems: 20 })),
    customer: Type.Optional(Id),
    customer_reference: Type.Optional(text(200)),
    customer_email: customerFields.email,
    success_url: Type.Optional(Url),
    cancel_url: Type.Optional(Url),
    description: Type.Optional(text(500)),
    merchant_reference: Type.Optional(text(200)),
    metadata: Type.Optional(Metadata),
    locale: Type.Optional(Locale),
    capture: Type.Optional(Type.Boolean({ description: 'False: only hold the amount. True when left out.' })),
    expires_in: Type.Optional(
      Type.Integer({ minimum: 60, maximum: 86_400, description: 'Seconds; 3600 (one hour) when left out.' }),
    ),
    ui_mode: Type.Optional(
      Type.Enum(['hosted', 'embedded'], {
        description:
          'Embedded: the page may be shown in a frame by `allowed_origins`. Hosted when left out: by nobody.',
      }),
    ),
    allowed_origins: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 255 }), {
        maxItems: 20,
        description:
          'Origins of the pages that embed this session, such as `https://shop.example.com`; needed when `ui_mode` is `embedded`. ' +
          'In the sandbox a loopback address may do without https.',
      }),
    ),
    allow_promotion_codes: Type.Optional(
      Type.Boolean({ description: 'True: the page has a field for a promotion code.' }),
    ),
    promotion_code: Type.Optional(
      text(64, 'A promotion code, or its id, that counts from the start. Not beside `discounts` of your own.'),
    ),
    automatic_tax: Type.Optional(
      Type.Boolean({
        description:
          'True: taxes by your tax rates, for `tax_address` or the customer’s address. Not beside `taxes` of your own.',
      }),
    ),
    tax_address: Type.Optional(TaxAddress),
    subscription_data: Type.Optional(SubscriptionData),
    success_message: Type.Optional(text(500, 'What a paid customer reads on our page. Not beside `success_url`.')),
    custom_text: Type.Optional(text(500, 'Shown above the pay button.')),
  },
  { additionalProperties: false },
);

export const createSession = operation({
  name: 'checkout_sessions.create',
  scope: 'checkout_sessions:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Create a checkout session',
  description:
    'The customer pays `amount_total` on the page at `url`. Line items, taxes and discounts are shown there and must add up to it. ' +
    'A line item is a `price` of your catalog with a quantity, or a line of your own. ' +
    'Name the customer by `customer`, by your own `customer_reference` or by `customer_email`; one that is not known yet is created. ' +
    'After payment the customer is sent to `success_url` with `session_id` added to its query. ' +
    'With `ui_mode` `embedded` the browser SDK shows the page inside yours, and nobody is sent anywhere.',
  input: Input,
  output: SessionObject,
  faults: [
    'total_mismatch',
    'currency_unsupported',
    'not_found',
    'parameter_invalid',
    'parameter_missing',
    'state_invalid',
    'promotion_code_refused',
    'amount_too_large',
    'feature_unavailable',
  ],
  example: {
    amount_total: 4277,
    currency: 'USD',
    line_items: [{ name: 'Coffee beans, 1 kg', quantity: 2, unit_amount: 1999 }],
    discounts: [{ name: 'Welcome', amount: 100 }],
    taxes: [{ name: 'VAT', amount: 379 }],
    customer_email: 'ada@example.com',
    success_url: 'https://shop.example.com/thanks',
    cancel_url: 'https://shop.example.com/cart',
    merchant_reference: 'order_1042',
  },
  async run(ctx, input, tx) {
    const currency = currencyOf(input.currency);
    refuseContradictions(input);
    const { ui_mode, allowed_origins } = originsOf(input, ctx.account.mode);
    const customer = await customerOf(ctx, tx, input);
    const locale = input.locale ?? customer?.language ?? null;
    const line_items = await linesOf(ctx, tx, input.line_items ?? [], currency, locale, input.subscription_data);
    const subscription_terms = termsOf(input, line_items);
    const given = { line_items, taxes: input.taxes ?? [], discounts: input.discounts ?? [] };
    const sums = refuseWrongSums(
      { ...given, amount_total: input.amount_total ?? totalOf(given, subscription_terms !== null) },
      currency,
    );
    const place = input.automatic_tax ? placeOf(input, customer) : null;
    const order = { currency, lines: line_items, subtotal: sums.subtotal, discounts: given.discounts, place };
    const who = { customer: customer?.id ?? null, email: input.customer_email ?? customer?.email ?? null };
    const taken =
      input.promotion_code === undefined ? undefined : await takeCode(ctx, tx, input.promotion_code, order, who);
    if (taken && 'refused' in taken) throw refusalFault(taken, currency);
    const quote = place || taken ? await quoteOf(ctx, tx, order, taken) : { ...given, amount_total: sums.total };
    const now = ctx.env.clock.now();
    const row = await tx
      .insertInto('checkout_sessions')
      .values({
        account_id: ctx.account.account_id,
        id: newId('sess', ctx.env),
        status: 'open',
        ui_mode,
        allowed_origins,
        amount_total: quote.amount_total,
        currency,
        currency_options: input.currency_options ?? 'automatic',
        allow_promotion_codes: input.allow_promotion_codes ?? false,
        automatic_tax: place !== null,
        tax_address: place && JSON.stringify(place),
        promotion_code_id: taken?.promotion.code.id ?? null,
        coupon_id: taken?.promotion.coupon.id ?? null,
        capture: input.capture ?? true,
        customer_id: customer?.id ?? null,
        customer_email: input.customer_email ?? customer?.email ?? null,
        customer_known: input.customer !== undefined || input.customer_reference !== undefined,
        line_items: JSON.stringify(line_items),
        taxes: JSON.stringify(quote.taxes),
        discounts: JSON.stringify(quote.discounts),
        subscription_terms: subscription_terms && JSON.stringify(subscription_terms),
        success_url: input.success_url ?? null,
        success_message: input.success_message ?? null,
        custom_text: input.custom_text ?? null,
        cancel_url: input.cancel_url ?? null,
        merchant_reference: input.merchant_reference ?? null,
        description: input.description ?? null,
        metadata: JSON.stringify(input.metadata ?? {}),
        locale,
        expires_at: plus(now, seconds(input.expires_in ?? 3600)),
        created_at: now,
        updated_at: now,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    await linkPage(tx, row.id, row.account_id);
    return sessionObject(ctx.env, row as unknown as SessionRow);
  },
});

/** What would have to be guessed is refused: a discount of one's own beside a code, taxes of one's own beside computed ones. */
function refuseContradictions(input: Static<typeof Input>): void {
  const bad = (param: string, message: string) => new Fault('parameter_invalid', message, { param });
  const by_code = input.allow_promotion_codes || input.promotion_code !== undefined;
  if (by_code && (input.discounts?.length ?? 0) > 0)
    throw bad('discounts', 'Discounts of your own do not go with promotion codes. Leave one of them out.');
  if (by_code && (input.taxes?.length ?? 0) > 0)
    throw bad(
      'taxes',
      'Taxes of your own would be wrong after a promotion code. Use automatic_tax, or leave them out.',
    );
  if (input.automatic_tax && (input.taxes?.length ?? 0) > 0)
    throw bad('taxes', 'Taxes of your own do not go with automatic_tax. Leave one of them out.');
  if (input.tax_address && !input.automatic_tax)
    throw bad('tax_address', 'It counts with automatic_tax alone. Set that, or leave tax_address out.');
  if (input.success_url !== undefined && input.success_message !== undefined)
    throw bad(
      'success_message',
      'A customer who is sent to success_url never reads success_message. Leave one of them out.',
    );
  const adjustable = input.line_items?.some((line) => line.adjustable_quantity) ?? false;
  if (adjustable && (input.discounts?.length ?? 0) + (input.taxes?.length ?? 0) > 0)
    throw bad(
      'line_items',
      'Taxes and discounts of your own would be wrong after another quantity. Use automatic_tax and promotion codes, or leave adjustable_quantity out.',
    );
  if (input.amount_total === undefined && (input.line_items?.length ?? 0) === 0)
    throw new Fault(
      'parameter_missing',
      `'amount_total' is required: a whole number from 1 to ${maxAmount}. It may be left out when there are line items.`,
      { param: 'amount_total' },
    );
}

function totalOf(
  given: Parameters<typeof sumsOf>[0] extends infer Shown ? Omit<Shown, 'amount_total'> : never,
  /** Of a subscription nothing may be due today. */
  recurring: boolean,
): number {
  const { total } = sumsOf({ ...given, amount_total: 0 });
  if (total < 1 && !recurring)
    throw new Fault('amount_too_small', 'These line items cost nothing. The least that can be paid is 1.', {
      param: 'line_items',
    });
  if (total > maxAmount)
    throw new Fault('amount_too_large', 'These line items cost more than an amount can hold. Lower their quantities.', {
      param: 'line_items',
    });
  return total;
}

/** Where taxes are owed: as the merchant says, else where the customer lives. */
function placeOf({ tax_address }: Static<typeof Input>, customer: CustomerRow | undefined): Place {
  const address = tax_address ?? (customer?.address as Address | null | undefined);
  if (!address?.country)
    throw new Fault(
      'parameter_missing',
      "'tax_address' is required with automatic_tax when the customer has no address with a country.",
      { param: 'tax_address' },
    );
  return { country: address.country, ...(address.state === undefined ? {} : { state: address.state }) };
}

/** The id decides, then the reference, then the e-mail; identifiers that disagree are refused. */
async function customerOf(ctx: Ctx, tx: Tx, input: Static<typeof Input>): Promise<CustomerRow | undefined> {
  const { account_id } = ctx.account;
  const { customer: id, customer_reference: reference, customer_email: email } = input;
  if (id !== undefined) {
    const row = await findCustomer(tx, account_id, id);
    if (reference !== undefined && row.reference !== reference) {
      throw new Fault(
        'parameter_invalid',
        'The customer has another reference. Leave customer_reference out, or update the customer.',
        { param: 'customer_reference' },
      );
    }
    return row;
  }
  if (reference !== undefined)
    return await customerByReference(ctx, tx, { reference, ...(email === undefined ? {} : { email }) });
  if (email !== undefined)
    return (await findByEmail(tx, account_id, email)) ?? (await insertCustomer(ctx, tx, { email }));
  return undefined;
}
