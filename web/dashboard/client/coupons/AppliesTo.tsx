// What a coupon counts for: everything, or products or prices that are chosen one by one.

import { Button, Group, NativeSelect, Pill, Stack } from '@mantine/core';
import { useState } from 'react';
import type { Price, Product } from '../data/types.ts';
import { PriceInput, ProductInput } from '../parts/ProductInput.tsx';
import { priceText } from '../parts/price.ts';
import { t } from './words.ts';

export type Target = { id: string; name: string };

type Props = { kind: string; targets: Target[]; onKind(kind: string): void; onTargets(targets: Target[]): void };

export function AppliesTo({ kind, targets, onKind, onTargets }: Props) {
  const [product, setProduct] = useState<Product | null>(null);
  const [price, setPrice] = useState<Price>();
  const add = (target: Target) => {
    if (!targets.some(({ id }) => id === target.id)) onTargets([...targets, target]);
    setPrice(undefined);
    setProduct(null);
  };
  return (
    <Stack gap="xs">
      <NativeSelect
        label={t('appliesTo')}
        value={kind}
        onChange={(event) => onKind(event.currentTarget.value)}
        data={(['all', 'products', 'prices'] as const).map((value) => ({ value, label: t(value) }))}
      />
      {kind !== 'all' && (
        <>
          {targets.length > 0 && (
            <Group gap={6}>
              {targets.map(({ id, name }) => (
                <Pill
                  key={id}
                  withRemoveButton
                  removeButtonProps={{ 'aria-label': `${t('takeAway')}: ${name}`, tabIndex: 0, 'aria-hidden': false }}
                  onRemove={() => onTargets(targets.filter((one) => one.id !== id))}
                >
                  {name}
                </Pill>
              ))}
            </Group>
          )}
          <ProductInput
            key={targets.length}
            label={t('addProduct')}
            value={product?.id ?? null}
            onChange={(next) => {
              if (kind === 'products' && next) add({ id: next.id, name: next.name });
              else setProduct(next);
            }}
          />
          {kind === 'prices' && product && (
            <Group gap="xs" align="end" wrap="nowrap">
              <div className="grow">
                <PriceInput label={t('prices')} product={product.id} value={price?.id ?? ''} onChange={setPrice} />
              </div>
              <Button
                variant="default"
                disabled={!price}
                onClick={() => price && add({ id: price.id, name: `${product.name}: ${priceText(price)}` })}
              >
                {t('addPrice')}
              </Button>
            </Group>
          )}
        </>
      )}
    </Stack>
  );
}
