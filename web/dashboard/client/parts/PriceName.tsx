// A price by the name of its product and what it costs, where the role may read them; by its id elsewhere.

import { useRead } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Price, Product } from '../data/types.ts';
import { priceText } from './price.ts';

type Props = {
  id: string;
  currency?: string;
  /** Without the name of the product, where that stands beside it. */
  bare?: boolean;
};

export function PriceName({ id, currency, bare = false }: Props) {
  const { can } = useWho();
  const price = useRead<Price>(`/prices/${id}`, {}, { enabled: can('prices:read') });
  const reads = !bare && can('products:read') && price.data !== undefined;
  const product = useRead<Product>(`/products/${price.data?.product}`, {}, { enabled: reads });
  if (!price.data) return id;
  return [product.data?.name, priceText(price.data, currency)].filter(Boolean).join(', ');
}
