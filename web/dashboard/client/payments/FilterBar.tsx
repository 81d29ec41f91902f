// All filters of the list. Nothing is asked while somebody types; the address changes when they apply.

import { Button, Collapse, Group, MultiSelect, NativeSelect, Pill, SimpleGrid, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type SubmitEvent, useState } from 'react';
import { currencies } from '../../../../src/kit/money.ts';
import { named } from '../words.ts';
import { type FilterName, type Filters, filterNames } from './filters.ts';
import { t } from './words.ts';

const statuses = ['pending', 'requires_authentication', 'authorized', 'processing', 'completed', 'failed', 'cancelled'];

const labels: Record<FilterName, Parameters<typeof t>[0]> = {
  status: 'status',
  amount: 'amountIs',
  amount_min: 'amountFrom',
  amount_max: 'amountTo',
  currency: 'currency',
  email: 'email',
  card_last_four: 'lastFour',
  from: 'from',
  to: 'to',
  merchant_reference: 'reference',
  customer: 'customer',
  checkout_session: 'session',
  metadata_key: 'metadataKey',
  metadata_value: 'metadataValue',
};

export function FilterBar({ filters, apply }: { filters: Filters; apply(filters: Filters): void }) {
  const [open, { toggle }] = useDisclosure(false);
  const set = filterNames.filter((name) => filters[name] !== undefined);
  return (
    <div>
      <Group gap="xs">
        <Button variant="default" size="xs" onClick={toggle} aria-expanded={open}>
          {t('filters')}
          {set.length > 0 ? ` (${set.length})` : ''}
        </Button>
        {set.map((name) => (
          <Pill
            key={name}
            withRemoveButton
            removeButtonProps={{ 'aria-label': `${t('clear')}: ${t(labels[name])}`, tabIndex: 0, 'aria-hidden': false }}
            onRemove={() => apply({ ...filters, [name]: undefined })}
          >
            {t(labels[name])}:{' '}
            {name === 'status' ? (filters[name] ?? '').split(',').map(named).join(', ') : filters[name]}
          </Pill>
        ))}
        {set.length > 0 && (
          <Button variant="subtle" size="compact-xs" onClick={() => apply({})}>
            {t('clear')}
          </Button>
        )}
      </Group>
      <Collapse expanded={open}>
        <Form key={JSON.stringify(filters)} filters={filters} apply={apply} />
      </Collapse>
    </div>
  );
}

function Form({ filters, apply }: { filters: Filters; apply(filters: Filters): void }) {
  const [draft, setDraft] = useState(filters);
  const set = (name: FilterName, value: string) => setDraft({ ...draft, [name]: value === '' ? undefined : value });
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    apply(draft);
  };
  const field = (name: FilterName, more: Record<string, unknown> = {}) => (
    <TextInput
      label={t(labels[name])}
      value={draft[name] ?? ''}
      onChange={(event) => set(name, event.currentTarget.value)}
      {...more}
    />
  );
  return (
    <form onSubmit={onSubmit}>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} mt="sm" spacing="sm">
        <MultiSelect
          label={t('status')}
          data={statuses.map((value) => ({ value, label: named(value) }))}
          value={draft.status?.split(',') ?? []}
          onChange={(values) => set('status', values.join(','))}
          clearable
        />
        <NativeSelect
          label={t('currency')}
          data={[{ value: '', label: t('any') }, ...Object.keys(currencies)]}
          value={draft.currency ?? ''}
          onChange={(event) => set('currency', event.currentTarget.value)}
        />
        {field('amount', { inputMode: 'decimal' })}
        {field('amount_min', { inputMode: 'decimal' })}
        {field('amount_max', { inputMode: 'decimal' })}
        {field('email', { type: 'text', inputMode: 'email' })}
        {field('card_last_four', { inputMode: 'numeric', maxLength: 4 })}
        {field('from', { type: 'date' })}
        {field('to', { type: 'date' })}
        {field('merchant_reference')}
        {field('customer', { placeholder: 'cus_…' })}
        {field('checkout_session', { placeholder: 'sess_…' })}
        {field('metadata_key')}
        {field('metadata_value')}
      </SimpleGrid>
      <Group justify="flex-end" mt="sm">
        <Button type="submit" size="xs">
          {t('apply')}
        </Button>
      </Group>
    </form>
  );
}
