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
  /** The label is told to readers only: something beside the field shows it. */
  hidden?: boolean;
  /** Nothing is an amount, too. */
  zero?: boolean;
};

export function AmountInput({ label, currency, value, onChange, description, required, most, hidden, zero }: Props) {
  const amount = minor(value, currency);
  const wrong = value.trim() !== '' && (amount === undefined || (amount <= 0 && !(zero && amount === 0)));
  return (
    <TextInput
      {...(hidden ? { 'aria-label': label } : { label })}
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
