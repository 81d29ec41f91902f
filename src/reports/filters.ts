// What narrows a report besides its period and currency: the filters of the list of the same objects, under the same names, so that a
// file holds what a list shows. A filter that a report does not have is refused, never left out of account.

import { type RawBuilder, sql } from 'kysely';
import Type, { type Static } from 'typebox';
import { invoiceStatuses } from '../billing/invoice.ts';
import { disputeStatuses } from '../disputes/dispute.ts';
import { Fault } from '../kit/fault.ts';
import { Amount, Day, Id, Metadata, text } from '../operation/fields.ts';
import { paymentStatuses } from '../payments/payment.ts';
import { payoutStatuses } from '../payouts/payout.ts';
import { activityTypes, recipesOf } from '../settlements/activity.ts';
import { momentOf, when } from './period.ts';
import type { ReportType } from './report.ts';

const statuses: Partial<Record<ReportType, readonly string[]>> = {
  payments: paymentStatuses,
  refunds: ['pending', 'succeeded', 'failed'],
  disputes: disputeStatuses,
  payouts: payoutStatuses,
  invoices: invoiceStatuses,
};

const ofPayments = 'Of payments.';

export const filterFields = {
  status: Type.Optional(
    Type.Array(Type.Enum([...new Set(Object.values(statuses).flat())]), {
      minItems: 1,
      maxItems: 7,
      description: 'Of payments, refunds, disputes, payouts and invoices: those in any of these states.',
    }),
  ),
  amount: Type.Optional({ ...Amount, description: ofPayments }),
  amount_min: Type.Optional({ ...Amount, description: ofPayments }),
  amount_max: Type.Optional({ ...Amount, description: ofPayments }),
  email: Type.Optional(Type.String({ maxLength: 254, description: ofPayments })),
  card_last_four: Type.Optional(Type.String({ pattern: '^[0-9]{4}$', description: 'Of payments: four digits.' })),
  merchant_reference: Type.Optional({ ...text(200), description: ofPayments }),
  customer: Type.Optional({ ...Id, description: 'Of payments, invoices and credit notes.' }),
  checkout_session: Type.Optional({ ...Id, description: ofPayments }),
  metadata: Type.Optional({ ...Metadata, description: ofPayments }),
  activity_type: Type.Optional(Type.Enum(activityTypes, { description: 'Of balance activities.' })),
  payment: Type.Optional({ ...Id, description: 'Of refunds, disputes, invoices and balance activities.' }),
  payout: Type.Optional({ ...Id, description: 'Of balance activities.' }),
  bank_account: Type.Optional({ ...Id, description: 'Of payouts.' }),
  settled_from: Type.Optional({ ...Day, description: 'Of settlements.' }),
  settled_to: Type.Optional({ ...Day, description: 'Of settlements: included.' }),
  invoice: Type.Optional({ ...Id, description: 'Of payments and credit notes.' }),
  subscription: Type.Optional({ ...Id, description: 'Of payments, invoices and credit notes.' }),
  due_from: when('Of invoices with a last day to pay: those for which it ends then or later.'),
  due_to: when('Of invoices with a last day to pay. A day is included, a time is not.'),
};
const Filters = Type.Object(filterFields);
export type Filters = Static<typeof Filters>;
type Name = keyof Filters;

const names = Object.keys(filterFields) as Name[];
const taken: Partial<Record<ReportType, readonly Name[]>> = {
  payments: [
    'status',
    'amount',
    'amount_min',
    'amount_max',
    'email',
    'card_last_four',
    'merchant_reference',
    'customer',
    'checkout_session',
    'metadata',
    'invoice',
    'subscription',
  ],
  refunds: ['status', 'payment'],
  disputes: ['status', 'payment'],
  balance_activities: ['activity_type', 'payment', 'payout'],
  settlements: ['settled_from', 'settled_to'],
  payouts: ['status', 'bank_account'],
  invoices: ['status', 'customer', 'subscription', 'payment', 'due_from', 'due_to'],
  credit_notes: ['customer', 'subscription', 'invoice'],
};

/** What of the input is a filter, each of them one that this report has; days as the times they stand for in that zone. */
export function filtersOf(type: ReportType, input: Filters, time_zone: string): Filters {
  const given = names.filter((name) => input[name] !== undefined);
  const own = taken[type] ?? [];
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
  return { ...Object.fromEntries(given.map((name) => [name, input[name]])), ...dueOf(input, time_zone) };
}

function dueOf({ due_from, due_to }: Filters, time_zone: string): Pick<Filters, 'due_from' | 'due_to'> {
  const from = due_from === undefined ? undefined : momentOf(due_from, 'due_from', time_zone, 'start');
  const to = due_to === undefined ? undefined : momentOf(due_to, 'due_to', time_zone, 'end');
  if (from && to && from >= to)
    throw new Fault('parameter_invalid', "'due_from' must be before 'due_to'.", { param: 'due_from' });
  return { ...(from && { due_from: from.toISOString() }), ...(to && { due_to: to.toISOString() }) };
}

/** Over the columns of the report's own table. */
export function conditionOf(filters: Filters, table: string, account_id: string): RawBuilder<unknown> {
  const { status, amount, amount_min, amount_max, email, metadata, subscription } = filters;
  const { due_from, due_to, settled_from, settled_to } = filters;
  const ofPayments = table === 'payments';
  const same = {
    card_last_four: filters.card_last_four,
    merchant_reference: filters.merchant_reference,
    customer_id: filters.customer,
    checkout_session_id: filters.checkout_session,
    payment_id: filters.payment,
    invoice_id: filters.invoice,
    bank_account_id: filters.bank_account,
    subscription_id: ofPayments ? undefined : subscription,
  };
  const conditions = [sql`true`];
  if (status !== undefined) conditions.push(sql`status in (${sql.join(status)})`);
  if (amount !== undefined) conditions.push(sql`amount = ${amount}`);
  if (amount_min !== undefined) conditions.push(sql`amount >= ${amount_min}`);
  if (amount_max !== undefined) conditions.push(sql`amount <= ${amount_max}`);
  if (email !== undefined) conditions.push(sql`lower(email) = ${email.toLowerCase()}`);
  if (metadata !== undefined) conditions.push(sql`metadata @> ${JSON.stringify(metadata)}::jsonb and metadata <> '{}'`);
  if (due_from !== undefined) conditions.push(sql`due_at >= ${new Date(due_from)}`);
  if (due_to !== undefined) conditions.push(sql`due_at < ${new Date(due_to)}`);
  if (settled_from !== undefined) conditions.push(sql`settled_on >= ${settled_from}`);
  if (settled_to !== undefined) conditions.push(sql`settled_on <= ${settled_to}`);
  // A payment knows its invoice, and that knows its subscription.
  if (ofPayments && subscription !== undefined)
    conditions.push(sql`invoice_id = any (array(select i.id from invoices i
      where i.account_id = ${account_id} and i.subscription_id = ${subscription}))`);
  for (const [column, value] of Object.entries(same))
    if (value !== undefined) conditions.push(sql`${sql.ref(column)} = ${value}`);
  return sql.join(conditions, sql` and `);
}

/** Over postings: each recipe moves the balance as one type of activity, and what belongs together is one group. */
export function postingIs({ activity_type, payment, payout }: Filters): RawBuilder<unknown> {
  const conditions = [payment, payout].flatMap((group) => (group === undefined ? [] : [sql`p.group_id = ${group}`]));
  if (activity_type !== undefined) conditions.push(sql`p.recipe in (${sql.join([...recipesOf(activity_type)])})`);
  return sql.join([sql`true`, ...conditions], sql` and `);
}
