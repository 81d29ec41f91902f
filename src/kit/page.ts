// Keyset paging over sortable ids: newest first, by `starting_after` or `ending_before`, never by an offset.

import { Fault } from './fault.ts';

export type Page = { limit?: number; starting_after?: string; ending_before?: string };
export type List<T> = { object: 'list'; data: T[]; has_more: boolean };

export type Window = { limit: number; after: string | undefined; before: string | undefined };

export function windowOf(page: Page): Window {
  if (page.starting_after !== undefined && page.ending_before !== undefined) {
    throw new Fault('parameter_invalid', 'Give either starting_after or ending_before, not both.', {
      param: 'ending_before',
    });
  }
  return { limit: page.limit ?? 25, after: page.starting_after, before: page.ending_before };
}

/** `rows` holds up to limit + 1 rows in the order they were fetched; the extra one only tells that there are more. */
export function toList<Row, T>(rows: Row[], window: Window, show: (row: Row) => T): List<T> {
  const has_more = rows.length > window.limit;
  const kept = rows.slice(0, window.limit);
  if (window.before !== undefined) kept.reverse();
  return { object: 'list', data: kept.map(show), has_more };
}
