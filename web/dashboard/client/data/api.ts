// The one layer through which pages read and change: everything is keyed by account, so that a switch never shows another's rows, and
// every change makes what is on the screen be asked for anew.

import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { type Ask, type Query, request } from './request.ts';
import { useWho } from './session.tsx';
import type { List } from './types.ts';

type ReadOptions = { enabled?: boolean; every_ms?: number; keep?: boolean };

export function useRead<T>(path: string, query: Query = {}, { enabled = true, every_ms, keep }: ReadOptions = {}) {
  const account = useWho().account?.id;
  return useQuery({
    queryKey: [account, path, query],
    queryFn: ({ signal }) => request<T>('GET', path, { query, account, signal }),
    enabled,
    ...(every_ms === undefined ? {} : { refetchInterval: every_ms }),
    ...(keep ? { placeholderData: keepPreviousData } : {}),
  });
}

/** What something would come to: asked by POST, for the length of what is asked, and as free of effects as a read. */
export function usePreview<T>(path: string, body: unknown, { enabled = true }: Pick<ReadOptions, 'enabled'> = {}) {
  const account = useWho().account?.id;
  return useQuery({
    queryKey: [account, path, body],
    queryFn: ({ signal }) => request<T>('POST', path, { body, account, signal }),
    enabled,
  });
}

/** A list by cursor: pages are asked for one after another. */
export function useList<T extends { id: string }>(path: string, query: Query = {}, options: ReadOptions = {}) {
  const account = useWho().account?.id;
  const found = useInfiniteQuery({
    queryKey: [account, path, query],
    queryFn: ({ pageParam, signal }) =>
      request<List<T>>('GET', path, { query: { limit: 25, ...query, starting_after: pageParam }, account, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => (last.has_more ? last.data.at(-1)?.id : undefined),
    enabled: options.enabled ?? true,
    ...(options.every_ms === undefined ? {} : { refetchInterval: options.every_ms }),
  });
  return { ...found, rows: found.data?.pages.flatMap((page) => page.data) };
}

export type Change = { method?: 'POST' | 'PATCH' | 'DELETE'; path: string; body?: unknown };

/**
 * One change. A press that is repeated after a network failure keeps its idempotency key; a new press, or other values, get a new one.
 */
export function useChange<T = unknown>(done?: (answer: T) => void) {
  const account = useWho().account?.id;
  const client = useQueryClient();
  const last = useRef<{ asked: string; key: string } | undefined>(undefined);
  return useMutation({
    mutationFn: ({ method = 'POST', path, body }: Change) => {
      const asked = JSON.stringify([account, method, path, body]);
      if (last.current?.asked !== asked) last.current = { asked, key: crypto.randomUUID() };
      const ask: Ask = { account, ...(method === 'DELETE' ? {} : { body: body ?? {} }) };
      return request<T>(method, path, method === 'POST' ? { ...ask, idempotency_key: last.current.key } : ask);
    },
    onSuccess: (answer) => {
      last.current = undefined;
      void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] === account });
      done?.(answer);
    },
  });
}
