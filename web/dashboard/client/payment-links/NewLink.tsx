// A new payment link: which prices, how many, and what happens around paying.

import { Button, Checkbox, NativeSelect, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useChange } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { PaymentLink, Price } from '../data/types.ts';
import { Ask } from '../parts/Ask.tsx';
import { allCurrencies } from '../parts/ByCurrency.tsx';
import { momentOf } from '../parts/days.ts';
import { toast } from '../parts/toast.tsx';
import { type Around, AroundFields, aroundBody, noAround } from './Around.tsx';
import { type LineDraft, LineFields, lineBody, noLine } from './LineFields.tsx';
import { t } from './words.ts';

type Props = { close(): void; done(made: PaymentLink): void };

export function NewLink({ close, done }: Props) {
  const { account, zone } = useWho();
  const [lines, setLines] = useState<LineDraft[]>([noLine]);
  const [currency, setCurrency] = useState(account?.currency ?? 'USD');
  const [tax, setTax] = useState(false);
  const [country, setCountry] = useState('');
  const [region, setRegion] = useState('');
  const [around, setAround] = useState<Around>(noAround);
  const add = useChange<PaymentLink>((made) => {
    toast(t('saved'));
    close();
    done(made);
  });
  // The currencies that every chosen price has.
  const chosen = lines.flatMap(({ price }) => (price ? [price] : []));
  const offered = chosen.length === 0 ? allCurrencies : currenciesOf(chosen);
  const used = offered.includes(currency) ? currency : (offered[0] ?? currency);
  const items = lines.map(lineBody);
  const rest = aroundBody(around, (wall) => momentOf(wall, zone)?.toISOString(), false);
  const placed = !tax || country.trim().length === 2;
  return (
    <Ask
      opened
      close={close}
      title={t('add')}
      text={t('fixed')}
      verb={t('add')}
      size="lg"
      busy={add.isPending}
      error={add.error}
      blocked={items.includes(undefined) || rest === undefined || !placed || offered.length === 0}
      submit={() =>
        add.mutate({
          path: '/payment_links',
          body: {
            line_items: items,
            currency: used,
            ...(tax
              ? {
                  automatic_tax: true,
                  tax_address: {
                    country: country.trim().toUpperCase(),
                    ...(region.trim() === '' ? {} : { state: region.trim() }),
                  },
                }
              : {}),
            ...rest,
          },
        })
      }
    >
      <Text size="sm" className="faint">
        {t('choosePrice')}
      </Text>
      {lines.map((line, i) => (
        <LineFields
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
          key={i}
          line={line}
          onChange={(changed) => setLines(lines.map((one, at) => (at === i ? changed : one)))}
          {...(lines.length > 1 ? { onRemove: () => setLines(lines.filter((_, at) => at !== i)) } : {})}
        />
      ))}
      <div>
        <Button size="compact-xs" variant="default" onClick={() => setLines([...lines, noLine])}>
          {t('addLine')}
        </Button>
      </div>
      <NativeSelect
        label={t('currency')}
        value={used}
        onChange={(event) => setCurrency(event.currentTarget.value)}
        data={offered}
      />
      <Stack gap="xs">
        <Checkbox
          label={t('tax')}
          description={t('taxHint')}
          checked={tax}
          onChange={(event) => setTax(event.currentTarget.checked)}
        />
        {tax && (
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <TextInput
              label={t('taxCountry')}
              description={t('taxCountryHint')}
              maxLength={2}
              value={country}
              onChange={(event) => setCountry(event.currentTarget.value)}
            />
            <TextInput
              className="end"
              label={t('taxRegion')}
              maxLength={100}
              value={region}
              onChange={(event) => setRegion(event.currentTarget.value)}
            />
          </SimpleGrid>
        )}
      </Stack>
      <AroundFields of={around} onChange={setAround} />
    </Ask>
  );
}

const currenciesOf = (prices: readonly Price[]): string[] =>
  (prices[0]?.amounts ?? [])
    .map(({ currency }) => currency)
    .filter((code) => prices.every(({ amounts }) => amounts.some((amount) => amount.currency === code)));
