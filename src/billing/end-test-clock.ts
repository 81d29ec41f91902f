// The end of a test clock: completed, and still there to be read; or deleted. The subscriptions that live by it end with it, and the
// customer lives by the real time again. What they were billed stays.

import { sql } from 'kysely';
import Type from 'typebox';
import type { Tx } from '../db/db.ts';
import { Fault, notFound } from '../kit/fault.ts';
import type { Ctx } from '../operation/context.ts';
import { Id, text } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { endSubscription } from './end-subscription.ts';
import { lockSubscription, type SubscriptionRow } from './subscription.ts';
import { ClockObject, type ClockRow, clockObject, findClock } from './test-clock.ts';

export const completeTestClock = operation({
  name: 'test_clocks.complete',
  scope: 'test_clocks:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Complete a test clock',
  description:
    'It is not moved any more, and the subscriptions that live by it end. New ones of the customer live by the real time.',
  input: Type.Object({ id: Id, reason: Type.Optional(text(500)) }, { additionalProperties: false }),
  output: ClockObject,
  faults: ['not_found', 'state_invalid'],
  example: { id: '{test_clock}', reason: 'The year went well' },
  async run(ctx, input, tx) {
    const { account_id } = ctx.account;
    const clock = await findClock(tx, account_id, input.id);
    await endAll(ctx, tx, clock, 'Its test clock was completed.');
    const now = ctx.env.clock.now();
    const { rows } = await sql<ClockRow>`
      update test_clocks set status = 'completed', completed_at = ${now}, complete_reason = ${input.reason ?? null}, updated_at = ${now}
      where account_id = ${account_id} and id = ${clock.id} and status in ('ready', 'failed') returning *`.execute(tx);
    if (!rows[0])
      throw new Fault('state_invalid', 'This test clock is advancing, or completed already. Wait until it is ready.', {
        param: 'id',
      });
    return clockObject(rows[0]);
  },
});

export const deleteTestClock = operation({
  name: 'test_clocks.delete',
  scope: 'test_clocks:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Delete a test clock',
  description:
    'However it stands, also while it is advancing: it stops there, and the subscriptions that live by it end. Their invoices stay. New subscriptions of the customer live by the real time.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: Type.Object({ id: Type.String(), object: Type.Literal('test_clock'), deleted: Type.Literal(true) }),
  faults: ['not_found'],
  example: { id: '{test_clock}' },
  async run(ctx, input, tx) {
    const now = ctx.env.clock.now();
    // The clock first: from here on no worker moves it.
    const { rows } = await sql<ClockRow>`
      update test_clocks set status = 'completed', completed_at = coalesce(completed_at, ${now}), leased_until = null, deleted_at = ${now}, updated_at = ${now}
      where account_id = ${ctx.account.account_id} and id = ${input.id} and deleted_at is null returning *`.execute(tx);
    const [clock] = rows;
    if (!clock) throw notFound('test clock', input.id);
    await endAll(ctx, tx, clock, 'Its test clock was deleted.');
    return { id: clock.id, object: 'test_clock' as const, deleted: true as const };
  },
});

async function endAll(ctx: Ctx, tx: Tx, clock: ClockRow, cancel_reason: string): Promise<void> {
  const { account_id } = clock;
  const { rows: running } = await sql<Pick<SubscriptionRow, 'id'>>`
    select id from subscriptions where account_id = ${account_id} and test_clock_id = ${clock.id} and ended_at is null order by id`.execute(
    tx,
  );
  for (const { id } of running) {
    const s = await lockSubscription(tx, account_id, id);
    if (s.ended_at === null) await endSubscription(ctx, tx, { ...s, cancel_reason }, clock.frozen_time);
  }
}
