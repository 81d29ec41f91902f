// The operations on customers: create, get, list, update, delete. Deleting keeps the history of payments.

import { sql } from 'kysely';
import Type from 'typebox';
import type { Tx } from '../db/db.ts';
import { isDuplicate } from '../db/db.ts';
import { emit } from '../events/emit.ts';
import { must } from '../kit/assert.ts';
import { Fault } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import type { Ctx } from '../operation/context.ts';
import { Id, Ids, Instant, ListOf, pageFields, text } from '../operation/fields.ts';
import { each, idsBetween, readList } from '../operation/list.ts';
import { operation } from '../operation/operation.ts';
import {
  CustomerObject,
  type CustomerRow,
  customerFields,
  customerObject,
  findByReference,
  findCustomer,
} from './customer.ts';

export const createCustomer = operation({
  name: 'customers.create',
  scope: 'customers:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Create a customer',
  description:
    'Give at least one of `email`, `name` and `reference`. Several customers may share an e-mail address; a `reference` names one only.',
  input: Type.Object(customerFields, { additionalProperties: false }),
  output: CustomerObject,
  faults: ['parameter_missing', 'parameter_invalid'],
  example: { email: 'ada@example.com', name: 'Ada Lovelace', metadata: { plan: 'gold' } },
  async run(ctx, input, tx) {
    if (!input.email && !input.name && !input.reference) {
      throw new Fault('parameter_missing', 'Give at least one of email, name and reference.', { param: 'email' });
    }
    return customerObject(await insertCustomer(ctx, tx, input));
  },
});

type NewCustomer = Partial<Pick<CustomerRow, 'email' | 'name' | 'phone' | 'reference' | 'language' | 'tax_id'>> & {
  address?: unknown;
  metadata?: unknown;
};

/** Also the way of checkout, which makes a customer on the fly. */
export async function insertCustomer(ctx: Ctx, tx: Tx, input: NewCustomer): Promise<CustomerRow> {
  const now = ctx.env.clock.now();
  const row = await tx
    .insertInto('customers')
    .values({
      account_id: ctx.account.account_id,
      id: newId('cus', ctx.env),
      email: input.email ?? null,
      name: input.name ?? null,
      phone: input.phone ?? null,
      reference: input.reference ?? null,
      language: input.language ?? null,
      address: input.address ? JSON.stringify(input.address) : null,
      tax_id: input.tax_id ?? null,
      metadata: JSON.stringify(input.metadata ?? {}),
      created_at: now,
      updated_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
    .catch(refuseTakenReference);
  await emit(ctx, tx, 'customer.created', customerObject(row));
  return row;
}

/** By your own reference, made when there is none: of many callers at once one makes the customer, and all get that one. */
export async function customerByReference(
  ctx: Ctx,
  tx: Tx,
  input: { reference: string; email?: string },
): Promise<CustomerRow> {
  const { account_id } = ctx.account;
  const known = await findByReference(tx, account_id, input.reference);
  if (known) return known;
  const now = ctx.env.clock.now();
  const made = await tx
    .insertInto('customers')
    .values({
      account_id,
      id: newId('cus', ctx.env),
      reference: input.reference,
      email: input.email ?? null,
      created_at: now,
      updated_at: now,
    })
    .onConflict((c) =>
      c
        .columns(['account_id', 'reference'])
        .where('reference', 'is not', null)
        .where('deleted_at', 'is', null)
        .doNothing(),
    )
    .returningAll()
    .executeTakeFirst();
  if (!made) return must(await findByReference(tx, account_id, input.reference), 'whoever was first has committed');
  await emit(ctx, tx, 'customer.created', customerObject(made));
  return made;
}

function refuseTakenReference(error: unknown): never {
  if (!isDuplicate(error)) throw error;
  throw new Fault(
    'parameter_invalid',
    'Another customer has this reference. Update that one, or choose another reference.',
    { param: 'reference', cause: error },
  );
}

export const getCustomer = operation({
  name: 'customers.get',
  scope: 'customers:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get a customer',
  description: 'A deleted customer answers `not_found`; its payments keep its id.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: CustomerObject,
  faults: ['not_found'],
  example: { id: '{customer}' },
  run: async (ctx, input) =>
    customerObject(await findCustomer(ctx.env.db.query, ctx.account.account_id, input.id, 'id')),
});

export const listCustomers = operation({
  name: 'customers.list',
  scope: 'customers:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List customers',
  description: 'Newest first, deleted ones left out.',
  input: Type.Object(
    {
      ...pageFields,
      ids: Type.Optional(Ids),
      email: Type.Optional(Type.String({ maxLength: 254 })),
      reference: Type.Optional(text(200)),
      created_from: Type.Optional(Instant),
      created_to: Type.Optional({ ...Instant, description: 'Not included.' }),
    },
    { additionalProperties: false },
  ),
  output: ListOf(CustomerObject),
  faults: ['parameter_invalid'],
  run: (ctx, input) =>
    readList(ctx.env.db.query, input, {
      from: 'customers',
      where: {
        account_id: ctx.account.account_id,
        deleted_at: null,
        id: { in: input.ids, ...idsBetween('cus', input, 'created_from', 'created_to') },
        reference: input.reference,
      },
      also: [input.email !== undefined && sql`lower(email) = ${input.email.toLowerCase()}`],
      show: each(customerObject),
    }),
});

export const updateCustomer = operation({
  name: 'customers.update',
  scope: 'customers:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Update a customer',
  description: 'Fields left out stay as they are; `metadata` is replaced whole.',
  input: Type.Object(
    { id: Id, ...customerFields, default_payment_method: Type.Optional(Id) },
    { additionalProperties: false },
  ),
  output: CustomerObject,
  faults: ['not_found', 'parameter_invalid'],
  example: { id: '{customer}', name: 'Ada King', metadata: { plan: 'platinum' } },
  async run(ctx, input, tx) {
    const { account_id } = ctx.account;
    await findCustomer(tx, account_id, input.id, 'id');
    if (input.default_payment_method !== undefined) {
      // Detaching a card holds its customer, too (billing/detach-payment-method.ts): a card that goes at this moment is no default.
      await sql`select 1 from customers where account_id = ${account_id} and id = ${input.id} for update`.execute(tx);
      const method = await tx
        .selectFrom('payment_methods')
        .select('id')
        .where('account_id', '=', account_id)
        .where('id', '=', input.default_payment_method)
        .where('customer_id', '=', input.id)
        .where('detached_at', 'is', null)
        .executeTakeFirst();
      if (!method)
        throw new Fault('parameter_invalid', 'This is not a saved payment method of the customer.', {
          param: 'default_payment_method',
        });
    }
    const { id, address, metadata, ...rest } = input;
    const row = await tx
      .updateTable('customers')
      .set({
        ...rest,
        ...(address === undefined ? {} : { address: JSON.stringify(address) }),
        ...(metadata === undefined ? {} : { metadata: JSON.stringify(metadata) }),
        updated_at: ctx.env.clock.now(),
      })
      .where('account_id', '=', account_id)
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow()
      .catch(refuseTakenReference);
    await emit(ctx, tx, 'customer.updated', customerObject(row));
    return customerObject(row);
  },
});

export const deleteCustomer = operation({
  name: 'customers.delete',
  scope: 'customers:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Delete a customer',
  description:
    'Its saved payment methods can no longer be charged, and its subscriptions end at once. Past payments, invoices and refunds are kept; payments can still be refunded.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: CustomerObject,
  faults: ['not_found'],
  example: { id: '{unused_customer}' },
  async run(ctx, input, tx) {
    await findCustomer(tx, ctx.account.account_id, input.id, 'id');
    const row = await tx
      .updateTable('customers')
      .set({ deleted_at: ctx.env.clock.now(), updated_at: ctx.env.clock.now(), default_payment_method: null })
      .where('account_id', '=', ctx.account.account_id)
      .where('id', '=', input.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    await emit(ctx, tx, 'customer.deleted', customerObject(row));
    return customerObject(row);
  },
});
