// The merchant's operations on payment links: create, get, list, update. What a link sells never changes: it may be in print.

import { sql } from 'kysely';
import Type, { type Static } from 'typebox';
import type { Tx } from '../db/db.ts';
import { emit } from '../events/emit.ts';
import { Fault } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import { currencyOf } from '../kit/money.ts';
import type { Ctx } from '../operation/context.ts';
import { CurrencyCode, Id, instantOf, ListOf, Metadata, nullable, pageFields, text, Url } from '../operation/fields.ts';
import { each, readList } from '../operation/list.ts';
import { operation } from '../operation/operation.ts';
import { linkPage } from '../payments/page-link.ts';
import { Locale, TaxAddress } from './create-session.ts';
import { sessionOf } from './open-payment-link.ts';
import {
  findPaymentLink,
  LinkLineInput,
  lockPaymentLink,
  PaymentLinkObject,
  type PaymentLinkRow,
  paymentLinkObject,
} from './payment-link.ts';
import { boundsOf } from './quantity.ts';

const Message = (description: string) => text(500, description);
const success_message = Message('What a paid customer reads on our page. Not beside `success_url`.');
const custom_text = Message('Shown above the pay button: what somebody should know before they pay.');
const Most = Type.Integer({
  minimum: 1,
  maximum: 1_000_000_000,
  description: 'After so many completed sessions nobody can pay through it any more.',
});
const Instant = Type.String({ format: 'date-time' });

const CreateInput = Type.Object(
  {
    line_items: Type.Array(LinkLineInput, { minItems: 1, maxItems: 20 }),
    currency: CurrencyCode,
    allow_promotion_codes: Type.Optional(Type.Boolean()),
    automatic_tax: Type.Optional(Type.Boolean({ description: 'True: taxes by your tax rates, for `tax_address`.' })),
    tax_address: Type.Optional(TaxAddress),
    success_url: Type.Optional(Url),
    success_message: Type.Optional(success_message),
    custom_text: Type.Optional(custom_text),
    locale: Type.Optional(Locale),
    merchant_reference: Type.Optional(text(200, 'Given to every session and payment that the link makes.')),
    metadata: Type.Optional(Metadata),
    max_completed_sessions: Type.Optional(Most),
    expires_at: Type.Optional(Instant),
  },
  { additionalProperties: false },
);

export const createPaymentLink = operation({
  name: 'payment_links.create',
  scope: 'payment_links:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Create a payment link',
  description:
    'Whoever opens its `url` gets a checkout session of their own, with the prices as they are at that moment. ' +
    'With `adjustable_quantity` the customer chooses how many. `success_url` or `success_message` says what follows; without them our page says thank you.',
  input: CreateInput,
  output: PaymentLinkObject,
  faults: [
    'not_found',
    'parameter_missing',
    'parameter_invalid',
    'currency_unsupported',
    'state_invalid',
    'amount_too_large',
    'amount_too_small',
    'feature_unavailable',
  ],
  example: {
    line_items: [{ price: '{price}', adjustable_quantity: { minimum: 1, maximum: 10 } }],
    currency: 'USD',
    success_message: 'Thank you! Your beans are roasted tomorrow.',
  },
  async run(ctx, input, tx) {
    const currency = currencyOf(input.currency);
    refuseBothEnds(input.success_url ?? null, input.success_message ?? null);
    refuseTaxAddress(input);
    const line_items = input.line_items.map(({ price, quantity = 1, adjustable_quantity }, i) => ({
      price,
      quantity,
      adjustable_quantity: boundsOf(
        { quantity, ...(adjustable_quantity ? { adjustable_quantity } : {}) },
        `line_items[${i}]`,
      ),
    }));
    const now = ctx.env.clock.now();
    const row = await tx
      .insertInto('payment_links')
      .values({
        account_id: ctx.account.account_id,
        id: newId('plink', ctx.env),
        currency,
        line_items: JSON.stringify(line_items),
        allow_promotion_codes: input.allow_promotion_codes ?? false,
        automatic_tax: input.automatic_tax ?? false,
        tax_address: input.tax_address ? JSON.stringify(input.tax_address) : null,
        success_url: input.success_url ?? null,
        success_message: input.success_message ?? null,
        custom_text: input.custom_text ?? null,
        locale: input.locale ?? null,
        merchant_reference: input.merchant_reference ?? null,
        metadata: JSON.stringify(input.metadata ?? {}),
        max_completed_sessions: input.max_completed_sessions ?? null,
        expires_at: endOf(ctx, input.expires_at),
        created_at: now,
        updated_at: now,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    const link = row as unknown as PaymentLinkRow;
    await refuseUnsellable(ctx, tx, link);
    await linkPage(tx, link.id, link.account_id);
    return await told(ctx, tx, link, 'payment_link.created');
  },
});

/** As the first visitor would meet it: what cannot be sold is refused before the link is in print. Nothing is left of the try. */
async function refuseUnsellable(ctx: Ctx, tx: Tx, link: PaymentLinkRow): Promise<void> {
  await sql`savepoint first_visit`.execute(tx);
  await sessionOf(ctx, tx, link, link.locale);
  await sql`rollback to savepoint first_visit`.execute(tx);
}

async function told(
  ctx: Ctx,
  tx: Tx,
  row: PaymentLinkRow,
  type: 'payment_link.created' | 'payment_link.updated',
): Promise<PaymentLinkObject> {
  const object = paymentLinkObject(ctx.env, row);
  await emit(ctx, tx, type, object);
  return object;
}

function refuseBothEnds(success_url: string | null, success_message: string | null): void {
  if (success_url === null || success_message === null) return;
  throw new Fault(
    'parameter_invalid',
    'A customer who is sent to success_url never reads success_message. Leave one of them out, or set it to null.',
    { param: 'success_message' },
  );
}

function refuseTaxAddress({ automatic_tax = false, tax_address }: Static<typeof CreateInput>): void {
  if (automatic_tax && !tax_address)
    throw new Fault(
      'parameter_missing',
      "'tax_address' is required with automatic_tax: whoever opens the link is not known before they pay.",
      { param: 'tax_address' },
    );
  if (!automatic_tax && tax_address)
    throw new Fault('parameter_invalid', 'It counts with automatic_tax alone. Set that, or leave tax_address out.', {
      param: 'tax_address',
    });
}

function endOf(ctx: Ctx, expires_at: string | undefined): Date | null {
  if (expires_at === undefined) return null;
  const end = instantOf(expires_at, 'expires_at');
  if (end <= ctx.env.clock.now())
    throw new Fault(
      'parameter_invalid',
      "'expires_at' must be in the future. To close the link, set active to false.",
      {
        param: 'expires_at',
      },
    );
  return end;
}

export const getPaymentLink = operation({
  name: 'payment_links.get',
  scope: 'payment_links:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get a payment link',
  description: 'In every status.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: PaymentLinkObject,
  faults: ['not_found'],
  example: { id: '{payment_link}' },
  run: async (ctx, input) =>
    paymentLinkObject(ctx.env, await findPaymentLink(ctx.env.db.query, ctx.account.account_id, input.id)),
});

export const listPaymentLinks = operation({
  name: 'payment_links.list',
  scope: 'payment_links:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List payment links',
  description: 'Newest first. `active` is your own switch: a link that has expired or is used up may still be active.',
  input: Type.Object({ ...pageFields, active: Type.Optional(Type.Boolean()) }, { additionalProperties: false }),
  output: ListOf(PaymentLinkObject),
  faults: ['parameter_invalid'],
  run: (ctx, input) =>
    readList(ctx.env.db.query, input, {
      from: 'payment_links',
      where: {
        account_id: ctx.account.account_id,
        active: input.active,
      },
      show: each((row: PaymentLinkRow) => paymentLinkObject(ctx.env, row)),
    }),
});

export const updatePaymentLink = operation({
  name: 'payment_links.update',
  scope: 'payment_links:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Update a payment link',
  description:
    'Fields left out stay as they are, `null` takes a field away, `metadata` is replaced whole. ' +
    'With `active: false` nobody can pay through it from this moment on, not even on pages that are open. What it sells stays: make another link for that.',
  input: Type.Object(
    {
      id: Id,
      active: Type.Optional(Type.Boolean()),
      allow_promotion_codes: Type.Optional(Type.Boolean()),
      success_url: Type.Optional(nullable(Url)),
      success_message: Type.Optional(nullable(success_message)),
      custom_text: Type.Optional(nullable(custom_text)),
      locale: Type.Optional(nullable(Locale)),
      merchant_reference: Type.Optional(nullable(text(200))),
      metadata: Type.Optional(Metadata),
      max_completed_sessions: Type.Optional(nullable(Most)),
      expires_at: Type.Optional(nullable(Instant)),
    },
    { additionalProperties: false },
  ),
  output: PaymentLinkObject,
  faults: ['not_found', 'parameter_invalid'],
  example: { id: '{payment_link}', active: false },
  async run(ctx, input, tx) {
    const { account_id } = ctx.account;
    const before = await lockPaymentLink(tx, account_id, input.id);
    const { id, metadata, expires_at, ...plain } = input;
    const after = { ...before, ...plain };
    refuseBothEnds(after.success_url, after.success_message);
    refuseLowLimit(before, input.max_completed_sessions);
    const row = await tx
      .updateTable('payment_links')
      .set({
        ...plain,
        ...(metadata === undefined ? {} : { metadata: JSON.stringify(metadata) }),
        ...(expires_at === undefined ? {} : { expires_at: expires_at === null ? null : endOf(ctx, expires_at) }),
        updated_at: ctx.env.clock.now(),
      })
      .where('account_id', '=', account_id)
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow();
    return await told(ctx, tx, row as unknown as PaymentLinkRow, 'payment_link.updated');
  },
});

/** Payments under way may still succeed: a limit below them would have to take money and refuse it afterwards. */
function refuseLowLimit(link: PaymentLinkRow, most: number | null | undefined): void {
  if (most === undefined || most === null) return;
  const taken = link.sessions_completed + link.sessions_under_way;
  if (most >= taken) return;
  throw new Fault(
    'parameter_invalid',
    `${taken} sessions of this link are completed or being paid: the limit cannot be below that. To close the link, set active to false.`,
    { param: 'max_completed_sessions' },
  );
}
