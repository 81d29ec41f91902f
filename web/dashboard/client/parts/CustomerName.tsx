// Who a customer is, with the way to their page: by name or e-mail where the role may read them, else by id.

import { useOne } from '../data/by-id.ts';
import { useWho } from '../data/session.tsx';
import type { Customer } from '../data/types.ts';
import { Go, Id } from './Bits.tsx';

export function CustomerName({ id }: { id: string }) {
  const { can } = useWho();
  const reads = can('customers:read');
  const found = useOne<Customer>('/customers', id, reads);
  if (!reads) return <Id id={id} short />;
  return <Go to={`/customers/${id}`}>{found.data?.name ?? found.data?.email ?? id}</Go>;
}
