// The operations on a merchant's endpoints as plain rows: create, get, list, update, delete. Turning one on and off is in
// switch-endpoint.ts, its secret in rotate-secret.ts. Only `create` shows a secret.

import Type from 'typebox';
import type { Tx } from '../db/db.ts';
import { Fault, notFound } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import { Id, ListOf, pageFields } from '../operation/fields.ts';
import { each, readList } from '../operation/list.ts';
import { operation } from '../operation/operation.ts';
import {
  checkChoice,
  chosenEvents,
  Dialect,
  EndpointObject,
  type EndpointRow,
  EndpointWithSecret,
  endpointFields,
  endpointObject,
  findEndpoint,
  lockEndpoint,
  newSecret,
  sealSecret,
  withoutSecret,
} from './endpoint.ts';
import { nativeDialect, secretText } from './sign.ts';

/** Each event costs a row and a request per endpoint; merchants that need more fan out on their side. */
const maxEndpoints = 16;

export const createEndpoint = operation({
  name: 'webhook_endpoints.create',
  scope: 'webhook_endpoints:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Create a webhook endpoint',
  description:
    'Events of the chosen types are sent to `url` by POST, signed as Standard Webhooks says; any 2xx answer within 15 seconds is success. ' +
    'The signing `secret` is in the answer of this call and nowhere else. Up to 10 tries over about a day; no order is promised, and a delivery may come twice: go by the event id. ' +
    'At most 16 endpoints per account. A replay by idempotency key shows the endpoint with `secret: null`: the text is not kept anywhere.',
  input: Type.Object({ ...endpointFields, dialect: Type.Optional(Dialect) }, { additionalProperties: false }),
  output: EndpointWithSecret,
  keep: withoutSecret,
  faults: ['url_refused', 'limit_reached', 'parameter_invalid'],
  example: {
    url: 'https://example.com/florin',
    events: ['payment.completed', 'refund.succeeded'],
    description: 'Order system',
  },
  async run(ctx, input, tx) {
    checkChoice(ctx, input);
    const { account_id } = ctx.account;
    const dialect = input.dialect ?? nativeDialect;
    const events = chosenEvents(ctx, dialect, input.events);
    await refuseBeyondLimit(tx, account_id);
    const now = ctx.env.clock.now();
    const id = newId('we', ctx.env);
    const secret = newSecret(ctx.env);
    const row = await tx
      .insertInto('webhook_endpoints')
      .values({
        account_id,
        id,
        url: input.url,
        description: input.description ?? null,
        events,
        dialect,
        status: 'enabled',
        secret: sealSecret(ctx.env, id, secret),
        metadata: JSON.stringify(input.metadata ?? {}),
        created_at: now,
        updated_at: now,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    return { ...endpointObject(row, now), secret: secretText(secret) };
  },
});

/** The account's row is the queue in which creators wait for each other, so two last places cannot both be taken. */
async function refuseBeyondLimit(tx: Tx, account_id: string): Promise<void> {
  await tx.selectFrom('accounts').select('account_id').where('account_id', '=', account_id).forNoKeyUpdate().execute();
  const rows = await tx.selectFrom('webhook_endpoints').select('id').where('account_id', '=', account_id).execute();
  if (rows.length < maxEndpoints) return;
  throw new Fault(
    'limit_reached',
    `This account has ${maxEndpoints} webhook endpoints, the most there can be. Delete one you no longer need.`,
  );
}

export const getEndpoint = operation({
  name: 'webhook_endpoints.get',
  scope: 'webhook_endpoints:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get a webhook endpoint',
  description: 'The secret is not shown again; rotate it when it is lost.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: EndpointObject,
  faults: ['not_found'],
  example: { id: '{webhook_endpoint}' },
  run: async (ctx, input) =>
    endpointObject(await findEndpoint(ctx.env.db.query, ctx.account.account_id, input.id), ctx.env.clock.now()),
});

export const listEndpoints = operation({
  name: 'webhook_endpoints.list',
  scope: 'webhook_endpoints:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List webhook endpoints',
  description: 'Newest first.',
  input: Type.Object({ ...pageFields, dialect: Type.Optional(Dialect) }, { additionalProperties: false }),
  output: ListOf(EndpointObject),
  faults: ['parameter_invalid'],
  run(ctx, input) {
    const now = ctx.env.clock.now();
    return readList(ctx.env.db.query, input, {
      from: 'webhook_endpoints',
      where: { account_id: ctx.account.account_id, dialect: input.dialect },
      show: each((row: EndpointRow) => endpointObject(row, now)),
    });
  },
});

export const updateEndpoint = operation({
  name: 'webhook_endpoints.update',
  scope: 'webhook_endpoints:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Update a webhook endpoint',
  description:
    'Fields left out stay as they are; `metadata` is replaced whole. A new choice of events counts for events from now on.',
  input: Type.Object(
    { id: Id, ...endpointFields, url: Type.Optional(endpointFields.url), events: Type.Optional(endpointFields.events) },
    { additionalProperties: false },
  ),
  output: EndpointObject,
  faults: ['not_found', 'url_refused', 'parameter_invalid'],
  example: { id: '{webhook_endpoint}', events: ['*'] },
  async run(ctx, input, tx) {
    checkChoice(ctx, input);
    const { id, url, description, events, metadata } = input;
    const now = ctx.env.clock.now();
    const chosen = events && chosenEvents(ctx, (await lockEndpoint(tx, ctx.account.account_id, id)).dialect, events);
    const row = await tx
      .updateTable('webhook_endpoints')
      .set({
        ...(url === undefined ? {} : { url }),
        ...(description === undefined ? {} : { description }),
        ...(chosen === undefined ? {} : { events: chosen }),
        ...(metadata === undefined ? {} : { metadata: JSON.stringify(metadata) }),
        updated_at: now,
      })
      .where('account_id', '=', ctx.account.account_id)
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst();
    if (!row) throw notFound('webhook endpoint', id);
    return endpointObject(row, now);
  },
});

export const deleteEndpoint = operation({
  name: 'webhook_endpoints.delete',
  scope: 'webhook_endpoints:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Delete a webhook endpoint',
  description:
    'Its deliveries and their log go with it; the events stay. To stop deliveries but keep the log, disable it instead.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: Type.Object({ id: Type.String(), object: Type.Literal('webhook_endpoint'), deleted: Type.Literal(true) }),
  faults: ['not_found'],
  example: { id: '{unused_webhook_endpoint}' },
  async run(ctx, input, tx) {
    const row = await tx
      .deleteFrom('webhook_endpoints')
      .where('account_id', '=', ctx.account.account_id)
      .where('id', '=', input.id)
      .returning('id')
      .executeTakeFirst();
    if (!row) throw notFound('webhook endpoint', input.id);
    return { id: row.id, object: 'webhook_endpoint' as const, deleted: true as const };
  },
});
