// Meters, their events, and prices by usage: what is recorded, refused and billed. What must not appear: an event that counts twice or in
// no period, usage of a trial on an invoice, another customer's or account's usage.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { cancelSubscription } from '../../src/billing/cancel-subscription.ts';
import { pauseSubscription, resumeSubscription } from '../../src/billing/pause-subscription.ts';
import { previewSubscription } from '../../src/billing/preview-subscription.ts';
import { updateSubscription } from '../../src/billing/update-subscription.ts';
import { days, hours } from '../../src/kit/clock.ts';
import { cancelMeterEvent, createMeterEvents } from '../../src/meters/create-events.ts';
import { deactivateMeter } from '../../src/meters/manage-meters.ts';
import { listMeterEvents, summarizeMeterEvents } from '../../src/meters/read-events.ts';
import { aggregated } from '../../src/meters/usage.ts';
import type { Ctx } from '../../src/operation/context.ts';
import {
  advance,
  ask,
  clockFor,
  invoicesOf,
  newCard,
  newCustomer,
  newPayer,
  newPrice,
  openBilling,
  subscribe,
  subscriptionOf,
} from '../kit/billing.ts';
import { newCode, newMeter, refusal, usagePrice, use } from '../kit/usage.ts';
import { closeProven, type World } from '../kit/world.ts';

let w: World;
let ctx: Ctx;

before(async () => {
  ({ w, ctx } = await openBilling());
});
after(() => closeProven(w));

const payer = (number?: string): Promise<string> => newPayer(w, {}, number);
// biome-ignore lint/suspicious/noExplicitAny: a test reads answers field by field
type Any = any;
const linesOf = (invoice: Any) =>
  invoice.lines.map((line: Any) => [
    line.usage?.value ?? null,
    line.quantity,
    line.amount,
    line.period_start.slice(0, 10),
    line.period_end.slice(0, 10),
  ]);

describe('meters and events over HTTP', () => {
  test('a meter is made, shown, listed, renamed; its event name is its own while it is active', async () => {
    const body = { display_name: 'Calls', event_name: 'http_call', aggregation: 'sum' };
    const made = await w.call('POST', '/v1/meters', body);
    assert.equal(made.status, 201, made.text);
    assert.deepEqual([made.body.status, made.body.customer_key, made.body.value_key], ['active', 'customer', 'value']);
    const twice = await w.call('POST', '/v1/meters', body);
    assert.deepEqual([twice.status, twice.body.param], [400, 'event_name']);
    const renamed = await w.call('PATCH', `/v1/meters/${made.body.id}`, { display_name: 'API calls' });
    assert.equal(renamed.body.display_name, 'API calls');
    const off = await w.call('POST', `/v1/meters/${made.body.id}/deactivate`);
    assert.equal(off.body.status, 'inactive');
    const second = await w.call('POST', '/v1/meters', body);
    assert.equal(second.status, 201);
    const taken = await w.call('POST', `/v1/meters/${made.body.id}/reactivate`);
    assert.deepEqual([taken.status, taken.body.param], [400, 'event_name']);
    const found = await w.call('GET', '/v1/meters?event_name=http_call&status=active');
    assert.deepEqual(
      found.body.data.map((one: Any) => one.id),
      [second.body.id],
    );
  });

  test('an event that cannot be counted is refused by its field, and nothing of it is kept', async () => {
    const { event_name, id: meter } = await newMeter(ctx);
    const counting = await newMeter(ctx, 'count');
    const customer = await newCustomer(w);
    const old = new Date(w.clock.now().getTime() - days(35) - 60_000).toISOString();
    const soon = new Date(w.clock.now().getTime() + 6 * 60_000).toISOString();
    const payload = { customer, value: 1 };
    const rows: [Record<string, unknown>, number, string][] = [
      [{ event_name: 'nothing', payload }, 404, 'event_name'],
      [{ event_name, payload: { customer: 'cus_nobody', value: 1 } }, 404, 'payload'],
      [{ event_name, payload: { value: 1 } }, 400, 'payload.customer'],
      [{ event_name, payload: { customer } }, 400, 'payload.value'],
      [{ event_name, payload: { customer, size: 1 } }, 400, 'payload.size'],
      [{ event_name, payload: { customer, value: '1e3' } }, 400, 'payload.value'],
      [{ event_name, payload: { customer, value: '-1' } }, 400, 'payload.value'],
      [{ event_name, payload: { customer, value: '0.1234567890123' } }, 400, 'payload.value'],
      [{ event_name, payload: { customer, value: '1000000000.1' } }, 400, 'payload.value'],
      [{ event_name: counting.event_name, payload }, 400, 'payload.value'],
      [{ event_name, payload, timestamp: old }, 400, 'timestamp'],
      [{ event_name, payload, timestamp: soon }, 400, 'timestamp'],
    ];
    for (const [body, status, param] of rows) {
      const reply = await w.call('POST', '/v1/meter_events', body);
      assert.deepEqual([reply.status, reply.body.param], [status, param], reply.text);
    }
    const batch = await w.call('POST', '/v1/meter_events/batch', {
      events: [
        { event_name, payload },
        { event_name, payload: { customer: 'cus_nobody', value: 1 } },
      ],
    });
    assert.deepEqual([batch.status, batch.body.param], [404, 'events[1].payload']);
    assert.deepEqual((await ask(ctx, listMeterEvents, { meter, customer })).data, []);
  });

  test('the same identifier twice is one event; another event under it is refused', async () => {
    const { event_name, id: meter } = await newMeter(ctx);
    const customer = await newCustomer(w);
    const first = await use(ctx, event_name, customer, '1.50', { identifier: 'one' });
    const again = await use(ctx, event_name, customer, '1.5', { identifier: 'one' });
    assert.deepEqual(again, first);
    assert.deepEqual(await refusal(use(ctx, event_name, customer, 2, { identifier: 'one' })), [
      'idempotency_conflict',
      'identifier',
    ]);
    const both = { event_name, payload: { customer, value: 4 }, identifier: 'two' };
    const batch = await ask(ctx, createMeterEvents, { events: [both, both] });
    assert.equal(batch.data[0].id, batch.data[1].id);
    assert.deepEqual((await ask(ctx, listMeterEvents, { meter, customer })).data.length, 2);
    const [sum] = (
      await ask(ctx, summarizeMeterEvents, {
        id: meter,
        customer,
        from: '2000-01-01T00:00:00Z',
        until: '2100-01-01T00:00:00Z',
      })
    ).data;
    assert.equal(sum.value, '5.5');
  });

  test('another account sees no meter, records nothing for a customer of ours, and reads no usage', async () => {
    const { event_name, id } = await newMeter(ctx);
    const customer = await newCustomer(w);
    await use(ctx, event_name, customer, 7, { identifier: 'ours' });
    const as = w.other.secret;
    assert.equal((await w.call('GET', `/v1/meters/${id}`, undefined, { as })).status, 404);
    const mine = await w.call('POST', '/v1/meters', { display_name: 'X', event_name, aggregation: 'sum' }, { as });
    assert.equal(mine.status, 201, 'names are of an account');
    const foreign = await w.call('POST', '/v1/meter_events', { event_name, payload: { customer, value: 1 } }, { as });
    assert.equal(foreign.status, 404);
    assert.equal(
      (await w.call('GET', `/v1/meter_events?meter=${id}&customer=${customer}`, undefined, { as })).status,
      404,
    );
    const gone = await w.call('POST', '/v1/meter_events/cancel', { identifier: 'ours' }, { as });
    assert.equal(gone.status, 404);
  });

  test('a canceled event counts for nothing; after a day it stays', async () => {
    const { event_name, id: meter } = await newMeter(ctx);
    const customer = await newCustomer(w);
    await use(ctx, event_name, customer, 5, { identifier: 'wrong' });
    await use(ctx, event_name, customer, 2, { identifier: 'right' });
    const canceled = await ask(ctx, cancelMeterEvent, { identifier: 'wrong' });
    assert.notEqual(canceled.canceled_at, null);
    assert.deepEqual(await ask(ctx, cancelMeterEvent, { identifier: 'wrong' }), canceled);
    const span = { id: meter, customer, from: '2000-01-01T00:00:00Z', until: '2100-01-01T00:00:00Z' };
    assert.equal((await ask(ctx, summarizeMeterEvents, span)).data[0].value, '2');
    w.clock.advance(hours(24) + 1_000);
    assert.deepEqual(await refusal(ask(ctx, cancelMeterEvent, { identifier: 'right' })), [
      'state_invalid',
      'identifier',
    ]);
  });

  test('events are listed page by page, and summed up by hour and by day', async () => {
    const { event_name, id: meter } = await newMeter(ctx);
    const customer = await newCustomer(w);
    const clock = await clockFor(ctx, customer, '2027-03-10T12:00:00Z');
    for (const [i, timestamp] of [
      '2027-03-08T10:10:00Z',
      '2027-03-08T10:50:00Z',
      '2027-03-08T11:00:00Z',
      '2027-03-10T09:00:00Z',
    ].entries())
      await use(ctx, event_name, customer, i + 1, { identifier: `listed-${i}`, timestamp });
    const seen: string[] = [];
    let more: Record<string, unknown> = {};
    for (;;) {
      const page = await ask(ctx, listMeterEvents, { meter, customer, limit: 3, ...more });
      seen.push(...page.data.map((one: Any) => one.identifier));
      if (!page.has_more) break;
      more = { starting_after: page.data.at(-1).identifier };
    }
    assert.deepEqual(seen, ['listed-3', 'listed-2', 'listed-1', 'listed-0']);
    const span = { id: meter, customer, from: '2027-03-08T00:00:00Z', until: '2027-03-11T00:00:00Z' };
    const hourly = await ask(ctx, summarizeMeterEvents, { ...span, by: 'hour', limit: 2 });
    assert.equal(hourly.has_more, true);
    assert.deepEqual(
      hourly.data.map((one: Any) => [one.start, one.end, one.value]),
      [
        ['2027-03-08T10:00:00.000Z', '2027-03-08T11:00:00.000Z', '3'],
        ['2027-03-08T11:00:00.000Z', '2027-03-08T12:00:00.000Z', '3'],
      ],
    );
    const daily = await ask(ctx, summarizeMeterEvents, { ...span, by: 'day' });
    assert.deepEqual(
      daily.data.map((one: Any) => one.value),
      ['6', '4'],
    );
    assert.ok(clock);
  });
});

test('what a period comes to is read from the key of the events: of this customer, meter and time alone', async () => {
  const plan = await w.env.db.tx(async (tx) => {
    await sql`set local enable_seqscan = off`.execute(tx);
    await sql`set local enable_bitmapscan = off`.execute(tx);
    const { rows } = await sql<Record<string, string>>`explain select ${aggregated}
      from unnest('{m}'::text[], '{c}'::text[], '{2026-01-01}'::timestamptz[], '{2026-02-01}'::timestamptz[]) as u (meter_id, customer_id, from_at, until_at)
      join meters m on m.account_id = 'a' and m.id = u.meter_id`.execute(tx);
    return rows.map((row) => row['QUERY PLAN'] ?? '');
  });
  const events = plan.flatMap((line, i) => (/ on meter_events e/.test(line) ? [`${line} ${plan[i + 1]}`] : []));
  assert.equal(events.length, 4);
  for (const read of events)
    assert.match(
      read,
      /Index (Only )?Scan.* using meter_events_pkey.*Index Cond:.*account_id =.*meter_id =.*customer_id =.*counted_at >=.*counted_at </,
    );
});

describe('prices by usage', () => {
  test('what does not fit together is refused by the field', async () => {
    const { id: meter } = await newMeter(ctx);
    const off = await newMeter(ctx);
    await ask(ctx, deactivateMeter, { id: off.id });
    const unit = [{ currency: 'USD', unit_amount: 3 }];
    const tiers = [{ currency: 'USD', tiers: [{ up_to: null, unit_amount: 1 }] }];
    const rows: [Record<string, unknown>, [string, string]][] = [
      [{ amounts: unit, meter: undefined }, ['parameter_missing', 'meter']],
      [{ amounts: unit, meter: 'mtr_none' }, ['not_found', 'meter']],
      [{ amounts: unit, meter: off.id }, ['state_invalid', 'meter']],
      [{ amounts: unit, pricing_model: 'flat' }, ['parameter_invalid', 'meter']],
      [{ amounts: tiers }, ['parameter_invalid', 'amounts[0].tiers']],
      [{ amounts: unit, tiers_mode: 'volume' }, ['parameter_invalid', 'amounts[0].unit_amount']],
      [
        { amounts: tiers, tiers_mode: 'volume', transform_quantity: { divide_by: 10, round: 'up' } },
        ['parameter_invalid', 'transform_quantity'],
      ],
    ];
    for (const [more, expected] of rows) assert.deepEqual(await refusal(usagePrice(ctx, meter, more)), expected);
    const customer = await payer();
    const price = await usagePrice(ctx, meter);
    assert.deepEqual(await refusal(subscribe(ctx, { customer, price, quantity: 2 })), [
      'parameter_invalid',
      'quantity',
    ]);
  });

  test('each model charges what it says', async () => {
    const tiers = [
      { up_to: 10, unit_amount: 100, flat_amount: 50 },
      { up_to: null, unit_amount: 10 },
    ];
    const rows: [Record<string, unknown>, string, number][] = [
      [{}, '12', 36],
      [{}, '11.2', 36],
      [{ amounts: [{ currency: 'USD', tiers }], tiers_mode: 'graduated' }, '12', 1_070],
      [{ amounts: [{ currency: 'USD', tiers }], tiers_mode: 'volume' }, '12', 120],
      [{ transform_quantity: { divide_by: 10, round: 'up' } }, '11', 6],
      [{ transform_quantity: { divide_by: 10, round: 'down' } }, '19', 3],
      [{}, '0', 0],
    ];
    for (const [more, value, amount] of rows) {
      const { event_name, id } = await newMeter(ctx);
      const customer = await payer();
      const s = await subscribe(ctx, { customer, price: await usagePrice(ctx, id, more) });
      assert.deepEqual([s.status, s.item.amount, s.item.meter], ['active', 0, id]);
      await use(ctx, event_name, customer, value);
      const preview = await ask(ctx, previewSubscription, { id: s.id });
      assert.equal(preview.amount_due, amount, JSON.stringify([more, value]));
    }
  });

  test('sum, count, last and max of a period', async () => {
    for (const [aggregation, expected] of [
      ['sum', 9],
      ['count', 3],
      ['last', 2],
      ['max', 4],
    ] as const) {
      const { event_name, id } = await newMeter(ctx, aggregation);
      const customer = await payer();
      const s = await subscribe(ctx, { customer, price: await usagePrice(ctx, id) });
      const tell = async (value: number) => {
        w.clock.advance(1_000);
        const payload = aggregation === 'count' ? { customer } : { customer, value };
        await ask(ctx, createMeterEvents, { events: [{ event_name, payload }] });
      };
      for (const value of [3, 4, 2]) await tell(value);
      assert.equal((await ask(ctx, previewSubscription, { id: s.id })).amount_due, expected * 3, aggregation);
    }
  });
});

describe('billing usage', () => {
  const start = '2027-01-01T00:00:00Z';
  async function metered(more: Record<string, unknown> = {}, price_more: Record<string, unknown> = {}) {
    const meter = await newMeter(ctx);
    const customer = await payer();
    const clock = await clockFor(ctx, customer, start);
    const price = await usagePrice(ctx, meter.id, price_more);
    const s = await subscribe(ctx, { customer, price, ...more });
    const tell = (value: number | string, timestamp?: string, identifier?: string) =>
      use(ctx, meter.event_name, customer, value, {
        ...(timestamp ? { timestamp } : {}),
        ...(identifier ? { identifier } : {}),
      });
    const to = (at: string) => advance(w, ctx, clock, at);
    return { id: s.id as string, customer, clock, tell, to, meter: meter.id };
  }
  const invoices = (id: string) => invoicesOf(ctx, id);

  test('four months with a coupon for two: each period by what was used in it, discounted as long as the coupon lasts', async () => {
    const code = await newCode(ctx, { percentage_bps: 5_000, duration: 'repeating', duration_months: 2 });
    const { id, tell, to } = await metered({ promotion_code: code.id });
    await to('2027-01-20T00:00:00Z');
    await tell(100);
    await to('2027-02-20T00:00:00Z');
    await tell('200.5');
    await to('2027-03-20T00:00:00Z');
    await tell(300);
    await to('2027-04-20T00:00:00Z');
    await tell(1);
    await to('2027-05-01T00:00:00Z');
    const all = await invoices(id);
    assert.deepEqual(
      all.map((one: Any) => [one.status, one.subtotal, one.discount, one.amount_due]),
      [
        ['paid', 0, 0, 0],
        ['paid', 300, 150, 150],
        ['paid', 603, 302, 301],
        ['paid', 900, 0, 900],
        ['paid', 3, 0, 3],
      ],
    );
    assert.deepEqual(all.slice(1).flatMap(linesOf), [
      ['100', 100, 300, '2027-01-01', '2027-02-01'],
      ['200.5', 201, 603, '2027-02-01', '2027-03-01'],
      ['300', 300, 900, '2027-03-01', '2027-04-01'],
      ['1', 1, 3, '2027-04-01', '2027-05-01'],
    ]);
  });

  test('what happens at the very end of a period belongs to the next one', async () => {
    const { id, tell, to } = await metered();
    await to('2027-01-31T23:58:00Z');
    await tell(1, '2027-01-31T23:59:59.999Z');
    await tell(10, '2027-02-01T00:00:00Z');
    await to('2027-03-01T00:00:00Z');
    assert.deepEqual(
      (await invoices(id)).slice(1).map((one: Any) => one.amount_due),
      [3, 30],
    );
  });

  test('what is told late counts in the next period, and can be canceled there but not where it was billed', async () => {
    const { id, tell, to } = await metered();
    await to('2027-01-10T00:00:00Z');
    await tell(1, undefined, 'billed');
    await to('2027-02-02T00:00:00Z');
    const late = await tell(10, '2027-01-15T00:00:00Z', 'late');
    assert.deepEqual([late.timestamp, late.counted_at], ['2027-01-15T00:00:00.000Z', '2027-02-01T00:00:00.000Z']);
    assert.deepEqual(await refusal(ask(ctx, cancelMeterEvent, { identifier: 'billed' })), [
      'state_invalid',
      'identifier',
    ]);
    await tell(5, undefined, 'mistake');
    await ask(ctx, cancelMeterEvent, { identifier: 'mistake' });
    await to('2027-03-01T00:00:00Z');
    assert.deepEqual(
      (await invoices(id)).slice(1).map((one: Any) => one.amount_due),
      [3, 30],
    );
  });

  test('a trial is free', async () => {
    const { id, tell, to } = await metered({ trial_days: 14 });
    await tell(1_000);
    await to('2027-01-15T00:00:00Z');
    await tell(2);
    await to('2027-02-15T00:00:00Z');
    const all = await invoices(id);
    assert.deepEqual(
      all.map((one: Any) => one.amount_due),
      [0, 0, 6],
    );
    assert.deepEqual(linesOf(all[2]), [['2', 2, 6, '2027-01-15', '2027-02-15']]);
  });

  test('an end now bills what was used until then, once, by an invoice of its own', async () => {
    const { id, tell, to } = await metered();
    await to('2027-01-10T00:00:00Z');
    await tell(50);
    await ask(ctx, cancelSubscription, { id, at: 'now' });
    await to('2027-04-01T00:00:00Z');
    const [, last, ...more] = await invoices(id);
    assert.equal(more.length, 0);
    assert.deepEqual([last.billing_reason, last.status, last.amount_paid], ['subscription_cancel', 'paid', 150]);
    assert.deepEqual(linesOf(last), [['50', 50, 150, '2027-01-01', '2027-01-10']]);
    assert.equal((await subscriptionOf(ctx, id)).status, 'canceled');
  });

  test('an end with the period bills the period; of nothing no invoice is made', async () => {
    const { id, tell, to } = await metered();
    const { id: idle, to: pass } = await metered();
    await tell(4);
    for (const one of [id, idle]) await ask(ctx, cancelSubscription, { id: one });
    await to('2027-02-10T00:00:00Z');
    await pass('2027-02-10T00:00:00Z');
    assert.deepEqual(
      (await invoices(id)).slice(1).map((one: Any) => [one.billing_reason, one.amount_paid]),
      [['subscription_cancel', 12]],
    );
    assert.equal((await invoices(idle)).length, 1);
  });

  test('a last invoice that fails is tried by the schedule, then given up; the subscription stays ended', async () => {
    const { id, customer, tell, to } = await metered();
    await to('2027-01-10T00:00:00Z');
    await tell(50);
    const bad = await newCard(w, customer, '4000000000000341');
    await ask(ctx, updateSubscription, { id, payment_method: bad });
    await ask(ctx, cancelSubscription, { id, at: 'now' });
    await to('2027-01-11T00:00:00Z');
    const [, open] = await invoices(id);
    assert.deepEqual([open.status, open.charges], ['open', 1]);
    await to('2027-02-10T00:00:00Z');
    const [, last] = await invoices(id);
    assert.deepEqual([last.status, last.charges], ['uncollectible', 5]);
    assert.equal((await subscriptionOf(ctx, id)).status, 'canceled');
  });

  test('a change of plan bills what was used until then by the old price', async () => {
    const { id, tell, to, meter } = await metered();
    const dear = await usagePrice(ctx, meter, { amounts: [{ currency: 'USD', unit_amount: 10 }] });
    await to('2027-01-16T00:00:00Z');
    await tell(10);
    const said = await ask(ctx, previewSubscription, { id, price: dear });
    assert.equal(said.amount_due, 30);
    const changed = await ask(ctx, updateSubscription, { id, price: dear });
    assert.equal(changed.latest_payment.amount, 30);
    await to('2027-01-20T00:00:00Z');
    await tell(1);
    const later = await ask(ctx, updateSubscription, {
      id,
      price: await usagePrice(ctx, meter),
      proration: 'prorate_next',
    });
    assert.equal(later.pending_amount, 10);
    await to('2027-01-25T00:00:00Z');
    await tell(2);
    await to('2027-02-01T00:00:00Z');
    const renewal = (await invoices(id)).at(-1);
    assert.deepEqual(
      linesOf(renewal).filter(([value]: Any) => value !== null),
      [
        ['1', 1, 10, '2027-01-16', '2027-01-20'],
        ['2', 2, 6, '2027-01-20', '2027-02-01'],
      ],
    );
    assert.equal(renewal.amount_due, 16);
  });

  test('what waits since a change is billed by the last invoice, too', async () => {
    const { id, tell, to, meter } = await metered();
    const dear = await usagePrice(ctx, meter, { amounts: [{ currency: 'USD', unit_amount: 10 }] });
    await tell(2);
    await to('2027-01-10T00:00:00Z');
    await ask(ctx, updateSubscription, { id, price: dear, proration: 'none' });
    await to('2027-01-12T00:00:00Z');
    await tell(4);
    await ask(ctx, cancelSubscription, { id, at: 'now' });
    await to('2027-02-01T00:00:00Z');
    const last = (await invoices(id)).at(-1);
    assert.deepEqual([last.billing_reason, last.amount_paid], ['subscription_cancel', 6 + 40]);
  });

  test('a change that is not paid for leaves the usage to be billed with the period', async () => {
    const { id, customer, tell, to } = await metered();
    const flat = await newPrice(ctx, 5_000);
    await to('2027-01-16T00:00:00Z');
    await tell(10);
    const bad = await newCard(w, customer, '4000000000000341');
    const good = (await subscriptionOf(ctx, id)).payment_method;
    const tried = await ask(ctx, updateSubscription, { id, price: flat, payment_method: bad });
    assert.equal(tried.latest_payment.status, 'failed');
    await ask(ctx, updateSubscription, { id, payment_method: good });
    await tell(5);
    await to('2027-02-01T00:00:00Z');
    const renewal = (await invoices(id)).at(-1);
    assert.deepEqual(linesOf(renewal), [['15', 15, 45, '2027-01-01', '2027-02-01']]);
  });

  test('from a flat price to usage at the end of the period, and back', async () => {
    const { event_name, id: meter } = await newMeter(ctx);
    const customer = await payer();
    const clock = await clockFor(ctx, customer, start);
    const flat = await newPrice(ctx, 1_000);
    const price = await usagePrice(ctx, meter);
    const s = await subscribe(ctx, { customer, price: flat });
    await use(ctx, event_name, customer, 99);
    await ask(ctx, updateSubscription, { id: s.id, price, at: 'period_end' });
    await advance(w, ctx, clock, '2027-02-10T00:00:00Z');
    await use(ctx, event_name, customer, 7);
    await ask(ctx, updateSubscription, { id: s.id, price: flat, at: 'period_end' });
    await advance(w, ctx, clock, '2027-03-10T00:00:00Z');
    assert.deepEqual(
      (await invoices(s.id)).map((one: Any) => one.amount_due),
      [1_000, 0, 21 + 1_000],
    );
  });

  test('while it rests nothing is billed; what was used before is, when it goes on', async () => {
    const { id, tell, to } = await metered();
    await to('2027-01-10T00:00:00Z');
    await tell(10);
    await ask(ctx, pauseSubscription, { id });
    await to('2027-02-15T00:00:00Z');
    await tell(1_000);
    await to('2027-03-10T00:00:00Z');
    const resumed = await ask(ctx, resumeSubscription, { id });
    assert.equal(resumed.current_period_start, '2027-03-10T00:00:00.000Z');
    await to('2027-03-11T00:00:00Z');
    await tell(2);
    await to('2027-04-10T00:00:00Z');
    assert.deepEqual(
      (await invoices(id)).map((one: Any) => one.amount_due),
      [0, 30, 6],
    );
  });

  test('an edit of the price changes nothing for who has it', async () => {
    const { id, meter, tell, to } = await metered();
    const price = (await subscriptionOf(ctx, id)).item.price;
    const edited = await w.call('PATCH', `/v1/prices/${price}`, { amounts: [{ currency: 'USD', unit_amount: 500 }] });
    assert.deepEqual([edited.status, edited.body.meter], [200, meter]);
    await tell(1);
    await to('2027-02-01T00:00:00Z');
    assert.equal((await invoices(id)).at(-1).amount_due, 3);
  });
});
