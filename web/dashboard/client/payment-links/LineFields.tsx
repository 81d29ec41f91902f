// One price of a payment link, with how many of it.

import { Checkbox, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Price } from '../data/types.ts';
import { TakeAway } from '../parts/ByCurrency.tsx';
import { PriceInput, ProductInput } from '../parts/ProductInput.tsx';
import { priceText } from '../parts/price.ts';
import { t } from './words.ts';

export type LineDraft = { price: Price | undefined; quantity: string; chosen: boolean; least: string; most: string };
export const noLine: LineDraft = { price: undefined, quantity: '1', chosen: false, least: '1', most: '10' };

const whole = (text: string): number | undefined =>
  /^[1-9]\d{0,6}$/.test(text.trim()) ? Number(text.trim()) : undefined;

/** Undefined while something is missing. */
export function lineBody({ price, quantity, chosen, least, most }: LineDraft) {
  const count = whole(quantity);
  const [minimum, maximum] = [whole(least), whole(most)];
  if (!price || !count) return undefined;
  if (!chosen) return { price: price.id, quantity: count };
  if (!minimum || !maximum || minimum > maximum) return undefined;
  return { price: price.id, quantity: count, adjustable_quantity: { minimum, maximum } };
}

type Props = { line: LineDraft; onChange(line: LineDraft): void; onRemove?(): void };

export function LineFields({ line, onChange, onRemove }: Props) {
  const [product, setProduct] = useState<string | null>(line.price?.product ?? null);
  const set = (changed: Partial<LineDraft>) => onChange({ ...line, ...changed });
  const number = (name: 'quantity' | 'least' | 'most') => (
    <TextInput
      label={t(name)}
      inputMode="numeric"
      maxLength={7}
      value={line[name]}
      onChange={(event) => set({ [name]: event.currentTarget.value })}
    />
  );
  return (
    <Stack gap="xs" className="tiers">
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <ProductInput
          label={t('product')}
          required
          value={product}
          onChange={(next) => {
            setProduct(next?.id ?? null);
            set({ price: undefined });
          }}
        />
        <PriceInput
          label={t('price')}
          product={product}
          value={line.price?.id ?? ''}
          onChange={(price) => set({ price })}
        />
        {number('quantity')}
      </SimpleGrid>
      <Checkbox
        label={t('adjustable')}
        checked={line.chosen}
        onChange={(event) => set({ chosen: event.currentTarget.checked })}
      />
      {line.chosen && (
        <SimpleGrid cols={2}>
          {number('least')}
          {number('most')}
        </SimpleGrid>
      )}
      {onRemove && (
        <div>
          <TakeAway name={line.price ? priceText(line.price) : t('price')} act={onRemove} />
        </div>
      )}
    </Stack>
  );
}
