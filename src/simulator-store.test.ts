// The same contract with the books in Postgres, and what only a database can get wrong. Needs TEST_DATABASE_URL (a server on
// which a database may be made); makes its own and drops it.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import pg from 'pg';
import { connectorContract } from './connectors/contract-cases.ts';
import { disputeContract } from './connectors/dispute-contract-cases.ts';
import { settleChallenge, simulator } from './connectors/simulator/index.ts';
import { Lane } from './db/coalesce.ts';
import { openDb, type Statement } from './db/db.ts';
import { migrate } from './db/migrate.ts';
import { JumpClock, seconds, systemClock } from './kit/clock.ts';
import { systemRandom } from './kit/id.ts';
import { simulatorStore } from './simulator-store.ts';

const server = process.env.TEST_DATABASE_URL;

async function openStore(url: string) {
  const name = `florin_simulator_${randomUUID().slice(0, 8)}`;
  const admin = async (text: string) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(text).finally(() => client.end());
  };
  await admin(`create database ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  await migrate(own.href, () => {});
  const db = openDb({ url: own.href, pool_size: 8 });
  let close_lane = async () => {};
  let one: unknown;
  const lane = <Item>(_name: string, _account_id: string, plan: (items: Item[]) => Statement[]): Lane<Item> => {
    if (!one) {
      const made = new Lane<Item>({ client_config: db.client_config, plan });
      close_lane = () => made.close();
      one = made;
    }
    return one as Lane<Item>;
  };
  const store = simulatorStore({ db, lane });
  const options = {
    store,
    clock: systemClock,
    random: systemRandom,
    public_url: 'http://localhost:4242',
    latency_ms: 0,
  };
  const close = async () => {
    await close_lane();
    await db.close();
    await admin(`drop database ${name} with (force)`);
  };
  return { store, options, close, db };
}

if (server) {
  connectorContract(
    'simulator, in Postgres',
    { approved: '4242424242424242', declined: '4000000000000002' },
    async () => {
      const { options, close } = await openStore(server);
      return {
        connector: simulator({ ...options, account_id: 'acc_a' }),
        stranger: simulator({ ...options, account_id: 'acc_b' }),
        close,
      };
    },
  );
  disputeContract('simulator, in Postgres', { disputed: '4000000000000259' }, async () => {
    const { options, close } = await openStore(server);
    const clock = new JumpClock();
    return {
      connector: simulator({ ...options, clock, account_id: 'acc_a' }),
      stranger: simulator({ ...options, clock, account_id: 'acc_b' }),
      wait: async () => clock.advance(seconds(6)),
      close,
    };
  });
}

test('the store in Postgres keeps its books', { skip: server ? false : 'set TEST_DATABASE_URL' }, async (t) => {
  const { store, options, close, db } = await openStore(server ?? '');
  t.after(close);
  const connector = simulator({ ...options, account_id: 'acc_a' });
  const card = { number: '4242424242424242', exp_month: 12, exp_year: 2049, cvc: '123', holder_name: undefined };
  const call = (number: string) => ({
    reference: `att_${randomUUID()}`,
    amount: 1_000,
    currency: 'EUR' as const,
    capture: true,
    card: { ...card, number },
    return_url: 'https://pay.example/pay/sess_1',
    billing_address: undefined,
    description: undefined,
    entry: 'typed' as const,
  });

  await t.test('totals are those of approved calls', async () => {
    const taken = await connector.authorize(call('4242424242424242'));
    await connector.authorize(call('4000000000000002'));
    await connector.refund({
      reference: `att_${randomUUID()}`,
      provider_reference: taken.provider_reference ?? '',
      amount: 250,
      currency: 'EUR',
    });
    assert.deepEqual(await store.viewOfMoney('acc_a'), [
      { currency: 'EUR', captured: 1_000, refunded: 250, charged_back: 0 },
    ]);
    assert.deepEqual(await store.viewOfMoney('acc_b'), []);
  });

  await t.test('two answers to one challenge at once: one stays', async () => {
    const challenged = call('4000000000003220');
    assert.equal((await connector.authorize(challenged)).kind, 'action');
    const [one, two] = await Promise.all([
      settleChallenge(options, challenged.reference, 'approve'),
      settleChallenge(options, challenged.reference, 'refuse'),
    ]);
    assert.ok(one && two);
    const stands = await connector.look(challenged.reference);
    assert.equal(one.status, stands.kind);
    assert.equal(two.status, stands.kind);
  });

  await t.test('a void ends an open challenge', async () => {
    const challenged = call('4000000000003220');
    const action = await connector.authorize(challenged);
    await connector.void({
      reference: `att_${randomUUID()}`,
      provider_reference: action.provider_reference ?? '',
      amount: 1_000,
      currency: 'EUR',
    });
    assert.equal((await settleChallenge(options, challenged.reference, 'approve'))?.status, 'declined');
  });

  await t.test('no card number is in the table', async () => {
    const dump = await db.query.selectFrom('simulator_calls').selectAll().execute();
    assert.ok(dump.length > 3);
    assert.doesNotMatch(JSON.stringify(dump), /4242424242424242|4000000000003220|4000000000000002/);
  });
});
