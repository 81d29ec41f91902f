// Who used a coupon or a code, on which payment or subscription, and what was taken off.

import { useList } from '../data/api.ts';
import type { Query } from '../data/request.ts';
import type { Redemption } from '../data/types.ts';
import { Amount, Faint, Go } from '../parts/Bits.tsx';
import { Empty, Section } from '../parts/Page.tsx';
import { createdColumn, of, statusColumn, Table } from '../parts/Table.tsx';
import { t } from './words.ts';

export function Redemptions({ query }: { query: Query }) {
  const found = useList<Redemption>('/redemptions', query);
  return (
    <Section title={t('redemptions')} flush>
      <Table
        label={t('redemptions')}
        {...of(found)}
        empty={<Empty title={t('noRedemptions')} />}
        columns={[
          {
            key: 'amount',
            label: t('amount'),
            cell: (row) => <Amount of={row.amount_discount} currency={row.currency} strong />,
          },
          statusColumn,
          {
            key: 'code',
            label: t('code'),
            cell: (row) =>
              row.promotion_code === null ? (
                <Faint>{t('given')}</Faint>
              ) : (
                <Go to={`/products/codes/${row.promotion_code}`}>{row.code}</Go>
              ),
          },
          {
            key: 'customer',
            label: t('customer'),
            cell: (row) =>
              row.customer === null ? (
                (row.email ?? <Faint>–</Faint>)
              ) : (
                <Go to={`/customers/${row.customer}`}>{row.email ?? row.customer}</Go>
              ),
          },
          { key: 'bought', label: t('bought'), cell: (row) => <Bought row={row} /> },
          createdColumn,
        ]}
      />
    </Section>
  );
}

function Bought({ row: { payment, subscription } }: { row: Redemption }) {
  if (subscription !== null) return <Go to={`/billing/subscriptions/${subscription}`}>{t('subscription')}</Go>;
  return payment === null ? <Faint>–</Faint> : <Go to={`/payments/${payment}`}>{t('payment')}</Go>;
}
