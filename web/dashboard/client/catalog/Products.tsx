// The list of products: those that are sold, those that are archived, found by a part of the name.

import { Group, SegmentedControl } from '@mantine/core';
import { useList } from '../data/api.ts';
import { useOne } from '../data/by-id.ts';
import { useWho } from '../data/session.tsx';
import type { Price, Product } from '../data/types.ts';
import { Faint, Go, Status } from '../parts/Bits.tsx';
import { FindInput } from '../parts/FindInput.tsx';
import { useFilters } from '../parts/filters.ts';
import { ListPage } from '../parts/ListPage.tsx';
import { Picture } from '../parts/Picture.tsx';
import { priceText } from '../parts/price.ts';
import { createdColumn, idColumn } from '../parts/Table.tsx';
import { named } from '../words.ts';
import { CatalogTabs } from './CatalogTabs.tsx';
import { ProductDialog } from './ProductDialog.tsx';
import { t } from './words.ts';

export function Products() {
  const { can } = useWho();
  const by = useFilters(['show', 'name']);
  const archived = by.filters.show === 'archived';
  return (
    <ListPage
      title={t('title')}
      tabs={<CatalogTabs />}
      found={useList<Product>('/products', { active: !archived, name: by.filters.name })}
      at="/products"
      by={by}
      noneFits={t('noneFits')}
      none={t('none')}
      noneText={t('noneText')}
      add={
        can('products:write') && {
          label: t('add'),
          dialog: (close, open) => <ProductDialog close={close} done={open} />,
        }
      }
      above={
        <Group gap="sm" align="end" className="filters">
          <FindInput label={t('find')} value={by.filters.name} apply={(name) => by.set('name', name, true)} />
          <SegmentedControl
            aria-label={t('status')}
            value={archived ? 'archived' : 'active'}
            onChange={(show) => by.set('show', show === 'archived' ? show : '')}
            data={[
              { value: 'active', label: t('active') },
              { value: 'archived', label: t('archived') },
            ]}
          />
        </Group>
      }
      columns={[
        {
          key: 'name',
          label: t('name'),
          cell: (row) => (
            <span className="named">
              <Picture url={row.image_url} name={row.name} />
              <Go to={`/products/${row.id}`}>{row.name}</Go>
            </span>
          ),
        },
        { key: 'price', label: t('price'), cell: (row) => <DefaultPrice id={row.default_price} /> },
        { key: 'tax', label: t('category'), cell: (row) => named(row.tax_category) },
        { key: 'status', label: t('status'), cell: (row) => <Status of={row.active ? 'active' : 'archived'} /> },
        idColumn,
        createdColumn,
      ]}
    />
  );
}

function DefaultPrice({ id }: { id: string | null }) {
  const { can } = useWho();
  const found = useOne<Price>('/prices', id, can('prices:read'));
  return found.data ? priceText(found.data) : <Faint>–</Faint>;
}
