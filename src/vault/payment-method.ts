// A customer's saved cards: attach from a token, list, get, detach. The CVC is gone by the time one is charged.

import type { Selectable } from 'kysely';
import Type, { type Static } from 'typebox';
import { customerObject, findCustomer } from '../customers/customer.ts';
import type { Executor, Tx } from '../db/db.ts';
import type { PaymentMethods } from '../db/types.ts';
import { emit } from '../events/emit.ts';
import { Fault, notFound } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import type { Ctx } from '../operation/context.ts';
import { Address, Id, ListOf, Metadata, nullable, pageFields } from '../operation/fields.ts';
import { readList } from '../operation/list.ts';
import { operation } from '../operation/operation.ts';
import type { CardRow } from './sealed-card.ts';
import { CardSummary, cardSummary } from './summary.ts';
import { parseToken } from './token.ts';

export const PaymentMethodObject = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('payment_method'),
    type: Type.Literal('card'),
    customer: Type.String(),
    card: CardSummary,
    billing_address: nullable(Address),
    metadata: Metadata,
    created_at: Type.String({ format: 'date-time' }),
  },
  { title: 'Payment method' },
);
export type PaymentMethodObject = Static<typeof PaymentMethodObject>;

export type PaymentMethodRow = Selectable<PaymentMethods>;

export function paymentMethodObject(row: PaymentMethodRow, card: CardRow): PaymentMethodObject {
  return {
    id: row.id,
    object: 'payment_method',
    type: 'card',
    customer: row.customer_id,
    card: cardSummary(card),
    billing_address: row.billing_address as Address | null,
    metadata: row.metadata as Metadata,
    created_at: row.created_at.toISOString(),
  };
}

export async function findPaymentMethod(
  query: Executor | Tx,
  account_id: string,
  id: string,
  param = 'payment_method',
): Promise<{ row: PaymentMethodRow; card: CardRow }> {
  const row = await query
    .selectFrom('payment_methods')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row || row.detached_at) throw notFound('payment method', id, param);
  await findCustomer(query, account_id, row.customer_id, param);
  const card = await query
    .selectFrom('cards')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('id', '=', row.card_id)
    .executeTakeFirstOrThrow();
  return { row, card };
}

/** `2026-02-28`: until then a card with this expiry is good. */
export const lastDayOf = (year: number, month: number): string =>
  new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);

type Attach = {
  customer_id: string;
  card_id: string;
  billing_address: unknown;
  metadata?: Metadata;
  /** The first one becomes the customer's default in any case. */
  set_default?: boolean;
};

/** Inside the caller's transaction; checkout saves a card this way after its payment went through. */
export async function attachCard(ctx: Ctx, tx: Tx, input: Attach): Promise<PaymentMethodObject> {
  const { account_id } = ctx.account;
  const customer = await findCustomer(tx, account_id, input.customer_id);
  const card = await tx
    .selectFrom('cards')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('id', '=', input.card_id)
    .executeTakeFirstOrThrow();
  const row = await tx
    .insertInto('payment_methods')
    .values({
      account_id,
      id: newId('pm', ctx.env),
      customer_id: input.customer_id,
      card_id: input.card_id,
      billing_address: input.billing_address ? JSON.stringify(input.billing_address) : null,
      metadata: JSON.stringify(input.metadata ?? {}),
      expires_on: lastDayOf(card.exp_year, card.exp_month),
      created_at: ctx.env.clock.now(),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  if (input.set_default || !customer.default_payment_method) {
    const changed = await tx
      .updateTable('customers')
      .set({ default_payment_method: row.id, updated_at: ctx.env.clock.now() })
      .where('account_id', '=', account_id)
      .where('id', '=', input.customer_id)
      .returningAll()
      .executeTakeFirstOrThrow();
    await emit(ctx, tx, 'customer.updated', customerObject(changed));
  }
  const object = paymentMethodObject(row, card);
  await emit(ctx, tx, 'payment_method.attached', object);
  return object;
}

export const createPaymentMethod = operation({
  name: 'payment_methods.create',
  scope: 'payment_methods:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Save a card of a customer',
  description: 'Uses up the token. The first saved card becomes the customer’s default.',
  input: Type.Object(
    { customer: Id, token: Type.String({ minLength: 1, maxLength: 255 }), metadata: Type.Optional(Metadata) },
    { additionalProperties: false },
  ),
  output: PaymentMethodObject,
  faults: ['not_found', 'token_used', 'token_expired'],
  example: { customer: '{customer}', token: '{token}' },
  async run(ctx, input, tx) {
    const { account_id } = ctx.account;
    const token = parseToken(ctx.env, account_id, input.token);
    await findCustomer(tx, account_id, input.customer);
    const row = await tx
      .updateTable('tokens')
      .set({ used_by: ctx.request_id })
      .where('account_id', '=', account_id)
      .where('id', '=', token.id)
      .where('used_by', 'is', null)
      .where('expires_at', '>', ctx.env.clock.now())
      .returning(['card_id', 'billing_address'])
      .executeTakeFirst();
    if (!row) throw await tokenFault(ctx, token.id, tx);
    return await attachCard(ctx, tx, {
      customer_id: input.customer,
      card_id: row.card_id,
      billing_address: row.billing_address,
      ...(input.metadata ? { metadata: input.metadata } : {}),
    });
  },
});

/** Why a token could not be used, after the fact. Inside a transaction `query` is that one: a second connection would starve a full pool. */
export async function tokenFault(ctx: Ctx, id: string, query: Executor | Tx = ctx.env.db.query): Promise<Fault> {
  const row = await query
    .selectFrom('tokens')
    .select(['used_by', 'expires_at'])
    .where('account_id', '=', ctx.account.account_id)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) return notFound('token', id.slice(0, 40), 'token');
  if (row.used_by)
    return new Fault('token_used', 'This token was used already; a token is good for one use. Make a new one.', {
      param: 'token',
    });
  return new Fault('token_expired', 'This token is older than fifteen minutes. Make a new one.', { param: 'token' });
}

export const getPaymentMethod = operation({
  name: 'payment_methods.get',
  scope: 'payment_methods:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get a payment method',
  description: 'A detached one, or one of a deleted customer, answers `not_found`.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: PaymentMethodObject,
  faults: ['not_found'],
  example: { id: '{payment_method}' },
  async run(ctx, input) {
    const { row, card } = await findPaymentMethod(ctx.env.db.query, ctx.account.account_id, input.id, 'id');
    return paymentMethodObject(row, card);
  },
});

export const listPaymentMethods = operation({
  name: 'payment_methods.list',
  scope: 'payment_methods:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List a customer’s payment methods',
  description: 'Newest first, detached ones left out.',
  input: Type.Object({ customer: Id, ...pageFields }, { additionalProperties: false }),
  output: ListOf(PaymentMethodObject),
  faults: ['not_found', 'parameter_invalid'],
  example: { customer: '{customer}' },
  async run(ctx, input) {
    const { account_id } = ctx.account;
    const { query } = ctx.env.db;
    await findCustomer(query, account_id, input.customer);
    return await readList(query, input, {
      from: 'payment_methods',
      where: { account_id, customer_id: input.customer, detached_at: null },
      async show(rows: PaymentMethodRow[]) {
        const ids = rows.map((row) => row.card_id);
        const cards =
          ids.length === 0
            ? []
            : await query
                .selectFrom('cards')
                .selectAll()
                .where('account_id', '=', account_id)
                .where('id', 'in', ids)
                .execute();
        const byId = new Map(cards.map((card) => [card.id, card]));
        return rows.flatMap((row) => {
          const card = byId.get(row.card_id);
          return card ? [paymentMethodObject(row, card)] : [];
        });
      },
    });
  },
});

export const updatePaymentMethod = operation({
  name: 'payment_methods.update',
  scope: 'payment_methods:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Update a payment method',
  description:
    'Its billing address, which the bank may compare with what it knows, and your notes. Both are replaced whole. The card itself is never changed: save a new one.',
  input: Type.Object(
    { id: Id, billing_address: Type.Optional(nullable(Address)), metadata: Type.Optional(Metadata) },
    { additionalProperties: false },
  ),
  output: PaymentMethodObject,
  faults: ['not_found', 'parameter_invalid'],
  example: { id: '{payment_method}', billing_address: { line1: '12 Main St', postal_code: '94107', country: 'US' } },
  async run(ctx, { id, billing_address, metadata }, tx) {
    const { account_id } = ctx.account;
    await findPaymentMethod(tx, account_id, id, 'id');
    if (billing_address !== undefined || metadata !== undefined) {
      await tx
        .updateTable('payment_methods')
        .set({
          ...(billing_address === undefined
            ? {}
            : { billing_address: billing_address === null ? null : JSON.stringify(billing_address) }),
          ...(metadata === undefined ? {} : { metadata: JSON.stringify(metadata) }),
        })
        .where('account_id', '=', account_id)
        .where('id', '=', id)
        .execute();
    }
    const { row, card } = await findPaymentMethod(tx, account_id, id, 'id');
    const object = paymentMethodObject(row, card);
    await emit(ctx, tx, 'payment_method.updated', object);
    return object;
  },
});

/** The rule about what renews with a card stands above: src/billing/detach-payment-method.ts. */
export async function detachCard(ctx: Ctx, tx: Tx, id: string): Promise<PaymentMethodObject> {
  const { account_id } = ctx.account;
  const { row, card } = await findPaymentMethod(tx, account_id, id, 'id');
  await tx
    .updateTable('payment_methods')
    .set({ detached_at: ctx.env.clock.now() })
    .where('account_id', '=', account_id)
    .where('id', '=', row.id)
    .execute();
  await tx
    .updateTable('customers')
    .set({ default_payment_method: null, updated_at: ctx.env.clock.now() })
    .where('account_id', '=', account_id)
    .where('id', '=', row.customer_id)
    .where('default_payment_method', '=', row.id)
    .execute();
  const object = paymentMethodObject(row, card);
  await emit(ctx, tx, 'payment_method.detached', object);
  return object;
}
