// Objects that rows only name, such as the customer of a subscription: those of all the rows of a page are asked for together.

import { useQuery } from '@tanstack/react-query';
import { request } from './request.ts';
import { useWho } from './session.tsx';
import type { List } from './types.ts';

/** What the API takes in one `ids`. */
const most = 100;

type Batch = { ids: Set<string>; rows: Promise<Map<string, unknown>> };
const open = new Map<string, Batch>();

function batchFor(path: string, account: string | undefined): Batch {
  const key = `${account} ${path}`;
  const waiting = open.get(key);
  if (waiting && waiting.ids.size < most) return waiting;
  const ids = new Set<string>();
  const read = async () => {
    // Every row of what is drawn now has asked by then.
    await new Promise((done) => setTimeout(done));
    if (open.get(key) === batch) open.delete(key);
    const query = { ids: [...ids].join(','), limit: most };
    const { data } = await request<List<{ id: string }>>('GET', path, { query, account });
    return new Map<string, unknown>(data.map((row) => [row.id, row]));
  };
  const batch: Batch = { ids, rows: read() };
  open.set(key, batch);
  return batch;
}

/** One of the objects that are listed at `path`; null when it is gone. */
export function useOne<T>(path: string, id: string | null, enabled = true) {
  const account = useWho().account?.id;
  return useQuery({
    queryKey: [account, path, 'one', id],
    queryFn: async () => {
      const batch = batchFor(path, account);
      batch.ids.add(id ?? '');
      return ((await batch.rows).get(id ?? '') ?? null) as T | null;
    },
    enabled: enabled && id !== null,
  });
}
