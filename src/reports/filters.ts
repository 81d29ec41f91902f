// What narrows a report besides its period and currency: the filters of the list of the same objects, under the same names, so that a
// file holds what a list shows. A filter that a report does not have is refused, never left out of account.

import { type RawBuilder, sql } from 'kysely';
import Type, { type Static } from 'typebox';
import { disputeStatuses } from '../disputes/dispute.ts';
import { Fault } from '../kit/fault.ts';
import { Amount, Id, Metadata, text } from '../operation/fields.ts';
import { paymentStatuses } from '../payments/payment.ts';
import { payoutStatuses } from '../payouts/payout.ts';
import { activityTypes, recipesOf } from '../settlements/activity.ts';
import type { ReportType } from './report.ts';

const statuses: Partial<Record<ReportType, readonly string[]>> = {
  payments: paymentStatuses,
  refunds: ['pending', 'succeeded', 'failed'],
  disputes: disputeStatuses,
  payouts: payoutStatuses,
};

const ofPayments = 'Of payments.';

export const filterFields = {
  status: Type.Optional(
    Type.Array(Type.Enum([...new Set(Object.values(statuses).flat())]), {
      minItems: 1,
      maxItems: 7,
      description: 'Of payments, refunds, disputes and payouts: those in any of these states.',
    }),
  ),
  amount: Type.Optional({ ...Amount, description: ofPayments }),
  amount_min: Type.Optional({ ...Amount, description: ofPayments }),
  amount_max: Type.Optional({ ...Amount, description: ofPayments }),
  email: Type.Optional(Type.String({ maxLength: 254, description: ofPayments })),
  card_last_four: Type.Optional(Type.String({ pattern: '^[0-9]{4}$', description: 'Of payments: four digits.' })),
  merchant_reference: Type.Optional({ ...text(200), description: ofPayments }),
  customer: Type.Optional({ ...Id, description: ofPayments }),
  checkout_session: Type.Optional({ ...Id, description: ofPayments }),
  metadata: Type.Optional({ ...Metadata, description: ofPayments }),
  activity_type: Type.Optional(Type.Enum(activityTypes, { description: 'Of balance activities.' })),
};
const Filters = Type.Object(filterFields);
export type Filters = Static<typeof Filters>;
type Name = keyof Filters;

const names = Object.keys(filterFields) as Name[];
const taken = (type: ReportType): readonly Name[] => {
  if (type === 'payments') return names.filter((name) => name !== 'activity_type');
  if (type === 'balance_activities') return ['activity_type'];
  return statuses[type] ? ['status'] : [];
};

/** What of the input is a filter, each of them one that this report has. */
export function filtersOf(type: ReportType, input: Filters): Filters {
  const given = names.filter((name) => input[name] !== undefined);
  const own = taken(type);
  const foreign = given.find((name) => !own.includes(name));
  if (foreign !== undefined) {
    const has = own.length === 0 ? 'It has no such filters' : `It can be by ${own.join(', ')}`;
    throw new Fault('parameter_invalid', `A report of ${type} cannot be narrowed by '${foreign}'. ${has}.`, {
      param: foreign,
    });
  }
  const known = statuses[type] ?? [];
  const wrong = input.status?.find((status) => !known.includes(status));
  if (wrong !== undefined) {
    throw new Fault('parameter_invalid', `'${wrong}' is no state of ${type}. Those are ${known.join(', ')}.`, {
      param: 'status',
    });
  }
  return Object.fromEntries(given.map((name) => [name, input[name]]));
}

/** Over the columns of the report's own table. */
export function conditionOf(filters: Filters): RawBuilder<unknown> {
  const { status, amount, amount_min, amount_max, email, metadata } = filters;
  const same = {
    card_last_four: filters.card_last_four,
    merchant_reference: filters.merchant_reference,
    customer_id: filters.customer,
    checkout_session_id: filters.checkout_session,
  };
  const conditions = [sql`true`];
  if (status !== undefined) conditions.push(sql`status in (${sql.join(status)})`);
  if (amount !== undefined) conditions.push(sql`amount = ${amount}`);
  if (amount_min !== undefined) conditions.push(sql`amount >= ${amount_min}`);
  if (amount_max !== undefined) conditions.push(sql`amount <= ${amount_max}`);
  if (email !== undefined) conditions.push(sql`lower(email) = ${email.toLowerCase()}`);
  if (metadata !== undefined) conditions.push(sql`metadata @> ${JSON.stringify(metadata)}::jsonb and metadata <> '{}'`);
  for (const [column, value] of Object.entries(same))
    if (value !== undefined) conditions.push(sql`${sql.ref(column)} = ${value}`);
  return sql.join(conditions, sql` and `);
}

/** Over the recipes of postings, each of which moves the balance as one type of activity. */
export const recipeIs = ({ activity_type }: Filters): RawBuilder<unknown> =>
  activity_type === undefined ? sql`true` : sql`p.recipe in (${sql.join([...recipesOf(activity_type)])})`;
