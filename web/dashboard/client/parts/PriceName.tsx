// A price by the name of its product and what it costs, where the role may read them; by its id elsewhere.

import { useOne } from '../data/by-id.ts';
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
  const price = useOne<Price>('/prices', id, can('prices:read'));
  const reads = !bare && can('products:read');
  const product = useOne<Product>('/products', price.data?.product ?? null, reads);
  if (!price.data) return id;
  return [product.data?.name, priceText(price.data, currency)].filter(Boolean).join(', ');
}
