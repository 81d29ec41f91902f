// Filters of a list as they stand in its address, and days of the merchant's calendar as the API takes them.

import { useNavigate, useSearch } from '@tanstack/react-router';
import { startOfDay } from './days.ts';

export type Filters = Readonly<Record<string, string | undefined>>;

export const filtersOf = (names: readonly string[], search: Record<string, unknown>): Filters =>
  Object.fromEntries(names.flatMap((name) => (search[name] ? [[name, String(search[name])]] : [])));

/** What the address says, and how it is changed. */
export function useFilters(to: string, names: readonly string[]) {
  const search = useSearch({ strict: false }) as Record<string, unknown>;
  const navigate = useNavigate();
  const filters = filtersOf(names, search);
  return {
    filters,
    filtered: Object.keys(filters).length > 0,
    apply: (next: Filters) => void navigate({ to, search: next }),
  };
}

const after = (day: string) => new Date(Date.parse(`${day}T12:00:00Z`) + 86_400_000).toISOString().slice(0, 10);

/** From the first instant of a day to the last of another, as moments: from is included, to is not. */
export const span = (from: string | undefined, to: string | undefined, zone: string) => ({
  from: from === undefined ? undefined : startOfDay(from, zone),
  to: to === undefined || Number.isNaN(Date.parse(to)) ? undefined : startOfDay(after(to), zone),
});
