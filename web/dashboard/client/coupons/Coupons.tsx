// The list of coupons.

import { Button, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { CatalogTabs } from '../catalog/CatalogTabs.tsx';
import { useList } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Coupon } from '../data/types.ts';
import { Go, Id, When } from '../parts/Bits.tsx';
import { Empty, Page, Section } from '../parts/Page.tsx';
import { of, Table } from '../parts/Table.tsx';
import { CouponDialog } from './CouponDialog.tsx';
import { discountText, durationText, usedText } from './discount.ts';
import { t } from './words.ts';

export function Coupons() {
  const { can } = useWho();
  const navigate = useNavigate();
  const [adding, setAdding] = useState(false);
  const found = useList<Coupon>('/coupons');
  const writes = can('coupons:write');
  return (
    <Page
      title={t('page')}
      actions={
        writes && (
          <Button size="xs" onClick={() => setAdding(true)}>
            {t('add')}
          </Button>
        )
      }
    >
      <CatalogTabs />
      <Section flush>
        <Table
          label={t('title')}
          {...of(found)}
          to={(row) => `/products/coupons/${row.id}`}
          empty={
            <Empty title={t('none')}>
              <Text size="sm">{t('noneText')}</Text>
              {writes && <Button onClick={() => setAdding(true)}>{t('add')}</Button>}
            </Empty>
          }
          columns={[
            { key: 'name', label: t('name'), cell: (row) => <Go to={`/products/coupons/${row.id}`}>{row.name}</Go> },
            { key: 'discount', label: t('discount'), cell: (row) => discountText(row) },
            { key: 'duration', label: t('duration'), cell: (row) => durationText(row) },
            { key: 'used', label: t('used'), cell: (row) => usedText(row) },
            { key: 'until', label: t('validUntil'), cell: (row) => <When at={row.valid_until} /> },
            { key: 'id', label: t('id'), cell: (row) => <Id id={row.id} short /> },
            { key: 'at', label: t('created'), cell: (row) => <When at={row.created_at} /> },
          ]}
        />
      </Section>
      {adding && (
        <CouponDialog
          close={() => setAdding(false)}
          done={(made) => void navigate({ to: `/products/coupons/${made.id}` })}
        />
      )}
    </Page>
  );
}
