// A customer, found by e-mail.

import { Loader, Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useRead } from '../data/api.ts';
import type { Customer, List } from '../data/types.ts';
import { catalogue } from '../words.ts';

const t = catalogue({
  en: {
    hint: 'The newest are shown. Type a whole e-mail address to find another.',
    none: 'Nobody has this e-mail address.',
  },
});

export const customerText = (customer: Pick<Customer, 'id' | 'name' | 'email'>): string =>
  [customer.name, customer.email].filter(Boolean).join(' · ') || customer.id;

type Props = { label: string; value: string | null; onChange(customer: Customer | null): void; required?: boolean };

export function CustomerInput({ label, value, onChange, required }: Props) {
  const [text, setText] = useState('');
  const [asked] = useDebouncedValue(text.trim(), 250);
  // The field shows name and address of whom was chosen; only an address alone is a search.
  const email = /^\S+@\S+$/.test(asked) ? asked : undefined;
  const found = useRead<List<Customer>>('/customers', { limit: 20, email }, { keep: true });
  const chosen = useRead<Customer>(`/customers/${value}`, {}, { enabled: value !== null });
  const listed = (found.data?.data ?? []).filter(({ id }) => id !== value);
  const rows = [...(chosen.data ? [chosen.data] : []), ...listed];
  return (
    <Select
      label={label}
      description={t('hint')}
      data={rows.map((row) => ({ value: row.id, label: customerText(row) }))}
      value={value}
      onChange={(id) => onChange(rows.find((row) => row.id === id) ?? null)}
      searchable
      clearable
      searchValue={text}
      onSearchChange={setText}
      nothingFoundMessage={t('none')}
      rightSection={found.isFetching ? <Loader size={14} /> : undefined}
      {...(required ? { required: true } : {})}
    />
  );
}
