// Filters of a list as they stand in its address, and days of the merchant's calendar as the API takes them.

import { useNavigate, useSearch } from '@tanstack/react-router';
import { startOfDay } from './days.ts';

export type Filters<Name extends string = string> = Readonly<Partial<Record<Name, string | undefined>>>;

/** What the address says, and how it is changed: each choice is a step that “back” takes back; what is typed replaces itself. */
export function useFilters<Name extends string>(names: readonly Name[]) {
  const search = useSearch({ strict: false }) as Record<string, unknown>;
  const navigate = useNavigate();
  const said = names.flatMap((name) => (search[name] ? [[name, String(search[name])]] : []));
  const filters = Object.fromEntries(said) as Filters<Name>;
  const apply = (next: Filters, replace = false) => void navigate({ to: '.', search: next, replace });
  return {
    filters,
    filtered: said.length > 0,
    apply,
    set: (name: Name, value: string, replace = false) => apply({ ...filters, [name]: value }, replace),
  };
}

const after = (day: string) => new Date(Date.parse(`${day}T12:00:00Z`) + 86_400_000).toISOString().slice(0, 10);

/** From the first instant of a day to the last of another, as moments: from is included, to is not. */
export const span = (from: string | undefined, to: string | undefined, zone: string) => ({
  from: from === undefined ? undefined : startOfDay(from, zone),
  to: to === undefined || Number.isNaN(Date.parse(to)) ? undefined : startOfDay(after(to), zone),
});
