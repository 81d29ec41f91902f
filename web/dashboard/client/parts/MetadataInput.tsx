// The merchant's own keys and values, one to a line: “plan: gold”.

import { Textarea } from '@mantine/core';
import { catalogue } from '../words.ts';

const t = catalogue({
  en: {
    label: 'Metadata',
    hint: 'Your own keys and values, one to a line, such as “plan: gold”.',
    wrong: 'Write a key, a colon and a value on each line.',
  },
});

export const metadataText = (metadata: Record<string, string>): string =>
  Object.entries(metadata)
    .map(([name, value]) => `${name}: ${value.replaceAll('\n', ' ')}`)
    .join('\n');

/** Undefined while a line holds no key. */
export function metadataOf(text: string): Record<string, string> | undefined {
  const found: Record<string, string> = {};
  for (const line of text.split('\n').filter((one) => one.trim() !== '')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon)).trim();
    const value = line.slice(colon + 1).trim();
    if (name === '' || value === '') return undefined;
    found[name] = value;
  }
  return found;
}

export const MetadataInput = ({ value, onChange }: { value: string; onChange(text: string): void }) => (
  <Textarea
    label={t('label')}
    description={t('hint')}
    autosize
    minRows={1}
    value={value}
    error={metadataOf(value) === undefined ? t('wrong') : undefined}
    onChange={(event) => onChange(event.currentTarget.value)}
  />
);
