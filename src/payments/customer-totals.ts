// What a customer has spent, by currency: a sum over their payments, made when it is asked for. Must never read more of them than
// `most`, however long the history: each is a row of the index of payments by customer, and nothing is kept that could differ.

import { sql } from 'kysely';
import Type, { type Static } from 'typebox';
import { findCustomer } from '../customers/customer.ts';
import { Id, nullable } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';

const most = 10_000;

export const CustomerTotals = Type.Object(
  {
    object: Type.Literal('customer_totals'),
    customer: Type.String(),
    totals: Type.Array(
      Type.Object({
        currency: Type.String(),
        payments: Type.Integer({ description: 'Those of which something was captured.' }),
        amount_captured: Type.Integer(),
        amount_refunded: Type.Integer(),
        amount_disputed: Type.Integer({ description: 'Held back by disputes or lost to them; not taken off.' }),
        total_spent: Type.Integer({ description: '`amount_captured` less `amount_refunded`, in minor units.' }),
      }),
      { description: 'The account’s own currency first, then by name. Empty: nothing was paid yet.' },
    ),
    counted_from: nullable(
      Type.String({
        format: 'date-time',
        description: `Null: every payment is counted. Else there are more than ${most}, and those made since this time are.`,
      }),
    ),
  },
  { title: 'Customer totals' },
);
export type CustomerTotals = Static<typeof CustomerTotals>;

type Row = CustomerTotals['totals'][number] & { counted_from: Date | null };

export const getCustomerTotals = operation({
  name: 'customers.totals',
  scope: 'payments:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get what a customer has spent',
  description: `By currency: what was captured of their payments, what was refunded, and what is left. Of a customer with more than ${most} payments the newest ${most} are counted.`,
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: CustomerTotals,
  faults: ['not_found'],
  example: { id: '{customer}' },
  async run(ctx, input): Promise<CustomerTotals> {
    const { account_id, currency: own } = ctx.account;
    const customer = await findCustomer(ctx.env.db.query, account_id, input.id, 'id');
    const { rows } = await sql<Row>`
      with newest as materialized (
        select currency, amount_captured, amount_refunded, amount_disputed, created_at, row_number() over (order by id desc) as place
        from payments where account_id = ${account_id} and customer_id = ${customer.id} order by id desc limit ${most + 1}
      )
      select currency, (count(*) filter (where amount_captured > 0))::int as payments,
        sum(amount_captured)::bigint as amount_captured, sum(amount_refunded)::bigint as amount_refunded,
        sum(amount_disputed)::bigint as amount_disputed, sum(amount_captured - amount_refunded)::bigint as total_spent,
        (select created_at from newest where place = ${most} and (select count(*) from newest) > ${most}) as counted_from
      from newest where place <= ${most} group by currency order by currency <> ${own}, currency`.execute(
      ctx.env.db.query,
    );
    return {
      object: 'customer_totals',
      customer: customer.id,
      totals: rows.filter(({ payments }) => payments > 0).map(({ counted_from, ...total }) => total),
      counted_from: rows[0]?.counted_from?.toISOString() ?? null,
    };
  },
});
