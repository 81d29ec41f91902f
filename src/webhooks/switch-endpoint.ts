// Turning an endpoint on and off, by its owner or by us. What waits for a disabled endpoint ends as failed, so that nothing
// surprises it when it comes back: recover-deliveries.ts brings back what its owner asks for.

import Type from 'typebox';
import type { Tx } from '../db/db.ts';
import { runAll } from '../db/db.ts';
import { emitStatements } from '../events/emit.ts';
import { newId } from '../kit/id.ts';
import type { Env } from '../operation/context.ts';
import { Id } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { EndpointObject, endpointObject, lockEndpoint } from './endpoint.ts';

export const enableEndpoint = operation({
  name: 'webhook_endpoints.enable',
  scope: 'webhook_endpoints:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Enable a webhook endpoint',
  description: 'Events from now on are delivered again. For those it missed, recover them since a time.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: EndpointObject,
  faults: ['not_found'],
  example: { id: '{webhook_endpoint}' },
  async run(ctx, input, tx) {
    const { account_id } = ctx.account;
    const now = ctx.env.clock.now();
    const before = await lockEndpoint(tx, account_id, input.id);
    if (before.status === 'enabled') return endpointObject(before, now);
    const row = await tx
      .updateTable('webhook_endpoints')
      .set({ status: 'enabled', disabled_reason: null, failing_since: null, updated_at: now })
      .where('account_id', '=', account_id)
      .where('id', '=', before.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    return endpointObject(row, now);
  },
});

export const disableEndpoint = operation({
  name: 'webhook_endpoints.disable',
  scope: 'webhook_endpoints:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Disable a webhook endpoint',
  description:
    'Nothing more is sent to it, also no tries that were still to come; one that is on its way may still arrive. The log stays.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: EndpointObject,
  faults: ['not_found'],
  example: { id: '{unused_webhook_endpoint}' },
  async run(ctx, input, tx) {
    const { account_id } = ctx.account;
    const now = ctx.env.clock.now();
    const before = await lockEndpoint(tx, account_id, input.id);
    if (before.status === 'disabled') return endpointObject(before, now);
    const row = await tx
      .updateTable('webhook_endpoints')
      .set({ status: 'disabled', disabled_reason: 'by_request', updated_at: now })
      .where('account_id', '=', account_id)
      .where('id', '=', before.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    await endWaiting(tx, account_id, row.id);
    return endpointObject(row, now);
  },
});

export type GiveUp = {
  account_id: string;
  endpoint_id: string;
  reason: 'gone' | 'failing';
  /** For `failing`: only when the run of failures began by then, as the row says now. */
  failing_by?: Date;
};

/** Done by us after a 410 or a long run of failures. True when this call did it; then an event says so. */
export async function giveUpEndpoint(env: Env, input: GiveUp): Promise<boolean> {
  const { account_id, endpoint_id, reason, failing_by } = input;
  const now = env.clock.now();
  const disabled = await env.db.tx(async (tx) => {
    let update = tx
      .updateTable('webhook_endpoints')
      .set({ status: 'disabled', disabled_reason: reason, updated_at: now })
      .where('account_id', '=', account_id)
      .where('id', '=', endpoint_id)
      .where('status', '=', 'enabled');
    if (failing_by !== undefined) update = update.where('failing_since', '<=', failing_by);
    const row = await update.returningAll().executeTakeFirst();
    if (!row) return false;
    await endWaiting(tx, account_id, endpoint_id);
    await runAll(
      tx,
      emitStatements([
        {
          account_id,
          id: newId('evt', env),
          type: 'webhook_endpoint.disabled',
          object_id: endpoint_id,
          payload: JSON.stringify(endpointObject(row, now)),
          payload_of: null,
          // No API request caused it; this id is in our log beside the line that tells of it.
          request_id: newId('req', env),
          created_at: now,
          reacts: false,
        },
      ]),
    );
    return true;
  });
  if (!disabled) return false;
  env.log.warn({ account_id, endpoint_id, reason }, 'webhook endpoint disabled');
  env.nudge();
  return true;
}

async function endWaiting(tx: Tx, account_id: string, endpoint_id: string): Promise<void> {
  await tx
    .updateTable('deliveries')
    .set({ status: 'failed', next_try_at: null, last_error: endpointDisabled })
    .where('account_id', '=', account_id)
    .where('endpoint_id', '=', endpoint_id)
    .where('status', '=', 'pending')
    .execute();
}

export const endpointDisabled = 'the endpoint is disabled';
