// A customer of one account: its public shape and how it is found.

import type { Selectable } from 'kysely';
import { sql } from 'kysely';
import Type, { type Static } from 'typebox';
import type { Executor, Tx } from '../db/db.ts';
import type { Customers } from '../db/types.ts';
import { notFound } from '../kit/fault.ts';
import { Address, Email, Metadata, nullable, text } from '../operation/fields.ts';

export type CustomerRow = Selectable<Customers>;

export const CustomerObject = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('customer'),
    email: nullable(Type.String()),
    name: nullable(Type.String()),
    phone: nullable(Type.String()),
    reference: nullable(
      Type.String({ description: 'Your own id of this customer; unique among the customers that exist.' }),
    ),
    language: nullable(Type.String({ description: 'BCP 47 tag; e-mails and pages use it.' })),
    address: nullable(Address),
    tax_id: nullable(Type.String({ description: 'As the customer’s country writes it.' })),
    metadata: Metadata,
    default_payment_method: nullable(Type.String()),
    deleted: Type.Boolean(),
    created_at: Type.String({ format: 'date-time' }),
    updated_at: Type.String({ format: 'date-time' }),
  },
  { title: 'Customer' },
);
export type CustomerObject = Static<typeof CustomerObject>;

export function customerObject(row: CustomerRow): CustomerObject {
  return {
    id: row.id,
    object: 'customer',
    email: row.email,
    name: row.name,
    phone: row.phone,
    reference: row.reference,
    language: row.language,
    address: row.address as Address | null,
    tax_id: row.tax_id,
    metadata: row.metadata as Metadata,
    default_payment_method: row.default_payment_method,
    deleted: row.deleted_at !== null,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

export const customerFields = {
  email: Type.Optional(Email),
  name: Type.Optional(text(200)),
  phone: Type.Optional(text(40)),
  reference: Type.Optional(text(200)),
  language: Type.Optional(
    Type.String({
      minLength: 2,
      maxLength: 35,
      pattern: '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$',
      description: 'a BCP 47 tag such as en or pt-BR',
    }),
  ),
  address: Type.Optional(Address),
  tax_id: Type.Optional(
    nullable(
      Type.String({
        minLength: 2,
        maxLength: 40,
        pattern: '^[A-Za-z0-9](?:[A-Za-z0-9 ./-]*[A-Za-z0-9])?$',
        description: 'a tax id such as DE123456789; it is kept as you give it and not looked up',
      }),
    ),
  ),
  metadata: Type.Optional(Metadata),
};

/** Throws not_found for a stranger's, a deleted or an unknown id. */
export async function findCustomer(
  query: Executor | Tx,
  account_id: string,
  id: string,
  param = 'customer',
): Promise<CustomerRow> {
  const row = await query
    .selectFrom('customers')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row || row.deleted_at) throw notFound('customer', id, param);
  return row;
}

export async function findByReference(
  query: Executor | Tx,
  account_id: string,
  reference: string,
): Promise<CustomerRow | undefined> {
  return await query
    .selectFrom('customers')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('reference', '=', reference)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
}

/** The newest of the customers with that address: several may share one. */
export async function findByEmail(
  query: Executor | Tx,
  account_id: string,
  email: string,
): Promise<CustomerRow | undefined> {
  return await query
    .selectFrom('customers')
    .selectAll()
    .where('account_id', '=', account_id)
    .where(sql`lower(email)`, '=', email.toLowerCase())
    .where('deleted_at', 'is', null)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
}
