// How what is asked for comes in: a saved card is charged, or the customer gets an invoice and pays it in time by themselves.

import { NativeSelect, TextInput } from '@mantine/core';
import { catalogue } from '../words.ts';

const t = catalogue({
  en: {
    how: 'How it is paid',
    charge: 'Their saved card is charged',
    send: 'They are sent an invoice to pay',
    days: 'Days to pay',
    daysHint: 'Due at the end of that day.',
    wrong: 'A whole number from 1 to 365.',
  },
});

export type Collection = { sends: boolean; days: string };
export const charged: Collection = { sends: false, days: '14' };

/** Undefined while the days are wrong. */
export function collectionBody({ sends, days }: Collection) {
  if (!sends) return {};
  const count = /^\d{1,3}$/.test(days.trim()) ? Number(days.trim()) : 0;
  return count >= 1 && count <= 365 ? { collection_method: 'send_invoice', days_until_due: count } : undefined;
}

export function CollectionInput({ value, onChange }: { value: Collection; onChange(value: Collection): void }) {
  return (
    <>
      <NativeSelect
        label={t('how')}
        value={value.sends ? 'send' : 'charge'}
        onChange={(event) => onChange({ ...value, sends: event.currentTarget.value === 'send' })}
        data={(['charge', 'send'] as const).map((way) => ({ value: way, label: t(way) }))}
      />
      {value.sends && (
        <TextInput
          label={t('days')}
          description={t('daysHint')}
          inputMode="numeric"
          maxLength={3}
          value={value.days}
          error={collectionBody(value) ? undefined : t('wrong')}
          onChange={(event) => onChange({ ...value, days: event.currentTarget.value })}
        />
      )}
    </>
  );
}
