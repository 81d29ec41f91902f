// What customers owe on invoices that are open, in one sum by currency, and how much of it is late. Reads only, along the index of an
// account's open invoices; beyond a bound the older ones are left out, and that is told.

import { sql } from 'kysely';
import Type from 'typebox';
import { nullable } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';

/** An account with more has a process for them; this is a glance. Some 0.1 s. */
const mostCounted = 20_000;

const sums = {
  currency: Type.String(),
  invoices: Type.Integer({ description: 'How many are open.' }),
  amount: Type.Integer({ description: 'What is left to pay of them. Minor units.' }),
  overdue_invoices: Type.Integer({ description: 'Of them: those whose last day to pay is over.' }),
  overdue_amount: Type.Integer(),
};

type Row = { [K in keyof typeof sums]: K extends 'currency' ? string : number };

export const getReceivables = operation({
  name: 'receivables.get',
  scope: 'invoices:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get what customers owe',
  description:
    'The sum of what is left to pay of all open invoices, by currency: the account’s own first, then by name. For the invoices themselves list those that are `open`.',
  input: Type.Object({}, { additionalProperties: false }),
  output: Type.Object(
    {
      object: Type.Literal('receivables'),
      totals: Type.Array(Type.Object(sums)),
      counted_from: nullable(
        Type.String({
          format: 'date-time',
          description: `Null: all are counted. Else there are more than ${mostCounted.toLocaleString('en')}, and only those made since then are.`,
        }),
      ),
    },
    { title: 'Receivables' },
  ),
  faults: [],
  example: {},
  async run({ account, env }) {
    const { account_id, currency } = account;
    const { rows } = await sql<Row & { counted: number; oldest: Date }>`
      with open as (
        select currency, amount_due - amount_paid as amount, overdue_at, created_at from invoices
        where account_id = ${account_id} and status = 'open' order by id desc limit ${mostCounted + 1}
      )
      select currency, count(*)::int as invoices, sum(amount)::bigint as amount,
        (count(*) filter (where overdue_at is not null))::int as overdue_invoices,
        coalesce(sum(amount) filter (where overdue_at is not null), 0)::bigint as overdue_amount,
        (select count(*) from open)::int as counted, (select min(created_at) from open) as oldest
      from open group by currency order by currency <> ${currency}, currency`.execute(env.db.query);
    const [first] = rows;
    return {
      object: 'receivables' as const,
      totals: rows.map(({ counted: _, oldest: __, ...row }) => row),
      counted_from: first !== undefined && first.counted > mostCounted ? first.oldest.toISOString() : null,
    };
  },
});
