// What an account is set to: fees, days until money is available, refunds, payouts. The merchant reads it; only the
// installation's operator (the command line) changes it, because fees and limits are the operator's side of the contract.

import Type, { type Static } from 'typebox';
import { must } from '../kit/assert.ts';
import { Fault } from '../kit/fault.ts';
import { currencies, maxAmount } from '../kit/money.ts';
import type { Account } from '../operation/context.ts';
import { nullable } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { loadAccount } from './account.ts';

const Currency = Type.Enum(Object.keys(currencies) as (keyof typeof currencies)[]);
const Small = Type.Integer({ minimum: 0, maximum: maxAmount });

export const FeeScheduleFields = Type.Object(
  {
    rules: Type.Optional(
      Type.Array(
        Type.Object(
          {
            currency: Type.Optional(Currency),
            method: Type.Optional(Type.Enum(['card', 'bitcoin'])),
            region: Type.Optional(Type.Enum(['domestic', 'eea', 'international'])),
            bps: Type.Integer({ minimum: 0, maximum: 10_000, description: 'Hundredths of a percent of the amount.' }),
            fixed: Type.Integer({
              minimum: 0,
              maximum: maxAmount,
              description: 'Minor units of the payment’s currency, per capture.',
            }),
          },
          { additionalProperties: false },
        ),
        { maxItems: 200, description: 'The rule with the most conditions that fit a payment counts; none, no fee.' },
      ),
    ),
    dispute: Type.Optional(
      Type.Array(Type.Object({ currency: Type.Optional(Currency), amount: Small }, { additionalProperties: false }), {
        maxItems: 50,
      }),
    ),
    exchange: Type.Optional(
      Type.Object(
        {
          bps: Type.Integer({
            minimum: 0,
            maximum: 10_000,
            description: 'On captures in a currency that is neither the account’s own nor BTC.',
          }),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

const settings = {
  fee_schedule: FeeScheduleFields,
  overdraft_limit: Type.Integer({
    minimum: 0,
    maximum: maxAmount,
    description: 'How far below zero refunds may take a balance; minor units of its currency.',
  }),
  refund_funding: Type.Enum(['available', 'available_and_incoming']),
  settlement_delay_days: Type.Integer({
    minimum: 0,
    maximum: 60,
    description: 'Business days from payment to availability.',
  }),
  payment_methods: Type.Array(Type.Enum(['card', 'bitcoin']), {
    minItems: 1,
    maxItems: 2,
    uniqueItems: true,
    description: 'What customers may pay with; `card` always.',
  }),
  payout_schedule: Type.Enum(['manual', 'daily', 'weekly', 'monthly']),
  payout_minimum: Type.Integer({ minimum: 1, maximum: maxAmount }),
  fraud_warning_refund_limit: nullable(
    Type.Integer({
      minimum: 0,
      maximum: maxAmount,
      description: 'Payments up to this are refunded when the provider warns of fraud; null: none.',
    }),
  ),
  time_zone: Type.String({ minLength: 1, maxLength: 64, description: 'IANA name, such as Europe/Berlin' }),
  country: Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166-1 alpha-2 in capitals, such as DE' }),
};

export const AccountObject = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('account'),
    merchant: Type.Object({
      id: Type.String(),
      name: Type.String(),
      status: Type.Enum(['pending_review', 'active', 'disabled']),
    }),
    mode: Type.Enum(['sandbox', 'live']),
    currency: Type.String(),
    ...settings,
  },
  { title: 'Account' },
);
export type AccountObject = Static<typeof AccountObject>;

const accountObject = (a: Account): AccountObject => ({
  id: a.account_id,
  object: 'account',
  merchant: { id: a.merchant_id, name: a.merchant_name, status: a.merchant_status },
  mode: a.mode,
  currency: a.currency,
  fee_schedule: a.fee_schedule,
  overdraft_limit: a.overdraft_limit,
  refund_funding: a.refund_funding,
  settlement_delay_days: a.settlement_delay_days,
  payment_methods: a.payment_methods,
  payout_schedule: a.payout_schedule,
  payout_minimum: a.payout_minimum,
  fraud_warning_refund_limit: a.fraud_warning_refund_limit,
  time_zone: a.time_zone,
  country: a.merchant_country,
});

export const getAccount = operation({
  name: 'account.get',
  scope: 'account:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get the account',
  description:
    'Whose key this is, and what the account is set to. The installation’s operator changes it: `npm run florin operate account.configure`.',
  input: Type.Object({}, { additionalProperties: false }),
  output: AccountObject,
  faults: [],
  run: async (ctx) =>
    accountObject(must(await loadAccount(ctx.env.db.query, ctx.account.account_id), 'the account of a key is there')),
});

export const configureAccount = operation({
  name: 'account.configure',
  scope: 'account:write',
  actors: ['system'],
  kind: 'write',
  summary: 'Configure an account',
  description:
    'For the operator. What is left out stays. Time zone and country belong to the merchant, so both of its accounts change. Past postings keep the fee they were charged.',
  input: Type.Object(
    Object.fromEntries(Object.entries(settings).map(([name, schema]) => [name, Type.Optional(schema)])) as {
      [K in keyof typeof settings]: ReturnType<typeof Type.Optional<(typeof settings)[K]>>;
    },
    {
      additionalProperties: false,
    },
  ),
  output: AccountObject,
  faults: ['parameter_invalid'],
  async run(ctx, input, tx) {
    const { account_id, merchant_id } = ctx.account;
    const { time_zone, country, fee_schedule, ...rest } = input;
    if (time_zone !== undefined && !isTimeZone(time_zone)) {
      throw new Fault('parameter_invalid', `'${time_zone}' is no time zone. Use a name such as Europe/Berlin or UTC.`, {
        param: 'time_zone',
      });
    }
    if (rest.payment_methods !== undefined && !rest.payment_methods.includes('card')) {
      throw new Fault('parameter_invalid', "'payment_methods' must include 'card'.", { param: 'payment_methods' });
    }
    const changes = { ...rest, ...(fee_schedule === undefined ? {} : { fee_schedule: JSON.stringify(fee_schedule) }) };
    if (Object.keys(changes).length > 0)
      await tx.updateTable('accounts').set(changes).where('account_id', '=', account_id).execute();
    const ofMerchant = {
      ...(time_zone === undefined ? {} : { time_zone }),
      ...(country === undefined ? {} : { country }),
    };
    if (Object.keys(ofMerchant).length > 0)
      await tx.updateTable('merchants').set(ofMerchant).where('id', '=', merchant_id).execute();
    return accountObject(must(await loadAccount(tx, account_id), 'the account is there'));
  },
});

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
