// The list of disputes, those that wait for an answer first in mind.

import { SegmentedControl, Text } from '@mantine/core';
import { useState } from 'react';
import { useList } from '../data/api.ts';
import type { Dispute } from '../data/types.ts';
import { Amount, Go, Id, Status, When } from '../parts/Bits.tsx';
import { Empty, Page, Section } from '../parts/Page.tsx';
import { of, Table } from '../parts/Table.tsx';
import { named } from '../words.ts';
import { t } from './words.ts';

export function Disputes() {
  const [status, setStatus] = useState('');
  const found = useList<Dispute>('/disputes', { status });
  return (
    <Page title={t('title')}>
      <div className="scroll">
        <SegmentedControl
          size="xs"
          value={status}
          onChange={setStatus}
          aria-label={t('status')}
          data={['', 'needs_response', 'under_review', 'won', 'lost', 'accepted'].map((value) => ({
            value,
            label: value === '' ? t('all') : named(value),
          }))}
        />
      </div>
      <Section flush>
        <Table
          label={t('title')}
          {...of(found)}
          to={(row) => `/disputes/${row.id}`}
          empty={
            <Empty title={t('none')}>
              <Text size="sm">{t('noneText')}</Text>
            </Empty>
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
            { key: 'status', label: t('status'), cell: (row) => <Status of={row.status} /> },
            { key: 'reason', label: t('reason'), cell: (row) => named(row.reason) },
            { key: 'due', label: t('due'), cell: (row) => <When at={row.evidence_due_by} /> },
            {
              key: 'payment',
              label: t('payment'),
              cell: (row) => <Go to={`/payments/${row.payment}`}>{`…${row.payment.slice(-6)}`}</Go>,
            },
            { key: 'id', label: 'Id', cell: (row) => <Id id={row.id} short /> },
          ]}
        />
      </Section>
    </Page>
  );
}
