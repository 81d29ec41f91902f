// Walks over lists of a server that pages by cursor: every row once, in order, in as few requests as the caller allows.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClient, json } from './fake-server.ts';
import { answerInfo, UnexpectedAnswerError } from './src/index.ts';

/** 250 rows, newest first: row_250 … row_001. */
const ids = Array.from({ length: 250 }, (_, i) => `row_${String(250 - i).padStart(3, '0')}`);

function listServer() {
  const queries: Record<string, string>[] = [];
  const client = fakeClient([], {
    fetch: async (url) => {
      const query = Object.fromEntries(new URL(url).searchParams);
      queries.push(query);
      const limit = Number(query['limit'] ?? 25);
      const { starting_after: after, ending_before: before } = query;
      const from = after === undefined ? 0 : ids.indexOf(after) + 1;
      const rows = before === undefined ? ids.slice(from) : ids.slice(0, ids.indexOf(before));
      const data = before === undefined ? rows.slice(0, limit) : rows.slice(-limit);
      return json(200, { object: 'list', data: data.map((id) => ({ id })), has_more: rows.length > limit });
    },
  });
  return { florin: client.florin, queries };
}

test('for await gives every row once, in the order of the list, a hundred at a time', async () => {
  const { florin, queries } = listServer();
  const seen: string[] = [];
  for await (const payment of florin.payments.list({ currency: 'USD' })) seen.push(payment.id);
  assert.deepEqual(seen, ids);
  assert.deepEqual(queries, [
    { currency: 'USD', limit: '100' },
    { currency: 'USD', limit: '100', starting_after: 'row_151' },
    { currency: 'USD', limit: '100', starting_after: 'row_051' },
  ]);
});

test('nothing is asked before somebody wants it, and leaving a walk ends it', async () => {
  const { florin, queries } = listServer();
  const list = florin.payments.list({ limit: 2 });
  assert.equal(queries.length, 0);
  for await (const payment of list) if (payment.id === 'row_248') break;
  assert.equal(queries.length, 2);
});

test('await gives one page as the caller asked for it, and the next ones by nextPage', async () => {
  const { florin, queries } = listServer();
  const first = await florin.payments.list();
  assert.deepEqual([first.data.length, first.has_more], [25, true]);
  assert.equal(answerInfo(first)?.status, 200);
  assert.deepEqual(queries, [{}]);
  const second = await first.nextPage();
  assert.equal(second?.data[0]?.id, 'row_225');
  let pages = 0;
  let last: { has_more: boolean; nextPage(): Promise<unknown> } | undefined;
  for await (const page of florin.payments.list({ limit: 60 }).pages()) {
    pages += 1;
    last = page;
  }
  assert.deepEqual([pages, last?.has_more, await last?.nextPage()], [5, false, undefined]);
});

test('with ending_before the walk goes up to the newest row', async () => {
  const { florin } = listServer();
  const seen: string[] = [];
  for await (const payment of florin.payments.list({ ending_before: 'row_100', limit: 40 })) seen.push(payment.id);
  assert.deepEqual(seen, ids.slice(0, ids.indexOf('row_100')).toReversed());
});

test('a server that would have us walk in a circle is found out', async () => {
  for (const data of [[{ id: 'row_1' }], [{ name: 'no id' }]]) {
    const { florin, asked } = fakeClient([json(200, { object: 'list', data, has_more: true })]);
    await assert.rejects(async () => {
      for await (const _row of florin.payments.list());
    }, UnexpectedAnswerError);
    assert.ok(asked.length <= 2);
  }
  const { florin } = fakeClient([json(200, { object: 'payment' })]);
  await assert.rejects(() => florin.payments.list().page(), UnexpectedAnswerError);
});
