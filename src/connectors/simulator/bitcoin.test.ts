import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JumpClock, minutes, plus, seconds } from '../../kit/clock.ts';
import { systemRandom } from '../../kit/id.ts';
import { currencies } from '../../kit/money.ts';
import { bitcoinContract } from '../bitcoin-contract-cases.ts';
import { isWitnessAddress } from './bech32.ts';
import { bitcoinSimulator, playWallet, type WalletAct } from './bitcoin.ts';
import { memoryInvoices } from './bitcoin-store.ts';
import { simulatedRate } from './rates.ts';

function opened() {
  const parts = { store: memoryInvoices(), clock: new JumpClock(), random: systemRandom, latency_ms: 0 };
  return {
    ...parts,
    gateway: bitcoinSimulator({ ...parts, account_id: 'acct_a' }),
    stranger: bitcoinSimulator({ ...parts, account_id: 'acct_b' }),
  };
}

bitcoinContract('simulator, in memory', async () => {
  const { store, clock, gateway, stranger } = opened();
  let coins = 0;
  return {
    gateway,
    stranger,
    isAddress: isWitnessAddress,
    async send(_invoice, reference, amount) {
      const found = await store.findPage(reference);
      assert.ok(found);
      await store.move(found.invoice, () => [
        { id: `coin_${++coins}`, amount, seen_at: clock.now(), confirmed_at: null },
      ]);
    },
    async bury(reference) {
      await playWallet({ store, clock, random: systemRandom }, reference, 'confirm');
    },
  };
});

async function playing(acts: WalletAct[], wait_ms = 0) {
  const { store, clock, gateway } = opened();
  const expires_at = plus(clock.now(), minutes(15));
  await gateway.request({ reference: 'inv_1', amount: 1_000, expires_at, label: '' });
  for (const act of acts) await playWallet({ store, clock, random: systemRandom }, 'inv_1', act);
  clock.advance(wait_ms);
  const look = await gateway.look('inv_1');
  return look.kind === 'invoice' ? [look.received, look.confirmed] : [];
}

test('the wallet that the sandbox plays', async () => {
  assert.deepEqual(await playing(['pay']), [1_000, 0]);
  assert.deepEqual(await playing(['pay', 'pay', 'pay'], seconds(11)), [1_000, 1_000], 'a second press sends nothing');
  assert.deepEqual(await playing(['seen'], minutes(60)), [1_000, 0]);
  assert.deepEqual(await playing(['seen', 'confirm']), [1_000, 1_000]);
  assert.deepEqual(await playing(['underpay'], seconds(11)), [500, 500]);
  assert.deepEqual(await playing(['underpay', 'pay'], seconds(11)), [1_000, 1_000]);
  assert.deepEqual(await playing(['overpay'], seconds(11)), [1_100, 1_100]);
  assert.deepEqual(await playing(['late'], minutes(14)), [0, 0]);
  assert.deepEqual(await playing(['late', 'late'], minutes(16)), [1_000, 1_000]);
});

test('there is a rate for every currency but BTC', () => {
  for (const currency of Object.keys(currencies) as (keyof typeof currencies)[]) {
    const rate = simulatedRate(currency);
    assert.equal(rate === undefined, currency === 'BTC', currency);
  }
});
