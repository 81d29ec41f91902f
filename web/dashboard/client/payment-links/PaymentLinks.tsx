// The list of payment links.

import { Button, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { CatalogTabs } from '../catalog/CatalogTabs.tsx';
import { useList } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { PaymentLink } from '../data/types.ts';
import { Faint, Go, Id, Status, When } from '../parts/Bits.tsx';
import { Empty, Page, Section } from '../parts/Page.tsx';
import { PriceName } from '../parts/PriceName.tsx';
import { of, Table } from '../parts/Table.tsx';
import { NewLink } from './NewLink.tsx';
import { t } from './words.ts';

export const usedText = ({ sessions_completed: used, max_completed_sessions: most }: PaymentLink): string =>
  most === null ? String(used) : t('usedOf', { used, most });

export function PaymentLinks() {
  const { can } = useWho();
  const navigate = useNavigate();
  const [adding, setAdding] = useState(false);
  const found = useList<PaymentLink>('/payment_links');
  const writes = can('payment_links:write');
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
          to={(row) => `/products/links/${row.id}`}
          empty={
            <Empty title={t('none')}>
              <Text size="sm">{t('noneText')}</Text>
              {writes && <Button onClick={() => setAdding(true)}>{t('add')}</Button>}
            </Empty>
          }
          columns={[
            {
              key: 'sells',
              label: t('sells'),
              cell: (row) => (
                <Go to={`/products/links/${row.id}`}>
                  {row.line_items.slice(0, 2).map((line, i) => (
                    <span key={line.price}>
                      {i > 0 && ', '}
                      <PriceName id={line.price} currency={row.currency} />
                    </span>
                  ))}
                  {row.line_items.length > 2 && <Faint> +{row.line_items.length - 2}</Faint>}
                </Go>
              ),
            },
            { key: 'status', label: t('status'), cell: (row) => <Status of={row.status} /> },
            { key: 'used', label: t('used'), cell: (row) => usedText(row) },
            { key: 'url', label: t('url'), cell: (row) => <Id id={row.url} /> },
            { key: 'at', label: t('created'), cell: (row) => <When at={row.created_at} /> },
          ]}
        />
      </Section>
      {adding && (
        <NewLink close={() => setAdding(false)} done={(made) => void navigate({ to: `/products/links/${made.id}` })} />
      )}
    </Page>
  );
}
