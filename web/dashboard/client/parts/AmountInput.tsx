// A field for an amount as people write it; gives minor units, or undefined while what stands there is no amount.

import { TextInput } from '@mantine/core';
import { major, minor } from './amount.ts';
import { t } from './words.ts';

type Props = {
  label: string;
  currency: string;
  value: string;
  onChange(text: string): void;
  description?: string;
  required?: boolean;
  most?: number;
};

export function AmountInput({ label, currency, value, onChange, description, required, most }: Props) {
  const amount = minor(value, currency);
  const wrong = value.trim() !== '' && (amount === undefined || amount <= 0);
  return (
    <TextInput
      label={label}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      inputMode="decimal"
      autoComplete="off"
      rightSection={<span className="faint unit">{currency}</span>}
      rightSectionWidth={56}
      {...(description === undefined ? {} : { description })}
      {...(required ? { required: true } : {})}
      error={wrong ? t('tooPrecise', { example: major(most ?? 1999, currency) }) : undefined}
    />
  );
}
