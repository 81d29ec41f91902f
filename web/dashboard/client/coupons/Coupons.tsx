// The list of coupons.

import { CatalogTabs } from '../catalog/CatalogTabs.tsx';
import { useList } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Coupon } from '../data/types.ts';
import { Go, When } from '../parts/Bits.tsx';
import { ListPage } from '../parts/ListPage.tsx';
import { createdColumn, idColumn } from '../parts/Table.tsx';
import { CouponDialog } from './CouponDialog.tsx';
import { discountText, durationText, usedText } from './discount.ts';
import { t } from './words.ts';

export function Coupons() {
  const { can } = useWho();
  return (
    <ListPage
      title={t('page')}
      label={t('title')}
      tabs={<CatalogTabs />}
      found={useList<Coupon>('/coupons')}
      at="/products/coupons"
      none={t('none')}
      noneText={t('noneText')}
      add={
        can('coupons:write') && {
          label: t('add'),
          dialog: (close, open) => <CouponDialog close={close} done={open} />,
        }
      }
      columns={[
        { key: 'name', label: t('name'), cell: (row) => <Go to={`/products/coupons/${row.id}`}>{row.name}</Go> },
        { key: 'discount', label: t('discount'), cell: (row) => discountText(row) },
        { key: 'duration', label: t('duration'), cell: (row) => durationText(row) },
        { key: 'used', label: t('used'), cell: (row) => usedText(row) },
        { key: 'until', label: t('validUntil'), cell: (row) => <When at={row.valid_until} /> },
        idColumn,
        createdColumn,
      ]}
    />
  );
}
