// Walks a list page by page, both ways, and says whether every row came once and `has_more` told the truth.

import assert from 'node:assert/strict';
import type { World } from './world.ts';

type Row = { id: string };
type Page = { object: string; data: Row[]; has_more: boolean };

const most = 1_000;

/** All ids from the newest on, by `starting_after`. */
export async function idsForward(world: World, path: string, limit: number): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | undefined; ids.length < most; cursor = ids.at(-1)) {
    const page = await pageOf(world, path, limit, cursor === undefined ? '' : `starting_after=${cursor}`);
    ids.push(...page.data.map((row) => row.id));
    if (!page.has_more) return ids;
    assert.equal(page.data.length, limit, 'a page with more behind it is full');
  }
  throw new Error('the list does not end');
}

/** All ids newer than `oldest`, by `ending_before` from there, in the order of the list. */
export async function idsBackward(world: World, path: string, limit: number, oldest: string): Promise<string[]> {
  let ids: string[] = [];
  for (let cursor = oldest; ids.length < most; cursor = ids[0] ?? oldest) {
    const page = await pageOf(world, path, limit, `ending_before=${cursor}`);
    ids = [...page.data.map((row) => row.id), ...ids];
    if (!page.has_more) return ids;
    assert.equal(page.data.length, limit, 'a page with more behind it is full');
  }
  throw new Error('the list does not end');
}

async function pageOf(world: World, path: string, limit: number, cursor: string): Promise<Page> {
  const reply = await world.call<Page>('GET', `${path}${path.includes('?') ? '&' : '?'}limit=${limit}&${cursor}`);
  assert.equal(reply.status, 200, reply.text);
  assert.equal(reply.body.object, 'list');
  assert.ok(reply.body.data.length <= limit);
  return reply.body;
}

/** Both ways, in pages of several sizes: `expected` is the list, newest first. */
export async function walks(world: World, path: string, expected: string[], sizes = [1, 7, 20, 100]): Promise<void> {
  assert.deepEqual(expected, [...expected].sort().reverse(), 'newest first');
  for (const limit of sizes) {
    assert.deepEqual(await idsForward(world, path, limit), expected, `forward in pages of ${limit}`);
    const oldest = expected.at(-1);
    if (oldest !== undefined)
      assert.deepEqual(
        await idsBackward(world, path, limit, oldest),
        expected.slice(0, -1),
        `backward in pages of ${limit}`,
      );
  }
}

/** The refusals that every list has; `get` is the path, with what the list needs. */
export const badPages: [query: string, param: string, detail: RegExp][] = [
  ['limit=0', 'limit', /'limit' must be a whole number from 1 to 100; got 0/],
  ['limit=101', 'limit', /from 1 to 100; got 101/],
  ['limit=-1', 'limit', /from 1 to 100; got -1/],
  ['limit=1.5', 'limit', /from 1 to 100; got text of 3 characters/],
  ['limit=ten', 'limit', /from 1 to 100/],
  ['limit=', 'limit', /from 1 to 100/],
  ['limit=1&limit=2', 'limit', /from 1 to 100; got a list of 2/],
  ['starting_after=a&ending_before=b', 'ending_before', /either starting_after or ending_before, not both/],
  [`starting_after=${'x'.repeat(65)}`, 'starting_after', /64 characters/],
  ['starting_after=%00', 'starting_after', /Remove it/],
];
