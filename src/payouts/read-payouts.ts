// Reading payouts: get, and list with filters. Every filter has an index that begins with the account.

import type { SelectQueryBuilder } from 'kysely';
import Type from 'typebox';
import type { DB } from '../db/types.ts';
import { timeOf } from '../events/read-events.ts';
import { idAt } from '../kit/id.ts';
import { currencyOf } from '../kit/money.ts';
import { toList, windowOf } from '../kit/page.ts';
import { CurrencyCode, Id, ListOf, pageFields } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { findPayout, PayoutObject, type PayoutRow, payoutObject, payoutStatuses } from './payout.ts';

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
  async run(ctx, input) {
    const window = windowOf(input);
    let query: SelectQueryBuilder<DB, 'payouts', PayoutRow> = ctx.env.db.query
      .selectFrom('payouts')
      .selectAll()
      .where('account_id', '=', ctx.account.account_id)
      .orderBy('id', window.before === undefined ? 'desc' : 'asc')
      .limit(window.limit + 1)
      .$castTo<PayoutRow>();
    if (input.status !== undefined) query = query.where('status', 'in', input.status);
    if (input.currency !== undefined) query = query.where('currency', '=', currencyOf(input.currency));
    if (input.bank_account !== undefined) query = query.where('bank_account_id', '=', input.bank_account);
    // The id begins with the time, so a range of time is a range of ids.
    if (input.created_from !== undefined) {
      query = query.where('id', '>=', idAt('po', timeOf(input.created_from, 'created_from')));
    }
    if (input.created_to !== undefined) {
      query = query.where('id', '<', idAt('po', timeOf(input.created_to, 'created_to')));
    }
    if (window.after !== undefined) query = query.where('id', '<', window.after);
    if (window.before !== undefined) query = query.where('id', '>', window.before);
    return toList(await query.execute(), window, payoutObject);
  },
});
