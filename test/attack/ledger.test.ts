// The books under any sequence of legal commands, and under the hands of somebody who may write to the database. A failing sequence
// is printed with the seed that replays it: SEED=… in the environment.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { sql } from 'kysely';
import pg from 'pg';
import { sealLedger } from '../../src/ledger/seal.ts';
import { verifyAll } from '../../src/verify.ts';
import { openWorld, type World } from '../kit/world.ts';
import { completed, eachOf, long, openAttempts } from './money.ts';

/** `share` of what is possible, in percent; more than 100 asks for too much. */
type Command =
  | { verb: 'capture'; share: number; final: boolean }
  | { verb: 'increase'; share: number }
  | { verb: 'cancel' }
  | { verb: 'refund'; share: number };

type Sequence = { currency: string; amount: number; capture: boolean; card: string; commands: Command[] };

const share = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 100 }) },
  { weight: 1, arbitrary: fc.constantFrom(100, 101, 250) },
);
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ verb: fc.constant('capture' as const), share, final: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({ verb: fc.constant('increase' as const), share: fc.integer({ min: 50, max: 200 }) }),
  },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant('cancel' as const) }) },
  { weight: 4, arbitrary: fc.record({ verb: fc.constant('refund' as const), share }) },
);
const sequence: fc.Arbitrary<Sequence> = fc.record({
  // With no, two, three and eight decimals.
  currency: fc.constantFrom('JPY', 'USD', 'KWD', 'BTC'),
  amount: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 1, max: 5_000_000 }) },
    { weight: 1, arbitrary: fc.constantFrom(1, 2, 3, 999_999_999_999) },
  ),
  capture: fc.boolean(),
  // The second: every later answer is lost, although the provider did it.
  card: fc.constantFrom('4242424242424242', '4242424242424242', '4000000000008047'),
  commands: fc.array(command, { minLength: 1, maxLength: 8 }),
});

type Model = { status: string; authorized: number; captured: number; refunded: number; released: boolean };

const most = 999_999_999_999;
const asked = (possible: number, percent: number) =>
  Math.min(most, Math.max(1, Math.round((possible * percent) / 100)));

/** What the command must come to: undefined when it is to be refused. */
function expected(model: Model, step: Command): { amount: number; next: Model } | undefined {
  const left = model.authorized - model.captured;
  switch (step.verb) {
    case 'capture': {
      const amount = asked(left, step.share);
      if (model.status !== 'authorized' || amount > left) return undefined;
      const captured = model.captured + amount;
      const released = model.released || step.final;
      return {
        amount,
        next: {
          ...model,
          captured,
          released,
          status: released || captured === model.authorized ? 'completed' : 'authorized',
        },
      };
    }
    case 'increase': {
      const amount = asked(model.authorized, step.share);
      return model.status === 'authorized' && amount > model.authorized
        ? { amount, next: { ...model, authorized: amount } }
        : undefined;
    }
    case 'cancel':
      if (model.status !== 'authorized') return undefined;
      return {
        amount: left,
        next: { ...model, released: true, status: model.captured > 0 ? 'completed' : 'cancelled' },
      };
    case 'refund': {
      const amount = asked(model.captured - model.refunded, step.share);
      if (model.captured - model.refunded < amount) return undefined;
      return { amount, next: { ...model, refunded: model.refunded + amount } };
    }
  }
}

describe('any sequence of commands', () => {
  let world: World;
  before(async () => {
    world = await openWorld({
      fee_schedule: {
        rules: [
          { bps: 290, fixed: 30 },
          { currency: 'BTC', bps: 100, fixed: 0 },
        ],
      },
      settings: { RATE_LIMIT_PER_SECOND: '100000', RATE_LIMIT_BURST: '100000' },
    });
    await sql`update accounts set overdraft_limit = 9000000000000000`.execute(world.env.db.query);
  });
  after(() => world.close());

  async function send(id: string, step: Command, amount: number) {
    switch (step.verb) {
      case 'capture':
        return await world.call('POST', `/v1/payments/${id}/capture`, { amount, final: step.final });
      case 'increase':
        return await world.call('POST', `/v1/payments/${id}/increase_authorization`, { amount });
      case 'cancel':
        return await world.call('POST', `/v1/payments/${id}/cancel`, {});
      case 'refund':
        return await world.call('POST', '/v1/refunds', { payment: id, amount });
    }
  }

  /** What was asked although it is not possible: the same command with the amount the share comes to. */
  function attempted(model: Model, step: Command): number {
    if (step.verb === 'capture') return asked(model.authorized - model.captured, step.share);
    if (step.verb === 'increase') return asked(model.authorized, step.share);
    return step.verb === 'refund' ? asked(model.captured - model.refunded, step.share) : 0;
  }

  async function run({ currency, amount, capture, card, commands }: Sequence): Promise<void> {
    const made = await world.call('POST', '/v1/payments', {
      amount,
      currency,
      capture,
      token: await world.token(card),
    });
    assert.equal(made.status, 201, made.text);
    const id = String(made.body.id);
    let model: Model = {
      status: capture ? 'completed' : 'authorized',
      authorized: amount,
      captured: capture ? amount : 0,
      refunded: 0,
      released: false,
    };
    for (const step of commands) {
      const plan = expected(model, step);
      const reply = await send(id, step, plan?.amount ?? attempted(model, step));
      assert.ok(
        plan ? reply.status < 300 : reply.status === 409 || reply.status === 422,
        `${JSON.stringify(step)} on ${JSON.stringify(model)}: ${reply.text}`,
      );
      if (plan && card === '4000000000008047') {
        world.clock.advance(31_000);
        await world.work();
      }
      model = plan?.next ?? model;
      const p = (await world.call('GET', `/v1/payments/${id}`)).body;
      assert.deepEqual(
        [p.status, p.amount_authorized, p.amount_captured, p.amount_refunded, p.amount_refundable],
        [model.status, model.authorized, model.captured, model.refunded, model.captured - model.refunded],
        JSON.stringify(step),
      );
      assert.equal(p.amount_capturable, model.status === 'authorized' ? model.authorized - model.captured : 0);
    }
  }

  const numRuns = long ? 10_000 : 300;

  test(`${numRuns} random sequences of create, capture, increase, cancel and refund keep status, sums, ledger and provider in agreement`, async (t) => {
    const seed = Number(process.env.SEED ?? (long ? Math.floor(Math.random() * 2 ** 31) : 20_261_121));
    t.diagnostic(`SEED=${seed}`);
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(sequence, async (one) => {
        await run(one);
        // Proving all books each time would cost more with every run.
        if (++runs % 50 === 0) await world.verify();
      }),
      { numRuns, seed, endOnFailure: true },
    );
    assert.deepEqual(await openAttempts(world), []);
    await world.verify();
  });
});

describe('the books against an editor', () => {
  let world: World;
  before(async () => {
    world = await openWorld({ fee_schedule: { rules: [{ bps: 290, fixed: 30 }] } });
    await completed(world);
    await eachOf(20, (i) => completed(world, 1000 + i));
    while ((await sealLedger(world.env)) > 0);
    await eachOf(5, (i) => completed(world, 2000 + i));
    while ((await sealLedger(world.env)) > 0);
  });
  after(() => world.close());

  async function asOwner(text: string): Promise<number> {
    const client = new pg.Client({ connectionString: world.url });
    await client.connect();
    try {
      const result = await client.query(text);
      return (Array.isArray(result) ? result.at(-1) : result).rowCount ?? 0;
    } finally {
      await client.end();
    }
  }

  const edits = (table: string, column: string) => [
    `update ${table} set ${column} = ${column}`,
    `delete from ${table}`,
    `truncate ${table}`,
    `truncate ${table} cascade`,
  ];
  for (const [table, column] of [
    ['ledger_postings', 'amount'],
    ['ledger_seals', 'hash'],
  ] as const) {
    for (const edit of edits(table, column)) {
      test(`the application’s role may not ${edit}`, async () => {
        const client = new pg.Client({ ...world.env.db.client_config });
        await client.connect();
        try {
          await assert.rejects(client.query(edit), { code: '42501' });
          await assert.rejects(client.query(`alter table ${table} disable trigger all`), { code: '42501' });
        } finally {
          await client.end();
        }
      });
      test(`the owner of the database does not ${edit} by mistake`, async () => {
        await assert.rejects(asOwner(`begin; ${edit}; rollback`), { code: '42501' });
      });
    }
  }

  const bytes: Record<string, string> = {
    amount: 'amount + 1',
    fee: 'fee + 1',
    source_id: `left(source_id, -1) || chr(ascii(right(source_id, 1)) + 1)`,
    group_id: `left(group_id, -1) || chr(ascii(right(group_id, 1)) + 1)`,
    available_on: `available_on + 1`,
    id: `left(id, -1) || chr(ascii(right(id, 1)) + 1)`,
    recipe: `'refund'`,
    created_at: `created_at + interval '1 microsecond'`,
    'incoming, fees': '(incoming + 1, fees - 1)',
  };
  for (const [columns, value] of Object.entries(bytes)) {
    test(`one edit of ${columns} with the guards switched off is found by verify`, async () => {
      const list = columns.includes(',') ? `(${columns})` : columns;
      const quiet = (text: string) => `begin; set local session_replication_role = replica; ${text}; commit`;
      const row = `ledger_postings where position = 7`;
      await asOwner(`create table kept as select * from ${row}`);
      await asOwner(quiet(`update ledger_postings set ${list} = ${value} where position = 7`));
      const found = (await verifyAll(world.env.db.query)).filter((f) => !f.ok).map((f) => f.name);
      await asOwner(quiet(`delete from ${row}; insert into ledger_postings select * from kept`));
      await asOwner('drop table kept');
      assert.ok(
        found.some((name) => name.includes('sealed stretch')),
        `found only: ${found.join(', ')}`,
      );
      await world.verify();
    });
  }

  test('a seal that was deleted, and a posting that was taken out with its sum, are found by verify', async () => {
    const quiet = (text: string) => `begin; set local session_replication_role = replica; ${text}; commit`;
    await asOwner('create table kept_seals as select * from ledger_seals');
    await asOwner(quiet('delete from ledger_seals where first_position = 1'));
    assert.ok((await verifyAll(world.env.db.query)).some((f) => !f.ok && f.name.includes('sealed stretch')));
    await asOwner(quiet('delete from ledger_seals; insert into ledger_seals select * from kept_seals'));
    await world.verify();
  });

  test('balances rebuilt from the postings equal the stored ones, in every currency', async () => {
    const { rows } = await sql<{ n: number }>`
      select count(*) as n from balances b left join (
        select account_id, currency, sum(provider_receivable) as r, sum(incoming) as i, sum(available) as a, sum(fees) as f
        from ledger_postings group by 1, 2) s on s.account_id = b.account_id and s.currency = b.currency
      where (b.provider_receivable, b.incoming, b.available, b.fees) is distinct from (s.r, s.i, s.a, s.f)`.execute(
      world.env.db.query,
    );
    assert.equal(rows[0]?.n, 0);
  });
});
