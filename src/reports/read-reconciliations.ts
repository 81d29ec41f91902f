// Reading reconciliations: get, list, and the exceptions of one, page by page.

import Type from 'typebox';
import { Fault, notFound } from '../kit/fault.ts';
import { toList, windowOf } from '../kit/page.ts';
import type { Ctx } from '../operation/context.ts';
import { Id, ListOf, pageFields } from '../operation/fields.ts';
import { each, readList } from '../operation/list.ts';
import { operation } from '../operation/operation.ts';
import {
  exceptionKinds,
  exceptionObject,
  ReconciliationExceptionObject,
  ReconciliationObject,
  reconciliationObject,
} from './reconciliation.ts';

async function find(ctx: Ctx, id: string) {
  const row = await ctx.env.db.query
    .selectFrom('reconciliations')
    .selectAll()
    .where('account_id', '=', ctx.account.account_id)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) throw notFound('reconciliation', id);
  return row;
}

export const getReconciliation = operation({
  name: 'reconciliations.get',
  scope: 'reconciliations:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get a reconciliation',
  description: 'What matched and what did not, by currency.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: ReconciliationObject,
  faults: ['not_found'],
  example: { id: '{reconciliation}' },
  run: async (ctx, input) => reconciliationObject(await find(ctx, input.id)),
});

export const listReconciliations = operation({
  name: 'reconciliations.list',
  scope: 'reconciliations:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List reconciliations',
  description: 'Newest first.',
  input: Type.Object({ ...pageFields }, { additionalProperties: false }),
  output: ListOf(ReconciliationObject),
  faults: ['parameter_invalid'],
  run: (ctx, input) =>
    readList(ctx.env.db.query, input, {
      from: 'reconciliations',
      where: {
        account_id: ctx.account.account_id,
      },
      show: each(reconciliationObject),
    }),
});

export const listReconciliationExceptions = operation({
  name: 'reconciliations.exceptions',
  scope: 'reconciliations:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List the exceptions of a reconciliation',
  description: 'In the order of their time, oldest first: a list to work through.',
  input: Type.Object(
    { id: Id, ...pageFields, kind: Type.Optional(Type.Enum([...exceptionKinds])) },
    { additionalProperties: false },
  ),
  output: ListOf(ReconciliationExceptionObject),
  faults: ['not_found', 'parameter_invalid'],
  example: { id: '{reconciliation}' },
  async run(ctx, input) {
    const { id } = await find(ctx, input.id);
    const window = windowOf(input);
    let query = ctx.env.db.query
      .selectFrom('reconciliation_exceptions')
      .selectAll()
      .where('account_id', '=', ctx.account.account_id)
      .where('reconciliation_id', '=', id)
      .orderBy('position', window.before === undefined ? 'asc' : 'desc')
      .limit(window.limit + 1);
    if (input.kind !== undefined) query = query.where('kind', '=', input.kind);
    if (window.after !== undefined) query = query.where('position', '>', placeOf(window.after, 'starting_after'));
    if (window.before !== undefined) query = query.where('position', '<', placeOf(window.before, 'ending_before'));
    return toList(await query.execute(), window, exceptionObject);
  },
});

function placeOf(cursor: string, param: string): number {
  const place = /^rx_(\d{1,15})$/.exec(cursor)?.[1];
  if (place === undefined) {
    throw new Fault('parameter_invalid', `'${param}' must be the id of an exception, such as rx_17.`, { param });
  }
  return Number(place);
}
