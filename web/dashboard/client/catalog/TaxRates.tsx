// The merchant's table of taxes: added, and taken out of use; never changed.

import { Button, Checkbox, NativeSelect, SimpleGrid, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useChange, useList } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { TaxRate } from '../data/types.ts';
import { Ask } from '../parts/Ask.tsx';
import { Status } from '../parts/Bits.tsx';
import { parts, percent } from '../parts/decimal.ts';
import { ListPage } from '../parts/ListPage.tsx';
import { Refused } from '../parts/Page.tsx';
import { idColumn } from '../parts/Table.tsx';
import { toast } from '../parts/toast.tsx';
import { named } from '../words.ts';
import { CatalogTabs } from './CatalogTabs.tsx';
import { taxCategories } from './tax-categories.ts';
import { t } from './words.ts';

export function TaxRates() {
  const { can } = useWho();
  const [ending, setEnding] = useState<TaxRate>();
  const change = useChange(() => {
    toast(t('rateSaved'));
    setEnding(undefined);
  });
  const writes = can('tax_rates:write');
  const set = (row: TaxRate, active: boolean) =>
    change.mutate({ method: 'PATCH', path: `/tax_rates/${row.id}`, body: { active } });
  return (
    <ListPage
      title={t('title')}
      label={t('taxRates')}
      tabs={<CatalogTabs />}
      found={useList<TaxRate>('/tax_rates')}
      none={t('noRates')}
      noneText={t('noRatesText')}
      add={writes && { label: t('addRate'), dialog: (close) => <RateDialog close={close} /> }}
      above={
        <>
          <Text size="sm" className="faint">
            {t('rateText')}
          </Text>
          {!ending && <Refused error={change.error} />}
        </>
      }
      columns={[
        { key: 'name', label: t('name'), cell: (row) => row.display_name },
        { key: 'rate', label: t('rate'), cell: (row) => percent(row.rate_ppm, 4) },
        { key: 'where', label: t('country'), cell: (row) => [row.country, row.region].filter(Boolean).join(', ') },
        {
          key: 'category',
          label: t('category'),
          cell: (row) => (row.tax_category === null ? t('everything') : named(row.tax_category)),
        },
        { key: 'how', label: t('inclusive'), cell: (row) => (row.inclusive ? t('held') : t('onTop')) },
        { key: 'status', label: t('status'), cell: (row) => <Status of={row.active ? 'active' : 'inactive'} /> },
        idColumn,
        {
          key: 'act',
          label: '',
          cell: (row) =>
            writes ? (
              <Button
                size="compact-xs"
                variant="default"
                onClick={() => (row.active ? setEnding(row) : set(row, true))}
              >
                {row.active ? t('deactivate') : t('activate')}
                <span className="sr">: {row.display_name}</span>
              </Button>
            ) : null,
        },
      ]}
    >
      {ending && (
        <Ask
          opened
          close={() => setEnding(undefined)}
          title={`${t('deactivate')}: ${ending.display_name}`}
          text={t('deactivateText')}
          verb={t('deactivate')}
          busy={change.isPending}
          error={change.error}
          submit={() => set(ending, false)}
        />
      )}
    </ListPage>
  );
}

function RateDialog({ close }: { close(): void }) {
  const [name, setName] = useState('');
  const [country, setCountry] = useState('');
  const [region, setRegion] = useState('');
  const [rate, setRate] = useState('');
  const [category, setCategory] = useState('');
  const [inclusive, setInclusive] = useState(false);
  const add = useChange(() => {
    toast(t('rateSaved'));
    close();
  });
  const rate_ppm = parts(rate, 4);
  const wrong = rate.trim() !== '' && (rate_ppm === undefined || rate_ppm > 1_000_000);
  return (
    <Ask
      opened
      close={close}
      title={t('addRate')}
      verb={t('addRate')}
      busy={add.isPending}
      error={add.error}
      blocked={name.trim() === '' || country.trim().length !== 2 || rate_ppm === undefined || wrong}
      submit={() =>
        add.mutate({
          path: '/tax_rates',
          body: {
            display_name: name.trim(),
            country: country.trim().toUpperCase(),
            rate_ppm,
            inclusive,
            ...(region.trim() === '' ? {} : { region: region.trim() }),
            ...(category === '' ? {} : { tax_category: category }),
          },
        })
      }
    >
      <TextInput
        label={t('taxName')}
        required
        maxLength={100}
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <TextInput
          label={t('country')}
          description={t('countryHint')}
          required
          maxLength={2}
          value={country}
          onChange={(event) => setCountry(event.currentTarget.value)}
        />
        <TextInput
          label={t('rate')}
          description={t('rateHint')}
          required
          inputMode="decimal"
          rightSection={<span className="faint unit">%</span>}
          value={rate}
          error={wrong ? t('rateWrong') : undefined}
          onChange={(event) => setRate(event.currentTarget.value)}
        />
      </SimpleGrid>
      <TextInput
        label={t('region')}
        description={t('regionHint')}
        maxLength={100}
        value={region}
        onChange={(event) => setRegion(event.currentTarget.value)}
      />
      <NativeSelect
        label={t('category')}
        value={category}
        onChange={(event) => setCategory(event.currentTarget.value)}
        data={[
          { value: '', label: t('everything') },
          ...taxCategories.filter((one) => one !== 'exempt').map((value) => ({ value, label: named(value) })),
        ]}
      />
      <Checkbox
        label={t('inclusive')}
        description={t('inclusiveHint')}
        checked={inclusive}
        onChange={(event) => setInclusive(event.currentTarget.checked)}
      />
    </Ask>
  );
}
