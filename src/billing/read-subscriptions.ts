// Reading subscriptions: get, and list with filters. Every filter has an index that begins with the account.

import { sql } from 'kysely';
import Type from 'typebox';
import { timeOf } from '../events/read-events.ts';
import { currencyOf } from '../kit/money.ts';
import { CurrencyCode, Id, ListOf, pageFields, text } from '../operation/fields.ts';
import { each, idsBetween, readList, timesBetween } from '../operation/list.ts';
import { operation } from '../operation/operation.ts';
import { subscriptionStatuses } from './subscription.ts';
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
  run: (ctx, input) =>
    readList(ctx.env.db.query, input, {
      from: 'subscriptions',
      where: {
        account_id: ctx.account.account_id,
        status: input.status,
        customer_id: input.customer,
        price_id: input.price,
        product_id: input.product,
        merchant_reference: input.merchant_reference,
        test_clock_id: input.test_clock,
        currency: input.currency && currencyOf(input.currency),
        id: idsBetween('sub', input, 'created_from', 'created_to', timeOf),
        current_period_end: timesBetween(input, 'current_period_end_from', 'current_period_end_to', timeOf),
      },
      also: [input.amount !== undefined && sql`(item->>'amount')::bigint = ${input.amount}`],
      show: each(subscriptionObject),
    }),
});
