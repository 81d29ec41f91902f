// The list of payments: filters in the address, views and columns kept in this browser, a file for spreadsheets.

import { ActionIcon, Button, Checkbox, Group, Menu, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure, useLocalStorage } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useList } from '../data/api.ts';
import { download } from '../data/request.ts';
import { useWho } from '../data/session.tsx';
import type { Payment } from '../data/types.ts';
import { Ask } from '../parts/Ask.tsx';
import { Amount, Go, Id, Status, When } from '../parts/Bits.tsx';
import { Icon } from '../parts/icons.tsx';
import { Empty, Page, Section } from '../parts/Page.tsx';
import { type Column, of, Table } from '../parts/Table.tsx';
import { FilterBar } from './FilterBar.tsx';
import { type Filters, filtersOf, queryOf, savedViews, saveViews, type View } from './filters.ts';
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
  { key: 'status', label: t('status'), cell: (row) => <Status of={row.status} /> },
  { key: 'method', label: t('method'), cell: (row) => methodText(row) },
  { key: 'email', label: t('customer'), cell: (row) => row.email ?? '–' },
  { key: 'description', label: t('description'), cell: (row) => row.description ?? '–' },
  { key: 'reference', label: t('reference'), cell: (row) => row.merchant_reference ?? '–' },
  { key: 'refunded', label: t('refunded'), cell: (row) => <Amount of={row.amount_refunded} currency={row.currency} /> },
  { key: 'id', label: t('id'), cell: (row) => <Id id={row.id} short /> },
  { key: 'created', label: t('created'), cell: (row) => <When at={row.created_at} /> },
];

export function Payments() {
  const { zone, account, can } = useWho();
  const search = useSearch({ strict: false }) as Record<string, unknown>;
  const navigate = useNavigate();
  const filters = filtersOf(search);
  const found = useList<Payment>('/payments', queryOf(filters, zone, account?.currency ?? 'USD'), { every_ms: 30_000 });
  const [shown, setShown] = useLocalStorage({
    key: 'florin.payment-columns',
    defaultValue: ['amount', 'status', 'method', 'email', 'reference', 'id', 'created'],
  });
  const apply = (next: Filters) => void navigate({ to: '/payments', search: next });
  const filtered = Object.keys(filters).length > 0;
  return (
    <Page
      title={t('title')}
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
    >
      <FilterBar filters={filters} apply={apply} />
      <Section flush>
        <Table
          label={t('title')}
          {...of(found)}
          columns={columns.filter(({ key }) => key === 'amount' || shown.includes(key))}
          to={(row) => `/payments/${row.id}`}
          empty={
            <Empty title={filtered ? t('none') : t('noneYet')}>
              {filtered && (
                <Button variant="default" size="xs" onClick={() => apply({})}>
                  {t('clear')}
                </Button>
              )}
            </Empty>
          }
        />
      </Section>
    </Page>
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

const reportTypes = ['payments', 'refunds'];

function Csv({ filters }: { filters: Filters }) {
  const { account } = useWho();
  const [asking, ask] = useDisclosure(false);
  const [type, setType] = useState('payments');
  const [from, setFrom] = useState(filters.from ?? '');
  const [to, setTo] = useState(filters.to ?? '');
  const [bom, setBom] = useState(false);
  const fetching = useMutation({
    mutationFn: () =>
      download(`/reports/${type}`, {
        account: account?.id,
        query: { from, to, currency: filters.currency, ...(bom ? { bom: true } : {}) },
      }),
    onSuccess: ask.close,
  });
  return (
    <>
      <Button variant="default" size="xs" leftSection={<Icon name="download" size={15} />} onClick={ask.open}>
        {t('csv')}
      </Button>
      <Ask
        opened={asking}
        close={ask.close}
        title={t('csvTitle')}
        verb={t('download')}
        busy={fetching.isPending}
        error={fetching.error}
        submit={() => fetching.mutate()}
      >
        <Text size="sm">{t('csvText')}</Text>
        <Stack gap="sm">
          <NativeSelect
            label={t('title')}
            data={reportTypes.map((value) => ({ value, label: value === 'payments' ? t('title') : t('refunds') }))}
            value={type}
            onChange={(event) => setType(event.currentTarget.value)}
          />
          <Group grow>
            <TextInput
              type="date"
              label={t('from')}
              value={from}
              onChange={(event) => setFrom(event.currentTarget.value)}
            />
            <TextInput type="date" label={t('to')} value={to} onChange={(event) => setTo(event.currentTarget.value)} />
          </Group>
          <Checkbox label="UTF-8 BOM (Excel)" checked={bom} onChange={(event) => setBom(event.currentTarget.checked)} />
        </Stack>
      </Ask>
    </>
  );
}
