// A test event: real in every way, from the outbox to the signature, but delivered to one endpoint only (fan-out.ts).

import Type from 'typebox';
import { runAll } from '../db/db.ts';
import { emitStatements, newEvent } from '../events/emit.ts';
import { EventObject } from '../events/event.ts';
import { Fault } from '../kit/fault.ts';
import { Id } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { endpointObject, findEndpoint } from './endpoint.ts';

export const sendTestEvent = operation({
  name: 'webhook_endpoints.test',
  scope: 'webhook_endpoints:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Send a test event to a webhook endpoint',
  description:
    'Emits a `webhook_endpoint.test` event and delivers it to this endpoint alone, whichever types it chose. Look at the delivery by `event_id` for what it answered.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: EventObject,
  faults: ['not_found', 'state_invalid'],
  example: { id: '{webhook_endpoint}' },
  async run(ctx, input, tx) {
    const row = await findEndpoint(tx, ctx.account.account_id, input.id);
    if (row.status !== 'enabled')
      throw new Fault('state_invalid', 'This endpoint is disabled. Enable it before you test it.', { param: 'id' });
    const data = endpointObject(row, ctx.env.clock.now());
    const event = newEvent(ctx, 'webhook_endpoint.test', data);
    await runAll(tx, emitStatements([event]));
    ctx.env.nudge();
    return {
      id: event.id,
      object: 'event' as const,
      type: event.type,
      data,
      request_id: event.request_id,
      created_at: event.created_at.toISOString(),
    };
  },
});
