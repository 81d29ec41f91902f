// A product, or a price of one, found by a part of its name.

import { Loader, NativeSelect, Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useRead } from '../data/api.ts';
import type { List, Price, Product } from '../data/types.ts';
import { catalogue } from '../words.ts';
import { priceText } from './price.ts';

const t = catalogue({
  en: {
    none: 'No product fits.',
    choose: 'Choose a price',
    noPrices: 'It has no price for this.',
    price: 'Price',
  },
});

type ProductProps = {
  label: string;
  value: string | null;
  onChange(product: Product | null): void;
  required?: boolean;
};

export function ProductInput({ label, value, onChange, required }: ProductProps) {
  const [text, setText] = useState('');
  const [name] = useDebouncedValue(text.trim(), 250);
  const chosen = useRead<Product>(`/products/${value}`, {}, { enabled: value !== null });
  const shown = chosen.data && chosen.data.id === value ? chosen.data : undefined;
  // What stands in the field once a product is chosen is its name, and no search.
  const asked = shown && name === shown.name ? '' : name;
  const found = useRead<List<Product>>('/products', { active: true, limit: 20, name: asked }, { keep: true });
  const rows = [...(shown ? [shown] : []), ...(found.data?.data ?? []).filter(({ id }) => id !== value)];
  return (
    <Select
      label={label}
      data={rows.map((row) => ({ value: row.id, label: row.name }))}
      value={value}
      onChange={(id) => onChange(rows.find((row) => row.id === id) ?? null)}
      searchable
      searchValue={text}
      onSearchChange={setText}
      filter={({ options }) => options}
      nothingFoundMessage={t('none')}
      rightSection={found.isFetching ? <Loader size={14} /> : undefined}
      comboboxProps={{ withinPortal: true }}
      {...(required ? { required: true } : {})}
    />
  );
}

type PriceProps = {
  label: string;
  product: string | null;
  value: string;
  onChange(price: Price | undefined): void;
  type?: 'recurring' | 'one_time';
  currency?: string;
};

/** The prices of a product that can be sold: of a kind, in a currency. */
export function PriceInput({ label, product, value, onChange, type, currency }: PriceProps) {
  const query = { product: product ?? undefined, active: true, type, limit: 100 };
  const found = useRead<List<Price>>('/prices', query, { enabled: product !== null });
  const rows = (found.data?.data ?? []).filter(
    ({ amounts }) => currency === undefined || amounts.some((amount) => amount.currency === currency),
  );
  const none = found.data !== undefined && rows.length === 0;
  return (
    <NativeSelect
      label={label}
      required
      disabled={product === null || none}
      value={value}
      onChange={(event) => {
        const id = event.currentTarget.value;
        onChange(rows.find((row) => row.id === id));
      }}
      data={[
        { value: '', label: none ? t('noPrices') : t('choose') },
        ...rows.map((row) => ({
          value: row.id,
          label: [priceText(row, currency), row.nickname].filter(Boolean).join(' · '),
        })),
      ]}
    />
  );
}
