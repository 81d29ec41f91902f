// Balances and the proof of the books over HTTP: what the merchant is owed follows every movement, and a forged row is found.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { sealLedger } from '../../src/ledger/seal.ts';
import { refuses } from '../kit/refusal.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
before(async () => {
  w = await openWorld({ fee_schedule: { rules: [{ bps: 290, fixed: 30 }] } });
});
after(() => w.close());

const balances = async (as?: string): Promise<Record<string, [number, number]>> => {
  const { status, body } = await w.call('GET', '/v1/balances', undefined, as === undefined ? {} : { as });
  assert.equal(status, 200);
  assert.partialDeepStrictEqual(body, { object: 'list', has_more: false });
  return Object.fromEntries(
    body.data.map((b: { currency: string; incoming: number; available: number }) => [
      b.currency,
      [b.incoming, b.available],
    ]),
  );
};
const verification = async () => (await w.call('GET', '/v1/ledger/verification')).body;
const owner = async (text: string) => {
  const client = new pg.Client({ connectionString: w.url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
};

describe('GET /v1/balances', () => {
  test('200: none before the first payment; then one per currency, less the fee; a hold counts for nothing', async () => {
    assert.deepEqual(await balances(), {});
    await w.call('POST', '/v1/payments', { amount: 10_000, currency: 'USD', token: await w.token(), capture: false });
    await w.call('POST', '/v1/payments', { amount: 10_000, currency: 'USD', token: await w.token('4000000000000002') });
    assert.deepEqual(await balances(), {});
    const { body: p } = await w.call('POST', '/v1/payments', {
      amount: 10_000,
      currency: 'USD',
      token: await w.token(),
    });
    await w.call('POST', '/v1/payments', { amount: 5_000, currency: 'JPY', token: await w.token() });
    assert.deepEqual(await balances(), { JPY: [4_825, 0], USD: [9_680, 0] });
    await w.call('POST', '/v1/refunds', { payment: p.id, amount: 4_000 });
    assert.deepEqual(await balances(), { JPY: [4_825, 0], USD: [5_680, 0] });
    assert.deepEqual(await balances(w.other.secret), {}, 'nothing of another tenant');
    const [row] = (await w.call('GET', '/v1/balances')).body.data;
    assert.deepEqual(Object.keys(row).slice(0, 4), ['object', 'currency', 'incoming', 'available']);
  });

  test('400 for a parameter it does not have', async () => {
    await refuses(w, ['GET', '/v1/balances?currency=USD'], {
      code: 'parameter_unknown',
      param: 'currency',
      detail: /There is no parameter 'currency'/,
    });
  });
});

describe('GET /v1/ledger/verification', () => {
  test('200: every sentence holds, each is named', async () => {
    const body = await verification();
    assert.partialDeepStrictEqual(body, { object: 'ledger_verification', ok: true });
    assert.ok(body.checks.length >= 5);
    for (const check of body.checks) assert.deepEqual([check.ok, check.examples], [true, []], check.name);
    assert.ok(body.checks.some((c: { name: string }) => /debits equal credits/.test(c.name)));
  });

  test('entries cannot be changed or deleted, by us or by their owner', async () => {
    for (const text of [
      'update ledger_postings set fee = 0 where fee > 0',
      'delete from ledger_postings',
      'truncate ledger_postings cascade',
      'delete from ledger_seals',
    ]) {
      if (text.includes('seals')) await sealLedger(w.env);
      await assert.rejects(owner(text), /append-only/, text);
      await assert.rejects(owner(`set role florin_app; ${text}`), /permission denied|append-only/, text);
    }
  });

  test('a balance that was edited, and a posting that was edited behind the trigger, are found and named; other tenants’ books are not told of', async () => {
    await sealLedger(w.env);
    const id = w.tenant.account.account_id;
    await owner(
      `update balances set incoming = incoming - 1, fees = fees + 1 where account_id = '${id}' and currency = 'JPY'`,
    );
    const edited = await verification();
    assert.equal(edited.ok, false);
    const failed = edited.checks.filter((c: { ok: boolean }) => !c.ok);
    // Other rooms' proofs may meet it too; each names this balance and no other.
    assert.ok(failed.some((c: { name: string }) => /every balance equals the sum of its postings/.test(c.name)));
    for (const check of failed) assert.deepEqual(check.examples, [`${id} JPY`], check.name);
    assert.equal((await w.call('GET', '/v1/ledger/verification', undefined, { as: w.other.secret })).body.ok, true);
    await owner(
      `update balances set incoming = incoming + 1, fees = fees - 1 where account_id = '${id}' and currency = 'JPY'`,
    );
    assert.equal((await verification()).ok, true);

    await owner(
      `alter table ledger_postings disable trigger all; update ledger_postings set source_id = source_id || 'x' where account_id = '${id}' and currency = 'JPY'; alter table ledger_postings enable trigger all`,
    );
    const forged = (await verification()).checks
      .filter((c: { ok: boolean }) => !c.ok)
      .map((c: { name: string }) => c.name);
    assert.ok(
      forged.some((name: string) => /sealed stretch/.test(name)),
      String(forged),
    );
  });
});
