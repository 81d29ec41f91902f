// From when and until when something counts; and a limit as it is typed.

import { SimpleGrid, TextInput } from '@mantine/core';
import { t } from './words.ts';

type Props = { from: string; until: string; onFrom(wall: string): void; onUntil(wall: string): void; end?: string };

export const Span = ({ from, until, onFrom, onUntil, end = t('validUntil') }: Props) => (
  <SimpleGrid cols={{ base: 1, xs: 2 }}>
    <TextInput
      type="datetime-local"
      label={t('validFrom')}
      value={from}
      onChange={(event) => onFrom(event.currentTarget.value)}
    />
    <TextInput
      type="datetime-local"
      label={end}
      value={until}
      onChange={(event) => onUntil(event.currentTarget.value)}
    />
  </SimpleGrid>
);

/** Nothing typed is no limit. */
export function count(text: string): number | undefined | 'wrong' {
  if (text.trim() === '') return undefined;
  return /^[1-9]\d{0,9}$/.test(text.trim()) ? Number(text.trim()) : 'wrong';
}
