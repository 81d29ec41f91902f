// The promotion codes of a coupon: made, copied, switched off and on.

import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import { useChange, useList } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Coupon, PromotionCode } from '../data/types.ts';
import { Act } from '../parts/Act.tsx';
import { Ask } from '../parts/Ask.tsx';
import { Faint, Go, When } from '../parts/Bits.tsx';
import { Empty, Refused, Section } from '../parts/Page.tsx';
import { idColumn, of, statusColumn, Table } from '../parts/Table.tsx';
import { toast } from '../parts/toast.tsx';
import { CodeDialog } from './CodeDialog.tsx';
import { minimumText, usedText } from './discount.ts';
import { t } from './words.ts';

export function Codes({ coupon }: { coupon: Coupon }) {
  const { can } = useWho();
  const [adding, setAdding] = useState(false);
  const found = useList<PromotionCode>('/promotion_codes', { coupon: coupon.id });
  const writes = can('promotion_codes:write') && !coupon.deleted;
  return (
    <Section
      flush
      title={t('codes')}
      actions={writes && <Act label={t('addCode')} why={undefined} act={() => setAdding(true)} />}
    >
      <Table
        label={t('codes')}
        {...of(found)}
        to={(row) => `/products/codes/${row.id}`}
        empty={
          <Empty title={t('noCodes')}>
            <Text size="sm">{t('noCodesText')}</Text>
          </Empty>
        }
        columns={[
          {
            key: 'code',
            label: t('code'),
            cell: (row) => (
              <Go to={`/products/codes/${row.id}`} className="go strong">
                {row.code}
              </Go>
            ),
          },
          statusColumn,
          { key: 'used', label: t('used'), cell: (row) => usedText(row) },
          { key: 'limits', label: t('limits'), cell: (row) => limitsOf(row) || <Faint>–</Faint> },
          { key: 'until', label: t('expires'), cell: (row) => <When at={row.expires_at} /> },
          idColumn,
          { key: 'act', label: '', cell: (row) => (writes ? <Switch code={row} /> : null) },
        ]}
      />
      {adding && <CodeDialog coupon={coupon.id} close={() => setAdding(false)} />}
    </Section>
  );
}

export const limitsOf = (code: PromotionCode): string =>
  [
    code.first_order_only && t('firstOrderShort'),
    code.max_per_customer !== null && `${t('perCustomer')}: ${code.max_per_customer}`,
    code.customers.length > 0 && `${t('customers')}: ${code.customers.length}`,
    Object.keys(code.minimum_amounts).length > 0 && `${t('minimum')}: ${minimumText(code.minimum_amounts)}`,
  ]
    .filter(Boolean)
    .join(' · ');

/** Off is asked about, because pages that show the code refuse it at once. On is not. */
export function Switch({ code }: { code: PromotionCode }) {
  const [asking, setAsking] = useState(false);
  const change = useChange(() => {
    toast(t('codeSaved'));
    setAsking(false);
  });
  if (code.status === 'archived') return null;
  const on = code.status === 'active';
  return (
    <>
      <Button
        size="compact-xs"
        variant="default"
        loading={change.isPending}
        onClick={() => (on ? setAsking(true) : change.mutate({ path: `/promotion_codes/${code.id}/enable` }))}
      >
        {on ? t('disable') : t('enable')}
        <span className="sr">: {code.code}</span>
      </Button>
      {!asking && <Refused error={change.error} />}
      <Ask
        opened={asking}
        close={() => setAsking(false)}
        title={`${t('disable')}: ${code.code}`}
        text={t('disableText')}
        verb={t('disable')}
        busy={change.isPending}
        error={change.error}
        submit={() => change.mutate({ path: `/promotion_codes/${code.id}/disable` })}
      />
    </>
  );
}
