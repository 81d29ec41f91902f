// The list of payment links.

import { CatalogTabs } from '../catalog/CatalogTabs.tsx';
import { useList } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { PaymentLink } from '../data/types.ts';
import { Faint, Go, Id } from '../parts/Bits.tsx';
import { ListPage } from '../parts/ListPage.tsx';
import { PriceName } from '../parts/PriceName.tsx';
import { createdColumn, statusColumn } from '../parts/Table.tsx';
import { NewLink } from './NewLink.tsx';
import { t } from './words.ts';

export const usedText = ({ sessions_completed: used, max_completed_sessions: most }: PaymentLink): string =>
  most === null ? String(used) : t('usedOf', { used, most });

export function PaymentLinks() {
  const { can } = useWho();
  return (
    <ListPage
      title={t('page')}
      label={t('title')}
      tabs={<CatalogTabs />}
      found={useList<PaymentLink>('/payment_links')}
      at="/products/links"
      none={t('none')}
      noneText={t('noneText')}
      add={
        can('payment_links:write') && {
          label: t('add'),
          dialog: (close, open) => <NewLink close={close} done={open} />,
        }
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
        statusColumn,
        { key: 'used', label: t('used'), cell: (row) => usedText(row) },
        { key: 'url', label: t('url'), cell: (row) => <Id id={row.url} /> },
        createdColumn,
      ]}
    />
  );
}
