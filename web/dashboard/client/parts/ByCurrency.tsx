// One amount per currency, as rows that are added and taken away. The first row is the currency of the account.

import { ActionIcon, Button, Group, NativeSelect, Stack, Text } from '@mantine/core';
import { currencies } from '../../../../src/kit/money.ts';
import { AmountInput } from './AmountInput.tsx';
import { major, minor } from './amount.ts';
import { t } from './words.ts';

export type CurrencyText = { currency: string; text: string };

type Props = {
  label: string;
  description?: string;
  add: string;
  rows: readonly CurrencyText[];
  /** For the first row that is added. */
  own: string;
  onChange(rows: CurrencyText[]): void;
};

export const allCurrencies = Object.keys(currencies);

/** A currency that no row has. */
export const another = (taken: readonly { currency: string }[], own: string): string =>
  [own, ...allCurrencies].find((code) => !taken.some(({ currency }) => currency === code)) ?? own;

export function ByCurrency({ label, description, add, rows, own, onChange }: Props) {
  const set = (i: number, changed: Partial<CurrencyText>) =>
    onChange(rows.map((row, at) => (at === i ? { ...row, ...changed } : row)));
  return (
    <Stack gap={6} role="group" aria-label={label}>
      <Text size="sm" fw={500} aria-hidden>
        {label}
      </Text>
      {description !== undefined && (
        <Text size="xs" className="faint">
          {description}
        </Text>
      )}
      {rows.map((row, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place
        <Group key={i} gap="xs" align="start" wrap="nowrap">
          <CurrencySelect value={row.currency} taken={rows} onChange={(currency) => set(i, { currency })} />
          <div className="grow">
            <AmountInput
              label={`${label}: ${row.currency}`}
              hidden
              currency={row.currency}
              value={row.text}
              onChange={(text) => set(i, { text })}
            />
          </div>
          <TakeAway name={row.currency} act={() => onChange(rows.filter((_, at) => at !== i))} />
        </Group>
      ))}
      <div>
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => onChange([...rows, { currency: another(rows, own), text: '' }])}
        >
          {add}
        </Button>
      </div>
    </Stack>
  );
}

type SelectProps = { value: string; taken: readonly { currency: string }[]; onChange(currency: string): void };

export const CurrencySelect = ({ value, taken, onChange }: SelectProps) => (
  <NativeSelect
    aria-label={t('currency')}
    w={96}
    value={value}
    onChange={(event) => onChange(event.currentTarget.value)}
    data={allCurrencies.filter((code) => code === value || !taken.some(({ currency }) => currency === code))}
  />
);

export const TakeAway = ({ name, act }: { name: string; act(): void }) => (
  <ActionIcon variant="default" size={36} aria-label={`${t('remove')}: ${name}`} onClick={act}>
    ×
  </ActionIcon>
);

/** What the API takes; undefined while a row holds no amount. */
export function amountsOf(rows: readonly CurrencyText[]): Record<string, number> | undefined {
  const found: Record<string, number> = {};
  for (const { currency, text } of rows) {
    const amount = minor(text, currency);
    if (amount === undefined || amount <= 0) return undefined;
    found[currency] = amount;
  }
  return found;
}

export const rowsOf = (amounts: Record<string, number>): CurrencyText[] =>
  Object.entries(amounts).map(([currency, amount]) => ({ currency, text: major(amount, currency) }));
