// Who sells, as invoices print it: name, address, tax id, and a line at the foot. Each change is a version of its own, so that an invoice
// shows what held when it was made, however it is printed later.

import { sql } from 'kysely';
import Type, { type Static } from 'typebox';
import type { Executor, Tx } from '../db/db.ts';
import type { Ctx } from '../operation/context.ts';
import { Address, nullable, text } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';

const fields = {
  name: nullable(text(200, 'The registered name. Null: the merchant’s name.')),
  address: nullable(Address),
  tax_id: nullable(text(50, 'Such as a VAT number.')),
  email: nullable(text(254)),
  phone: nullable(text(40)),
  footer: nullable(text(500, 'At the foot of every page: what the law of your country asks for.')),
};

export const SellerObject = Type.Object({ object: Type.Literal('seller'), ...fields }, { title: 'Seller' });
export type Seller = Static<typeof SellerObject>;

const nothing: Seller = {
  object: 'seller',
  name: null,
  address: null,
  tax_id: null,
  email: null,
  phone: null,
  footer: null,
};

/** As an invoice knows it: by its version. 0: nothing was said. */
export async function sellerAt(query: Executor | Tx, account_id: string, version: number): Promise<Seller> {
  if (version === 0) return nothing;
  const { rows } = await sql<{ details: Omit<Seller, 'object'> }>`
    select details from invoice_sellers where account_id = ${account_id} and version = ${version}`.execute(query);
  return { ...nothing, ...rows[0]?.details };
}

async function versionNow(query: Executor | Tx, account_id: string): Promise<number> {
  const { rows } = await sql<{ seller: number }>`
    select seller from billing_numbers where account_id = ${account_id}`.execute(query);
  return rows[0]?.seller ?? 0;
}

export const getSeller = operation({
  name: 'seller.get',
  scope: 'billing_settings:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get the seller',
  description: 'Who sells, as new invoices show it.',
  input: Type.Object({}, { additionalProperties: false }),
  output: SellerObject,
  faults: [],
  run: async ({ env, account: { account_id } }: Ctx) =>
    await sellerAt(env.db.query, account_id, await versionNow(env.db.query, account_id)),
});

export const updateSeller = operation({
  name: 'seller.update',
  scope: 'billing_settings:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Update the seller',
  description:
    'Holds for invoices that are made from now on; those before keep what they show. Null takes a field away.',
  input: Type.Object(
    {
      name: Type.Optional(fields.name),
      address: Type.Optional(fields.address),
      tax_id: Type.Optional(fields.tax_id),
      email: Type.Optional(fields.email),
      phone: Type.Optional(fields.phone),
      footer: Type.Optional(fields.footer),
    },
    { additionalProperties: false },
  ),
  output: SellerObject,
  faults: ['parameter_invalid'],
  example: {
    name: 'Coffee Club GmbH',
    address: { line1: 'Hafenstr. 5', postal_code: '20457', city: 'Hamburg', country: 'DE' },
    tax_id: 'DE123456789',
    footer: 'Amtsgericht Hamburg, HRB 12345. Managing director: Ada Lovelace.',
  },
  async run(ctx, input, tx) {
    const { account_id } = ctx.account;
    // The row lock makes versions follow each other.
    const { rows } = await sql<{ seller: number }>`
      insert into billing_numbers (account_id, seller) values (${account_id}, 1)
      on conflict (account_id) do update set seller = billing_numbers.seller + 1 returning seller`.execute(tx);
    const version = rows[0]?.seller ?? 1;
    const { object: _, ...before } = await sellerAt(tx, account_id, version - 1);
    const details = { ...before, ...input };
    await sql`insert into invoice_sellers (account_id, version, details, created_at)
      values (${account_id}, ${version}, ${JSON.stringify(details)}, ${ctx.env.clock.now()})`.execute(tx);
    return { object: 'seller' as const, ...details };
  },
});
