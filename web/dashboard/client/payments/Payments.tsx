// The list of payments: filters in the address, views and columns kept in this browser, a file for spreadsheets.

import { ActionIcon, Button, Group, Menu, TextInput } from '@mantine/core';
import { useDisclosure, useLocalStorage } from '@mantine/hooks';
import { useState } from 'react';
import { useList } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Payment } from '../data/types.ts';
import { Ask } from '../parts/Ask.tsx';
import { Amount, Go } from '../parts/Bits.tsx';
import { useFilters } from '../parts/filters.ts';
import { Icon } from '../parts/icons.tsx';
import { ListPage } from '../parts/ListPage.tsx';
import { type Column, createdColumn, idColumn, statusColumn } from '../parts/Table.tsx';
import { Csv } from './Csv.tsx';
import { type Filters, fields, filterNames, queryOf, savedViews, saveViews, type View } from './filters.ts';
import { methodText } from './method.ts';
import { t } from './words.ts';

const columns: readonly Column<Payment>[] = [
  {
    key: 'amount',
    label: t('amount'),
    cell: (row) => (
      <Go to={`/payments/${row.id}`}>
        <Amount of={row.amount} currency={row.currency} strong />
      </Go>
    ),
  },
  statusColumn,
  { key: 'method', label: t('method'), cell: (row) => methodText(row) },
  { key: 'email', label: t('customer'), cell: (row) => row.email ?? '–' },
  { key: 'description', label: t('description'), cell: (row) => row.description ?? '–' },
  { key: 'reference', label: t('reference'), cell: (row) => row.merchant_reference ?? '–' },
  { key: 'refunded', label: t('refunded'), cell: (row) => <Amount of={row.amount_refunded} currency={row.currency} /> },
  idColumn,
  { ...createdColumn, key: 'created' },
];

export function Payments() {
  const { zone, account, can } = useWho();
  const by = useFilters(filterNames);
  const { filters, apply } = by;
  const query = queryOf(filters, zone, account?.currency ?? 'USD');
  const [shown, setShown] = useLocalStorage({
    key: 'florin.payment-columns',
    defaultValue: ['amount', 'status', 'method', 'email', 'reference', 'id', 'created'],
  });
  return (
    <ListPage
      title={t('title')}
      found={useList<Payment>('/payments', query, { every_ms: 30_000 })}
      at="/payments"
      by={by}
      fields={fields}
      noneFits={t('none')}
      none={t('noneYet')}
      actions={
        <>
          <Views filters={filters} apply={apply} />
          <Menu closeOnItemClick={false} position="bottom-end">
            <Menu.Target>
              <Button variant="default" size="xs" leftSection={<Icon name="columns" size={15} />}>
                {t('columns')}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {columns.map(({ key, label }) => (
                <Menu.CheckboxItem
                  key={key}
                  checked={shown.includes(key)}
                  onChange={(checked) =>
                    setShown((now) => (checked ? [...now, key] : now.filter((one) => one !== key)))
                  }
                >
                  {label}
                </Menu.CheckboxItem>
              ))}
            </Menu.Dropdown>
          </Menu>
          {can('reports:read') && <Csv filters={filters} />}
        </>
      }
      columns={columns.filter(({ key }) => key === 'amount' || shown.includes(key))}
    />
  );
}

function Views({ filters, apply }: { filters: Filters; apply(filters: Filters): void }) {
  const [views, setViews] = useState(savedViews);
  const [name, setName] = useState('');
  const [asking, ask] = useDisclosure(false);
  const keep = (next: View[]) => {
    setViews(next);
    saveViews(next);
  };
  return (
    <>
      <Menu position="bottom-end" closeOnItemClick>
        <Menu.Target>
          <Button variant="default" size="xs">
            {t('views')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {views.map((view) => (
            <Group key={view.name} gap={4} wrap="nowrap">
              <Menu.Item onClick={() => apply(view.filters)}>{view.name}</Menu.Item>
              <ActionIcon
                variant="subtle"
                color="gray"
                size="sm"
                aria-label={t('removeView', { name: view.name })}
                onClick={() => keep(views.filter((one) => one !== view))}
              >
                ×
              </ActionIcon>
            </Group>
          ))}
          <Menu.Item leftSection={<Icon name="plus" size={14} />} onClick={ask.open}>
            {t('saveView')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Ask
        opened={asking}
        close={ask.close}
        title={t('saveView')}
        text={t('viewHint')}
        verb={t('save')}
        busy={false}
        blocked={name.trim() === ''}
        submit={() => {
          keep([...views.filter((one) => one.name !== name.trim()), { name: name.trim(), filters }]);
          setName('');
          ask.close();
        }}
      >
        <TextInput
          label={t('viewName')}
          value={name}
          maxLength={40}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      </Ask>
    </>
  );
}
