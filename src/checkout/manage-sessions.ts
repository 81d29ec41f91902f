// The merchant's operations on checkout sessions: create, get, list, expire.

import Type, { type Static } from 'typebox';
import { type CustomerRow, customerFields, findByEmail, findCustomer } from '../customers/customer.ts';
import { customerByReference, insertCustomer } from '../customers/manage-customers.ts';
import type { Tx } from '../db/db.ts';
import { emit } from '../events/emit.ts';
import { plus, seconds } from '../kit/clock.ts';
import { Fault } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import { currencyOf } from '../kit/money.ts';
import { toList, windowOf } from '../kit/page.ts';
import type { Ctx } from '../operation/context.ts';
import { Amount, CurrencyCode, Id, ListOf, Metadata, pageFields, text, Url } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { linkPage } from '../payments/page-link.ts';
import { Extra, findSession, LineItem, lockSession, SessionObject, type SessionRow, sessionObject } from './session.ts';
import { refuseWrongSums } from './sums.ts';

const Input = Type.Object(
  {
    amount_total: Amount,
    currency: CurrencyCode,
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
    locale: Type.Optional(
      Type.String({
        minLength: 2,
        maxLength: 35,
        pattern: '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$',
        description: 'a BCP 47 tag such as en or pt-BR',
      }),
    ),
    capture: Type.Optional(Type.Boolean({ description: 'False: only hold the amount. True when left out.' })),
    expires_in: Type.Optional(
      Type.Integer({ minimum: 60, maximum: 86_400, description: 'Seconds; 3600 (one hour) when left out.' }),
    ),
    allow_promotion_codes: Type.Optional(
      Type.Boolean({ description: 'Only false for now: there are no promotion codes yet.' }),
    ),
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
    'Name the customer by `customer`, by your own `customer_reference` or by `customer_email`; one that is not known yet is created. ' +
    'After payment the customer is sent to `success_url` with `session_id` added to its query.',
  input: Input,
  output: SessionObject,
  faults: ['total_mismatch', 'currency_unsupported', 'not_found', 'parameter_invalid', 'feature_unavailable'],
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
    if (input.allow_promotion_codes) {
      throw new Fault(
        'feature_unavailable',
        'Promotion codes are not available yet. Leave allow_promotion_codes out.',
        { param: 'allow_promotion_codes' },
      );
    }
    const shown = {
      line_items: input.line_items ?? [],
      taxes: input.taxes ?? [],
      discounts: input.discounts ?? [],
      amount_total: input.amount_total,
    };
    refuseWrongSums(shown, currency);
    const customer = await customerOf(ctx, tx, input);
    const now = ctx.env.clock.now();
    const row = await tx
      .insertInto('checkout_sessions')
      .values({
        account_id: ctx.account.account_id,
        id: newId('sess', ctx.env),
        status: 'open',
        amount_total: input.amount_total,
        currency,
        capture: input.capture ?? true,
        customer_id: customer?.id ?? null,
        customer_email: input.customer_email ?? customer?.email ?? null,
        customer_known: input.customer !== undefined || input.customer_reference !== undefined,
        line_items: JSON.stringify(shown.line_items),
        taxes: JSON.stringify(shown.taxes),
        discounts: JSON.stringify(shown.discounts),
        success_url: input.success_url ?? null,
        cancel_url: input.cancel_url ?? null,
        merchant_reference: input.merchant_reference ?? null,
        description: input.description ?? null,
        metadata: JSON.stringify(input.metadata ?? {}),
        locale: input.locale ?? customer?.language ?? null,
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

export const getSession = operation({
  name: 'checkout_sessions.get',
  scope: 'checkout_sessions:read',
  actors: ['secret', 'publishable', 'system'],
  kind: 'read',
  summary: 'Get a checkout session',
  description: 'A publishable key may ask too: the id is known only to whom you gave the link.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: SessionObject,
  faults: ['not_found'],
  example: { id: '{checkout_session}' },
  run: async (ctx, input) =>
    sessionObject(ctx.env, await findSession(ctx.env.db.query, ctx.account.account_id, input.id)),
});

export const listSessions = operation({
  name: 'checkout_sessions.list',
  scope: 'checkout_sessions:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List checkout sessions',
  description: 'Newest first.',
  input: Type.Object(
    {
      ...pageFields,
      status: Type.Optional(Type.Enum(['open', 'complete', 'expired'])),
      customer: Type.Optional(Id),
      merchant_reference: Type.Optional(text(200)),
    },
    { additionalProperties: false },
  ),
  output: ListOf(SessionObject),
  faults: ['parameter_invalid'],
  async run(ctx, input) {
    const window = windowOf(input);
    let query = ctx.env.db.query
      .selectFrom('checkout_sessions')
      .selectAll()
      .where('account_id', '=', ctx.account.account_id)
      .orderBy('id', window.before === undefined ? 'desc' : 'asc')
      .limit(window.limit + 1);
    if (input.status !== undefined) query = query.where('status', '=', input.status);
    if (input.customer !== undefined) query = query.where('customer_id', '=', input.customer);
    if (input.merchant_reference !== undefined)
      query = query.where('merchant_reference', '=', input.merchant_reference);
    if (window.after !== undefined) query = query.where('id', '<', window.after);
    if (window.before !== undefined) query = query.where('id', '>', window.before);
    return toList((await query.execute()) as unknown as SessionRow[], window, (row) => sessionObject(ctx.env, row));
  },
});

export const expireSession = operation({
  name: 'checkout_sessions.expire',
  scope: 'checkout_sessions:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Expire a checkout session',
  description:
    'Closes an open session at once. A payment already under way may still succeed; the session then becomes `complete` and `checkout_session.late_payment` tells of it.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: SessionObject,
  faults: ['not_found', 'session_complete'],
  example: { id: '{unused_checkout_session}' },
  async run(ctx, input, tx) {
    const row = await lockSession(tx, ctx.account.account_id, input.id);
    if (row.status === 'complete')
      throw new Fault(
        'session_complete',
        'This session was paid already and cannot be expired. Refund its payment instead.',
        { param: 'id' },
      );
    if (row.status === 'expired') return sessionObject(ctx.env, row);
    return sessionObject(ctx.env, await markExpired(ctx, tx, row));
  },
});

export async function markExpired(ctx: Ctx, tx: Tx, row: SessionRow): Promise<SessionRow> {
  const changed = await tx
    .updateTable('checkout_sessions')
    .set({ status: 'expired', updated_at: ctx.env.clock.now() })
    .where('account_id', '=', row.account_id)
    .where('id', '=', row.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  const expired = changed as unknown as SessionRow;
  await emit(ctx, tx, 'checkout_session.expired', sessionObject(ctx.env, expired));
  return expired;
}
