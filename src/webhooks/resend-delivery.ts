// One delivery sent again by hand, whatever became of it. It begins a new round of tries; the old ones stay in its history.

import { sql } from 'kysely';
import Type from 'typebox';
import { plus } from '../kit/clock.ts';
import { Fault, notFound } from '../kit/fault.ts';
import { Id } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { DeliveryObject, deliveryObject, lease } from './delivery.ts';
import { findEndpoint } from './endpoint.ts';

export const resendDelivery = operation({
  name: 'deliveries.resend',
  scope: 'deliveries:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Resend a delivery',
  description:
    'Sends the same event with the same id to the same endpoint at once, also when it was delivered before: a receiver that goes by the event id will know it. ' +
    'One that is being sent at this moment, or will be within a minute, is left as it is.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: DeliveryObject,
  faults: ['not_found', 'state_invalid'],
  example: { id: '{delivery}' },
  async run(ctx, input, tx) {
    const { account_id } = ctx.account;
    const before = await tx
      .selectFrom('deliveries')
      .selectAll()
      .where('account_id', '=', account_id)
      .where('id', '=', input.id)
      .forUpdate()
      .executeTakeFirst();
    if (!before) throw notFound('delivery', input.id);
    const endpoint = await findEndpoint(tx, account_id, before.endpoint_id);
    if (endpoint.status !== 'enabled') {
      throw new Fault('state_invalid', 'The endpoint of this delivery is disabled. Enable it before you resend.', {
        param: 'id',
      });
    }
    const now = ctx.env.clock.now();
    if (before.next_try_at !== null && before.next_try_at <= plus(now, lease)) return deliveryObject(before);
    const row = await tx
      .updateTable('deliveries')
      .set({ status: 'pending', next_try_at: now, tries: 0, resends: sql`resends + 1` })
      .where('account_id', '=', account_id)
      .where('id', '=', before.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    ctx.env.nudge();
    return deliveryObject(row);
  },
});
