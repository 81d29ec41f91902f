// Reading payouts: get, and list with filters. Every filter has an index that begins with the account.

import Type from 'typebox';
import { timeOf } from '../events/read-events.ts';
import { currencyOf } from '../kit/money.ts';
import { CurrencyCode, Id, ListOf, pageFields } from '../operation/fields.ts';
import { each, idsBetween, readList } from '../operation/list.ts';
import { operation } from '../operation/operation.ts';
import { findPayout, PayoutObject, payoutObject, payoutStatuses } from './payout.ts';

export const getPayout = operation({
  name: 'payouts.get',
  scope: 'payouts:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get a payout',
  description: 'The payout as it is now.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: PayoutObject,
  faults: ['not_found'],
  example: { id: '{payout}' },
  run: async (ctx, input) => payoutObject(await findPayout(ctx.env.db.query, ctx.account.account_id, input.id)),
});

const Instant = (description: string) =>
  Type.Optional(Type.String({ format: 'date-time', maxLength: 40, description }));

const Statuses = Type.Array(Type.Enum([...payoutStatuses]), {
  minItems: 1,
  maxItems: payoutStatuses.length,
  description: 'In a query: `status=paid&status=failed`, or `status=paid,failed`.',
});

export const listPayouts = operation({
  name: 'payouts.list',
  scope: 'payouts:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List payouts',
  description: 'Newest first. Filters add up; `status` may hold several.',
  input: Type.Object(
    {
      ...pageFields,
      status: Type.Optional(Statuses),
      currency: Type.Optional(CurrencyCode),
      bank_account: Type.Optional(Id),
      created_from: Instant('Not before this time.'),
      created_to: Instant('Before this time.'),
    },
    { additionalProperties: false },
  ),
  output: ListOf(PayoutObject),
  faults: ['parameter_invalid', 'currency_unsupported'],
  example: { status: ['in_review', 'pending', 'in_transit'], limit: 3 },
  run: (ctx, input) =>
    readList(ctx.env.db.query, input, {
      from: 'payouts',
      where: {
        account_id: ctx.account.account_id,
        status: input.status,
        currency: input.currency && currencyOf(input.currency),
        bank_account_id: input.bank_account,
        id: idsBetween('po', input, 'created_from', 'created_to', timeOf),
      },
      show: each(payoutObject),
    }),
});
