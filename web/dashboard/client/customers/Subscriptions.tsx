// What a customer subscribed to, and the way to another one.

import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useList } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Customer, Subscription } from '../data/types.ts';
import { Act } from '../parts/Act.tsx';
import { Amount, Faint, Go, When } from '../parts/Bits.tsx';
import { Empty, Section } from '../parts/Page.tsx';
import { cycleText } from '../parts/price.ts';
import { of, Table } from '../parts/Table.tsx';
import { NewSubscription } from '../subscriptions/NewSubscription.tsx';
import { States } from '../subscriptions/States.tsx';
import { t } from './words.ts';

export function Subscriptions({ customer }: { customer: Customer }) {
  const { can } = useWho();
  const navigate = useNavigate();
  const [adding, setAdding] = useState(false);
  const found = useList<Subscription>('/subscriptions', { customer: customer.id, limit: 10 });
  const writes = can('subscriptions:write') && !customer.deleted;
  return (
    <Section
      title={t('subscriptions')}
      flush
      actions={writes && <Act label={t('subscribe')} why={undefined} act={() => setAdding(true)} />}
    >
      <Table
        label={t('subscriptions')}
        {...of(found)}
        to={(row) => `/billing/subscriptions/${row.id}`}
        empty={<Empty title={t('noSubscriptions')} />}
        columns={[
          {
            key: 'product',
            label: t('product'),
            cell: (row) => <Go to={`/billing/subscriptions/${row.id}`}>{row.item.product_name}</Go>,
          },
          {
            key: 'amount',
            label: t('amount'),
            cell: (row) => (
              <>
                <Amount of={row.item.amount} currency={row.currency} strong /> <Faint>{cycleText(row.item)}</Faint>
              </>
            ),
          },
          { key: 'status', label: t('status'), cell: (row) => <States of={row} /> },
          {
            key: 'ends',
            label: t('periodEnds'),
            cell: (row) => <When at={row.ended_at === null ? row.current_period_end : null} />,
          },
        ]}
      />
      {adding && (
        <NewSubscription
          customer={customer}
          close={() => setAdding(false)}
          done={(made) => void navigate({ to: `/billing/subscriptions/${made.id}` })}
        />
      )}
    </Section>
  );
}
