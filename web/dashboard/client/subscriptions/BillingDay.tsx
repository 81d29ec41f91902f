// Where the periods of a new subscription are counted from: its beginning, a day of the month, or a date. Until then a part is billed.

import { NativeSelect, TextInput } from '@mantine/core';
import { momentOf } from '../parts/days.ts';
import { t } from './words.ts';

export type Anchor = { from: 'start' | 'day' | 'date'; day: string; date: string };
export const fromStart: Anchor = { from: 'start', day: '1', date: '' };

/** Undefined while something is missing. A date begins with its first minute, by the merchant's clock. */
export function anchorBody({ from, day, date }: Anchor, zone: string) {
  if (from === 'start') return {};
  if (from === 'day') return /^([1-9]|[12]\d|3[01])$/.test(day) ? { billing_day: Number(day) } : undefined;
  const at = momentOf(`${date}T00:00`, zone);
  return at === undefined ? undefined : { billing_cycle_anchor: at.toISOString() };
}

export function BillingDay({ value, onChange }: { value: Anchor; onChange(value: Anchor): void }) {
  const set = (changed: Partial<Anchor>) => onChange({ ...value, ...changed });
  return (
    <>
      <NativeSelect
        label={t('countedFrom')}
        value={value.from}
        onChange={(event) =>
          set({
            from: event.currentTarget.value === 'day' ? 'day' : event.currentTarget.value === 'date' ? 'date' : 'start',
          })
        }
        data={[
          { value: 'start', label: t('fromStart') },
          { value: 'day', label: t('fromDay') },
          { value: 'date', label: t('fromDate') },
        ]}
      />
      {value.from === 'day' && (
        <TextInput
          label={t('billingDay')}
          description={t('billingDayHint')}
          required
          inputMode="numeric"
          maxLength={2}
          value={value.day}
          onChange={(event) => set({ day: event.currentTarget.value.trim() })}
        />
      )}
      {value.from === 'date' && (
        <TextInput
          type="date"
          label={t('billingDate')}
          description={t('billingDateHint')}
          required
          value={value.date}
          onChange={(event) => set({ date: event.currentTarget.value })}
        />
      )}
    </>
  );
}
