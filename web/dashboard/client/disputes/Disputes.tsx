// The list of disputes, those that wait for an answer first in mind.

import { SegmentedControl } from '@mantine/core';
import { useList } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Dispute } from '../data/types.ts';
import { Amount, Go, When } from '../parts/Bits.tsx';
import { useFilters } from '../parts/filters.ts';
import { ListPage } from '../parts/ListPage.tsx';
import { idColumn, statusColumn } from '../parts/Table.tsx';
import { named } from '../words.ts';
import { t } from './words.ts';

export function Disputes() {
  const { can } = useWho();
  const by = useFilters(['status']);
  return (
    <ListPage
      title={t('title')}
      found={useList<Dispute>('/disputes', by.filters)}
      at="/disputes"
      csv={can('reports:read') && { label: t('csv'), path: '/reports/disputes', query: by.filters }}
      by={by}
      none={t('none')}
      noneText={t('noneText')}
      above={
        <div className="scroll">
          <SegmentedControl
            size="xs"
            value={by.filters.status ?? ''}
            onChange={(status) => by.set('status', status)}
            aria-label={t('status')}
            data={['', 'needs_response', 'under_review', 'won', 'lost', 'accepted'].map((value) => ({
              value,
              label: value === '' ? t('all') : named(value),
            }))}
          />
        </div>
      }
      columns={[
        {
          key: 'amount',
          label: t('amount'),
          cell: (row) => (
            <Go to={`/disputes/${row.id}`}>
              <Amount of={row.amount} currency={row.currency} strong />
            </Go>
          ),
        },
        statusColumn,
        { key: 'reason', label: t('reason'), cell: (row) => named(row.reason) },
        { key: 'due', label: t('due'), cell: (row) => <When at={row.evidence_due_by} /> },
        {
          key: 'payment',
          label: t('payment'),
          cell: (row) => <Go to={`/payments/${row.payment}`}>{`…${row.payment.slice(-6)}`}</Go>,
        },
        idColumn,
      ]}
    />
  );
}
