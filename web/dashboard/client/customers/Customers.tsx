// The list of customers, to be found by e-mail.

import { Group } from '@mantine/core';
import { useList } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Customer } from '../data/types.ts';
import { Go } from '../parts/Bits.tsx';
import { FindInput } from '../parts/FindInput.tsx';
import { useFilters } from '../parts/filters.ts';
import { ListPage } from '../parts/ListPage.tsx';
import { createdColumn, idColumn } from '../parts/Table.tsx';
import { CustomerDialog } from './CustomerDialog.tsx';
import { t } from './words.ts';

export function Customers() {
  const { can } = useWho();
  const by = useFilters(['email']);
  return (
    <ListPage
      title={t('title')}
      found={useList<Customer>('/customers', by.filters)}
      at="/customers"
      by={by}
      none={t('none')}
      noneText={t('noneText')}
      add={
        can('customers:write') && {
          label: t('add'),
          dialog: (close, open) => <CustomerDialog close={close} done={open} />,
        }
      }
      above={
        <Group className="filters">
          <FindInput label={t('find')} value={by.filters.email} apply={(email) => by.set('email', email, true)} />
        </Group>
      }
      columns={[
        {
          key: 'name',
          label: t('name'),
          cell: (row) => <Go to={`/customers/${row.id}`}>{row.name ?? row.email ?? row.id}</Go>,
        },
        { key: 'email', label: t('email'), cell: (row) => row.email ?? '–' },
        { key: 'reference', label: t('reference'), cell: (row) => row.reference ?? '–' },
        idColumn,
        createdColumn,
      ]}
    />
  );
}
