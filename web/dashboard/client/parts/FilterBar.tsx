// The filters of a list. Nothing is asked while somebody types; the address changes when they apply.

import { Button, Collapse, Group, MultiSelect, NativeSelect, Pill, SimpleGrid, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type SubmitEvent, useState } from 'react';
import { named } from '../words.ts';
import type { Filters } from './filters.ts';
import { t } from './words.ts';

export type Filter = {
  name: string;
  label: string;
  /** Several of these, one of these, or what is typed. */
  several?: readonly string[];
  one?: readonly string[];
  day?: boolean;
  decimal?: boolean;
  placeholder?: string;
  most?: number;
  /** How a chosen value is called; as the API names it when left out. */
  word?(value: string): string;
};

type Props = { of: readonly Filter[]; filters: Filters; apply(filters: Filters): void };

export function FilterBar({ of, filters, apply }: Props) {
  const [open, { toggle }] = useDisclosure(false);
  const set = of.filter(({ name }) => filters[name] !== undefined);
  return (
    <div>
      <Group gap="xs">
        <Button variant="default" size="xs" onClick={toggle} aria-expanded={open}>
          {t('filters')}
          {set.length > 0 ? ` (${set.length})` : ''}
        </Button>
        {set.map((filter) => (
          <Pill
            key={filter.name}
            withRemoveButton
            removeButtonProps={{ 'aria-label': `${t('clear')}: ${filter.label}`, tabIndex: 0, 'aria-hidden': false }}
            onRemove={() => apply({ ...filters, [filter.name]: undefined })}
          >
            {filter.label}: {shown(filter, filters[filter.name] ?? '')}
          </Pill>
        ))}
        {set.length > 0 && (
          <Button variant="subtle" size="compact-xs" onClick={() => apply({})}>
            {t('clear')}
          </Button>
        )}
      </Group>
      <Collapse expanded={open}>
        <Form key={JSON.stringify(filters)} of={of} filters={filters} apply={apply} />
      </Collapse>
    </div>
  );
}

const wordOf = ({ word = named }: Filter, value: string) => word(value);

const shown = (filter: Filter, value: string): string => {
  if (filter.several)
    return value
      .split(',')
      .map((one) => wordOf(filter, one))
      .join(', ');
  return filter.word ? filter.word(value) : value;
};

function Form({ of, filters, apply }: Props) {
  const [draft, setDraft] = useState(filters);
  const set = (name: string, value: string) => setDraft({ ...draft, [name]: value === '' ? undefined : value });
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    apply(draft);
  };
  return (
    <form onSubmit={onSubmit}>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} mt="sm" spacing="sm">
        {of.map((filter) => (
          <Field key={filter.name} filter={filter} value={draft[filter.name] ?? ''} set={set} />
        ))}
      </SimpleGrid>
      <Group justify="flex-end" mt="sm">
        <Button type="submit" size="xs">
          {t('apply')}
        </Button>
      </Group>
    </form>
  );
}

type FieldProps = { filter: Filter; value: string; set(name: string, value: string): void };

function Field({ filter, value, set }: FieldProps) {
  const { name, label, several, one, day, decimal, placeholder, most } = filter;
  const option = (code: string) => ({ value: code, label: wordOf(filter, code) });
  if (several)
    return (
      <MultiSelect
        label={label}
        data={several.map(option)}
        value={value === '' ? [] : value.split(',')}
        onChange={(values) => set(name, values.join(','))}
        clearable
      />
    );
  if (one)
    return (
      <NativeSelect
        label={label}
        data={[{ value: '', label: t('any') }, ...one.map(option)]}
        value={value}
        onChange={(event) => set(name, event.currentTarget.value)}
      />
    );
  return (
    <TextInput
      label={label}
      type={day ? 'date' : 'text'}
      value={value}
      onChange={(event) => set(name, event.currentTarget.value)}
      {...(decimal ? { inputMode: 'decimal' as const } : {})}
      {...(placeholder === undefined ? {} : { placeholder })}
      {...(most === undefined ? {} : { maxLength: most })}
    />
  );
}
