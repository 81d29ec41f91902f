// Test clocks by hand: make one for a customer of the sandbox, move it, look at it. Moving is only asked for here; the worker does it
// (advance-clocks.ts). Being done with one is end-test-clock.ts.

import { sql } from 'kysely';
import Type from 'typebox';
import { findCustomer } from '../customers/customer.ts';
import { isDuplicate, type Tx } from '../db/db.ts';
import { days, plus } from '../kit/clock.ts';
import { Fault } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import type { Ctx } from '../operation/context.ts';
import { Id, instantOf, ListOf, Metadata, pageFields, text } from '../operation/fields.ts';
import { each, readList } from '../operation/list.ts';
import { operation } from '../operation/operation.ts';
import { findSubscription } from './subscription.ts';
import { ClockObject, type ClockRow, clockObject, clockStatuses, findClock, lockClock } from './test-clock.ts';

const Instant = (description: string) => Type.String({ format: 'date-time', maxLength: 40, description });
/** Far enough for any cycle, and no run without end. */
const farthest = days(366 * 5);

export const createTestClock = operation({
  name: 'test_clocks.create',
  scope: 'test_clocks:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Create a test clock',
  description:
    'Sandbox only. The customer, named by `customer` or by one of their subscriptions, lives by it from now on: with every subscription they have and every one you make for them.',
  input: Type.Object(
    {
      name: text(200),
      customer: Type.Optional(Id),
      subscription: Type.Optional(Id),
      frozen_time: Type.Optional(
        Instant(
          'What time it is for them; now when left out. May lie in the past only while they have no subscription.',
        ),
      ),
      metadata: Type.Optional(Metadata),
    },
    { additionalProperties: false },
  ),
  output: ClockObject,
  faults: ['not_found', 'parameter_invalid', 'parameter_missing', 'state_invalid', 'feature_unavailable'],
  example: { name: 'A year of Ada', customer: '{customer}' },
  async run(ctx, input, tx) {
    if (ctx.account.mode !== 'sandbox')
      throw new Fault('feature_unavailable', 'Test clocks move customers of the sandbox only. Use the sandbox key.');
    const { account_id } = ctx.account;
    const customer_id = await customerOf(ctx, tx, input);
    const now = ctx.env.clock.now();
    const frozen_time = input.frozen_time === undefined ? now : instantOf(input.frozen_time, 'frozen_time');
    const { rows: running } = await sql<{ id: string }>`
      select id from subscriptions where account_id = ${account_id} and customer_id = ${customer_id} and ended_at is null
      order by id for no key update`.execute(tx);
    if (running.length > 0 && frozen_time < now)
      throw new Fault(
        'parameter_invalid',
        'This customer has subscriptions that live by the real time, so their clock cannot begin in the past.',
        { param: 'frozen_time' },
      );
    if (frozen_time > plus(now, farthest) || frozen_time < new Date('2000-01-01T00:00:00Z'))
      throw new Fault('parameter_invalid', "'frozen_time' must lie between the year 2000 and five years from now.", {
        param: 'frozen_time',
      });
    const { rows } = await sql<ClockRow>`
      insert into test_clocks (account_id, id, name, customer_id, status, frozen_time, metadata, created_at, updated_at)
      values (${account_id}, ${newId('clock', ctx.env)}, ${input.name}, ${customer_id}, 'ready', ${frozen_time},
        ${JSON.stringify(input.metadata ?? {})}, ${now}, ${now}) returning *`
      .execute(tx)
      .catch((error) => {
        if (!isDuplicate(error)) throw error;
        throw new Fault('state_invalid', 'This customer lives by another test clock. Complete that one first.', {
          param: input.customer === undefined ? 'subscription' : 'customer',
        });
      });
    const [clock] = rows as [ClockRow];
    const ids = running.map((one) => one.id);
    await sql`update subscriptions set test_clock_id = ${clock.id}, version = version + 1 where account_id = ${account_id} and id = any(${ids})`.execute(
      tx,
    );
    await sql`update invoices set test_clock_id = ${clock.id}
      where account_id = ${account_id} and subscription_id = any(${ids}) and status = 'open'`.execute(tx);
    return clockObject(clock);
  },
});

async function customerOf(ctx: Ctx, tx: Tx, input: { customer?: string; subscription?: string }): Promise<string> {
  const { account_id } = ctx.account;
  if (input.customer !== undefined && input.subscription !== undefined)
    throw new Fault('parameter_invalid', 'Give either customer or subscription, not both.', { param: 'subscription' });
  if (input.customer !== undefined) return (await findCustomer(tx, account_id, input.customer)).id;
  if (input.subscription !== undefined) {
    const found = await findSubscription(tx, account_id, input.subscription);
    return found.customer_id;
  }
  throw new Fault('parameter_missing', "'customer' or 'subscription' is required: whose time is it?", {
    param: 'customer',
  });
}

export const advanceTestClock = operation({
  name: 'test_clocks.advance',
  scope: 'test_clocks:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Advance a test clock',
  description:
    'Begins to move the time; what is due on the way happens in its order, with its payments and webhooks. Get the clock to see how far it is: `ready` again when it has arrived.',
  input: Type.Object({ id: Id, to: Instant('Later than `frozen_time`.') }, { additionalProperties: false }),
  output: ClockObject,
  faults: ['not_found', 'state_invalid', 'parameter_invalid'],
  example: { id: '{test_clock}', to: '2031-01-01T00:00:00Z' },
  async run(ctx, input, tx) {
    const clock = await lockClock(tx, ctx.account.account_id, input.id);
    if (clock.status === 'advancing' || clock.status === 'completed')
      throw new Fault(
        'state_invalid',
        clock.status === 'advancing'
          ? 'This test clock is advancing already. Wait until it is ready.'
          : 'This test clock is completed. Make a new one.',
        { param: 'id' },
      );
    const to = instantOf(input.to, 'to');
    if (to <= clock.frozen_time || to > plus(clock.frozen_time, farthest))
      throw new Fault(
        'parameter_invalid',
        `'to' must be later than ${clock.frozen_time.toISOString()}, where the clock stands, and within five years of it.`,
        { param: 'to' },
      );
    const now = ctx.env.clock.now();
    const advance = {
      id: newId('adv', ctx.env),
      from: clock.frozen_time.toISOString(),
      to: to.toISOString(),
      status: 'created' as const,
      moments: 0,
      error: null,
    };
    await sql`update test_clocks set status = 'advancing', advance = ${JSON.stringify(advance)}, leased_until = ${now}, updated_at = ${now}
      where account_id = ${clock.account_id} and id = ${clock.id}`.execute(tx);
    ctx.env.nudge();
    return clockObject({ ...clock, status: 'advancing', advance, updated_at: now });
  },
});

export const getTestClock = operation({
  name: 'test_clocks.get',
  scope: 'test_clocks:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get a test clock',
  description: 'Where it stands, and how its last advance went.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: ClockObject,
  faults: ['not_found'],
  example: { id: '{test_clock}' },
  run: async (ctx, input) => clockObject(await findClock(ctx.env.db.query, ctx.account.account_id, input.id)),
});

export const listTestClocks = operation({
  name: 'test_clocks.list',
  scope: 'test_clocks:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List test clocks',
  description: 'Newest first.',
  input: Type.Object(
    { ...pageFields, status: Type.Optional(Type.Enum([...clockStatuses])), customer: Type.Optional(Id) },
    { additionalProperties: false },
  ),
  output: ListOf(ClockObject),
  faults: ['parameter_invalid'],
  run: (ctx, input) =>
    readList(ctx.env.db.query, input, {
      from: 'test_clocks',
      where: {
        account_id: ctx.account.account_id,
        deleted_at: null,
        status: input.status,
        customer_id: input.customer,
      },
      show: each(clockObject),
    }),
});
