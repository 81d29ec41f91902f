// Reading subscriptions: get, and list with filters. Every filter has an index that begins with the account.

import { sql } from 'kysely';
import Type from 'typebox';
import { timeOf } from '../events/read-events.ts';
import { idAt } from '../kit/id.ts';
import { currencyOf } from '../kit/money.ts';
import { toList, windowOf } from '../kit/page.ts';
import { CurrencyCode, Id, ListOf, pageFields, text } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { type SubscriptionRow, subscriptionStatuses } from './subscription.ts';
import { SubscriptionObject, subscriptionObject } from './subscription-object.ts';
import { SubscriptionResult, subscriptionResult } from './subscription-result.ts';

export const getSubscription = operation({
  name: 'subscriptions.get',
  scope: 'subscriptions:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get a subscription',
  description: 'As it is now, with the latest payment of its latest invoice.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: SubscriptionResult,
  faults: ['not_found'],
  example: { id: '{subscription}' },
  run: (ctx, input) => subscriptionResult(ctx, input.id),
});

const Instant = (description: string) =>
  Type.Optional(Type.String({ format: 'date-time', maxLength: 40, description }));

export const listSubscriptions = operation({
  name: 'subscriptions.list',
  scope: 'subscriptions:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List subscriptions',
  description: 'Newest first. Filters add up; `status` may hold several.',
  input: Type.Object(
    {
      ...pageFields,
      status: Type.Optional(
        Type.Array(Type.Enum([...subscriptionStatuses]), {
          minItems: 1,
          maxItems: subscriptionStatuses.length,
          description: 'In a query: `status=active&status=past_due`, or `status=active,past_due`.',
        }),
      ),
      customer: Type.Optional(Id),
      price: Type.Optional(Id),
      product: Type.Optional(Id),
      merchant_reference: Type.Optional(text(200)),
      test_clock: Type.Optional(Id),
      currency: Type.Optional(CurrencyCode),
      amount: Type.Optional(Type.Integer({ minimum: 0, description: 'Of a whole period, before tax and discount.' })),
      created_from: Instant('Not before this time; by the real time, also where a test clock moves it.'),
      created_to: Instant('Before this time.'),
      current_period_end_from: Instant('Not before this time.'),
      current_period_end_to: Instant('Before this time.'),
    },
    { additionalProperties: false },
  ),
  output: ListOf(SubscriptionObject),
  faults: ['parameter_invalid', 'currency_unsupported'],
  example: { status: ['active', 'past_due'], limit: 3 },
  async run(ctx, input) {
    const window = windowOf(input);
    const from = input.current_period_end_from;
    const to = input.current_period_end_to;
    const conditions = [
      sql`account_id = ${ctx.account.account_id}`,
      input.status && sql`status = any(${input.status})`,
      input.customer && sql`customer_id = ${input.customer}`,
      input.price && sql`price_id = ${input.price}`,
      input.product && sql`product_id = ${input.product}`,
      input.merchant_reference && sql`merchant_reference = ${input.merchant_reference}`,
      input.test_clock && sql`test_clock_id = ${input.test_clock}`,
      input.currency && sql`currency = ${currencyOf(input.currency)}`,
      input.amount !== undefined && sql`(item->>'amount')::bigint = ${input.amount}`,
      // Ids begin with the time they were made at, so the key itself finds them.
      input.created_from && sql`id >= ${idAt('sub', timeOf(input.created_from, 'created_from'))}`,
      input.created_to && sql`id < ${idAt('sub', timeOf(input.created_to, 'created_to'))}`,
      from && sql`current_period_end >= ${timeOf(from, 'current_period_end_from')}`,
      to && sql`current_period_end < ${timeOf(to, 'current_period_end_to')}`,
      window.after && sql`id < ${window.after}`,
      window.before && sql`id > ${window.before}`,
    ].filter((one) => typeof one === 'object');
    const { rows } = await sql<SubscriptionRow>`
      select * from subscriptions where ${sql.join(conditions, sql` and `)}
      order by id ${window.before === undefined ? sql`desc` : sql`asc`} limit ${window.limit + 1}`.execute(
      ctx.env.db.query,
    );
    return toList(rows, window, subscriptionObject);
  },
});
