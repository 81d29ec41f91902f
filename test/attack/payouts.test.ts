// Payouts against two processes at once and against sudden death. What must not appear: more sent than was available, a second
// transfer at the bank, money that is neither the merchant's nor on its way.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { days } from '../../src/kit/clock.ts';
import { approvePayout } from '../../src/payouts/review-payout.ts';
import { availableOf, fund, operate, usAccount } from '../kit/payouts.ts';
import { killServers, startServer } from '../kit/server-process.ts';
import { openWorld, type World } from '../kit/world.ts';
import { eachOf, tally } from './money.ts';

let w: World;
before(async () => {
  w = await openWorld();
  await usAccount(w);
});
after(async () => {
  await killServers();
  await w.close();
});

test('of 200 payouts of 60 % of what is available, asked of two processes, exactly one succeeds', async () => {
  await fund(w, 10_000);
  const servers = await Promise.all([startServer({ database_url: w.url }), startServer({ database_url: w.url })]);
  const replies = await eachOf(200, (i) => {
    const server = servers[i % 2];
    assert.ok(server);
    return server.call('POST', '/v1/payouts', { currency: 'USD', amount: 6_000 }, { as: w.tenant.secret });
  });
  assert.deepEqual(tally(replies), { 201: 1, '409 insufficient_balance': 199 });
  assert.equal(await availableOf(w), 4_000);
  await w.verify();
  await Promise.all(servers.map((s) => s.kill()));
});

describe('SIGKILL of the worker that sends a payout', () => {
  for (const point of ['payout.recorded', 'payout.sent']) {
    test(`at ${point}: one transfer, paid once`, async () => {
      await fund(w, 1_000);
      const { body } = await w.call('POST', '/v1/payouts', { currency: 'USD', amount: 500 });
      if (body.status === 'in_review') await operate(w.ctx(), approvePayout, { id: body.id });
      await sql`update payouts set next_at = null where account_id = ${w.tenant.account.account_id} and id <> ${body.id}`.execute(
        w.env.db.query,
      );
      await sql`update payouts set next_at = now() - interval '1 second' where account_id = ${w.tenant.account.account_id} and id = ${body.id}`.execute(
        w.env.db.query,
      );
      const server = await startServer({ database_url: w.url, worker: true, crash_at: `${point}:1` });
      assert.equal(await server.ended, 'SIGKILL');
      const status = async () => (await w.call('GET', `/v1/payouts/${body.id}`)).body.status;
      assert.equal(await status(), 'pending');
      await w.verify();
      for (let i = 0; i < 3; i++) {
        w.clock.advance(days(3));
        await w.work();
      }
      assert.equal(await status(), 'paid');
      const { rows } = await sql`select 1 from simulator_transfers where reference = ${body.id}`.execute(
        w.env.db.query,
      );
      assert.equal(rows.length, 1);
      await w.verify();
    });
  }
});
