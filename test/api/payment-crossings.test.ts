// A merchant's cancel that crosses the customer's yes at the bank: whichever the provider saw first counts, every call comes to
// its end, and the books hold.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { checkoutStatus } from '../../src/checkout/standing.ts';
import { settleChallenge } from '../../src/connectors/simulator/index.ts';
import { minutes } from '../../src/kit/clock.ts';
import { perform } from '../../src/operation/operation.ts';
import { openWorld, type World } from '../kit/world.ts';

describe('cancel while the customer confirms', () => {
  let w: World;
  /** While set, a void waits on its way to the provider. */
  let road: Promise<void> | undefined;
  let left = () => {};
  // A world each: what one of them leaves open must not stand in the books of the next.
  beforeEach(async () => {
    w = await openWorld({
      wrap: (connector) => ({
        ...connector,
        async void(call) {
          left();
          await road;
          return connector.void(call);
        },
      }),
    });
  });
  afterEach(() => w.close());

  const get = async (id: string) => (await w.call('GET', `/v1/payments/${id}`)).body;
  const challenged = async (capture: boolean): Promise<string> =>
    (
      await w.call('POST', '/v1/payments', {
        amount: 1_000,
        currency: 'USD',
        capture,
        token: await w.token('4000000000003220'),
      })
    ).body.id;
  const answer = async (id: string, said: 'approve' | 'refuse') => {
    const attempt = await w.env.db.query
      .selectFrom('attempts')
      .select('id')
      .where('payment_id', '=', id)
      .where('kind', '=', 'authorize')
      .executeTakeFirstOrThrow();
    await settleChallenge({ store: w.env.simulator_store, clock: w.clock, random: w.env.random }, attempt.id, said);
  };
  const sayYes = (id: string) => answer(id, 'approve');
  const comeBack = (id: string) =>
    perform(checkoutStatus, { ...w.ctx(), actor: { kind: 'page', link_id: id } }, { input: { id } }).catch(() => {});
  const settleAll = async () => {
    for (let i = 0; i < 3; i++) {
      w.clock.advance(minutes(15));
      await w.work();
    }
  };

  for (const capture of [true, false]) {
    test(`the yes is known before the void arrives (capture ${capture}): the money is not lost and nothing hangs`, async () => {
      const id = await challenged(capture);
      let open = () => {};
      road = new Promise((done) => {
        open = done;
      });
      const gone = new Promise<void>((done) => {
        left = done;
      });
      const cancel = w.call('POST', `/v1/payments/${id}/cancel`);
      await gone;
      await sayYes(id);
      await comeBack(id);
      open();
      road = undefined;
      const reply = await cancel;
      assert.ok(reply.status < 500, reply.text);
      await settleAll();
      // A hold can be voided, so the cancel wins; money that was taken at once cannot, so the payment stands.
      assert.equal((await get(id)).status, capture ? 'completed' : 'cancelled');
      const open_attempts = await w.env.db.query
        .selectFrom('attempts')
        .select('kind')
        .where('payment_id', '=', id)
        .where('resolve_at', 'is not', null)
        .execute();
      assert.deepEqual(open_attempts, []);
      await w.verify();
    });

    test(`the yes is given at the bank, but not known here yet (capture ${capture})`, async () => {
      const id = await challenged(capture);
      await sayYes(id);
      const reply = await w.call('POST', `/v1/payments/${id}/cancel`);
      assert.ok(reply.status < 500, reply.text);
      await comeBack(id);
      await settleAll();
      assert.equal((await get(id)).status, capture ? 'completed' : 'cancelled');
      await w.verify();
    });

    test(`the customer’s no crosses the void (capture ${capture})`, async () => {
      const id = await challenged(capture);
      let open = () => {};
      road = new Promise((done) => {
        open = done;
      });
      const gone = new Promise<void>((done) => {
        left = done;
      });
      const cancel = w.call('POST', `/v1/payments/${id}/cancel`);
      await gone;
      await answer(id, 'refuse');
      await comeBack(id);
      open();
      road = undefined;
      const reply = await cancel;
      assert.ok(reply.status < 500, reply.text);
      await settleAll();
      assert.ok(['failed', 'cancelled'].includes((await get(id)).status));
      await w.verify();
    });

    test(`the void arrives first (capture ${capture}): a yes afterwards takes nothing`, async () => {
      const id = await challenged(capture);
      assert.equal((await w.call('POST', `/v1/payments/${id}/cancel`)).body.status, 'cancelled');
      await sayYes(id);
      await comeBack(id);
      await settleAll();
      assert.partialDeepStrictEqual(await get(id), { status: 'cancelled', amount_captured: 0, amount_authorized: 0 });
      await w.verify();
    });
  }
});
