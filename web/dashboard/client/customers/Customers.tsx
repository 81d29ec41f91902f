// The list of customers, to be found by e-mail.

import { Button, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useList } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Customer } from '../data/types.ts';
import { Go, Id, When } from '../parts/Bits.tsx';
import { Empty, Page, Section } from '../parts/Page.tsx';
import { of, Table } from '../parts/Table.tsx';
import { CustomerDialog } from './CustomerDialog.tsx';
import { t } from './words.ts';

export function Customers() {
  const { can } = useWho();
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const [email] = useDebouncedValue(text.trim(), 300);
  const [adding, setAdding] = useState(false);
  const found = useList<Customer>('/customers', { email });
  return (
    <Page
      title={t('title')}
      actions={
        can('customers:write') && (
          <Button size="xs" onClick={() => setAdding(true)}>
            {t('add')}
          </Button>
        )
      }
    >
      <TextInput label={t('find')} value={text} onChange={(event) => setText(event.currentTarget.value)} maw={360} />
      <Section flush>
        <Table
          label={t('title')}
          {...of(found)}
          to={(row) => `/customers/${row.id}`}
          empty={
            <Empty title={t('none')}>
              <Text size="sm">{t('noneText')}</Text>
            </Empty>
          }
          columns={[
            {
              key: 'name',
              label: t('name'),
              cell: (row) => <Go to={`/customers/${row.id}`}>{row.name ?? row.email ?? row.id}</Go>,
            },
            { key: 'email', label: t('email'), cell: (row) => row.email ?? '–' },
            { key: 'reference', label: t('reference'), cell: (row) => row.reference ?? '–' },
            { key: 'id', label: 'Id', cell: (row) => <Id id={row.id} short /> },
            { key: 'at', label: t('created'), cell: (row) => <When at={row.created_at} /> },
          ]}
        />
      </Section>
      {adding && (
        <CustomerDialog
          close={() => setAdding(false)}
          done={(made) => void navigate({ to: `/customers/${made.id}` })}
        />
      )}
    </Page>
  );
}
