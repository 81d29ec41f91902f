// The list of products: those that are sold, those that are archived, found by a part of the name.

import { Button, Group, SegmentedControl, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useList, useRead } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Price, Product } from '../data/types.ts';
import { Faint, Go, Id, Status, When } from '../parts/Bits.tsx';
import { useFilters } from '../parts/filters.ts';
import { Empty, Page, Section } from '../parts/Page.tsx';
import { Picture } from '../parts/Picture.tsx';
import { priceText } from '../parts/price.ts';
import { of, Table } from '../parts/Table.tsx';
import { named } from '../words.ts';
import { CatalogTabs } from './CatalogTabs.tsx';
import { ProductDialog } from './ProductDialog.tsx';
import { t } from './words.ts';

export function Products() {
  const { can } = useWho();
  const navigate = useNavigate();
  const { filters, filtered, apply } = useFilters('/products', ['show', 'name']);
  const [adding, setAdding] = useState(false);
  const [name, setName] = useState(filters.name ?? '');
  const find = useDebouncedCallback((text: string) => apply({ ...filters, name: text.trim() }), 300);
  const archived = filters.show === 'archived';
  const found = useList<Product>('/products', { active: !archived, name: filters.name });
  const add = can('products:write') && <Button onClick={() => setAdding(true)}>{t('add')}</Button>;
  return (
    <Page
      title={t('title')}
      actions={
        can('products:write') && (
          <Button size="xs" onClick={() => setAdding(true)}>
            {t('add')}
          </Button>
        )
      }
    >
      <CatalogTabs />
      <Group gap="sm" align="end" className="filters">
        <TextInput
          label={t('find')}
          value={name}
          onChange={(event) => {
            setName(event.currentTarget.value);
            find(event.currentTarget.value);
          }}
        />
        <SegmentedControl
          aria-label={t('status')}
          value={archived ? 'archived' : 'active'}
          onChange={(show) => apply({ ...filters, show: show === 'archived' ? show : undefined })}
          data={[
            { value: 'active', label: t('active') },
            { value: 'archived', label: t('archived') },
          ]}
        />
      </Group>
      <Section flush>
        <Table
          label={t('title')}
          {...of(found)}
          to={(row) => `/products/${row.id}`}
          empty={
            filtered ? (
              <Empty title={t('noneFits')} />
            ) : (
              <Empty title={t('none')}>
                <Text size="sm">{t('noneText')}</Text>
                {add}
              </Empty>
            )
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
            { key: 'id', label: t('id'), cell: (row) => <Id id={row.id} short /> },
            { key: 'at', label: t('created'), cell: (row) => <When at={row.created_at} /> },
          ]}
        />
      </Section>
      {adding && (
        <ProductDialog close={() => setAdding(false)} done={(made) => void navigate({ to: `/products/${made.id}` })} />
      )}
    </Page>
  );
}

function DefaultPrice({ id }: { id: string | null }) {
  const { can } = useWho();
  const found = useRead<Price>(`/prices/${id}`, {}, { enabled: id !== null && can('prices:read') });
  return found.data ? priceText(found.data) : <Faint>–</Faint>;
}
