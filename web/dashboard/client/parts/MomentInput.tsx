// A day and a time by the clock of the merchant's zone.

import { TextInput } from '@mantine/core';
import { wallTime } from './days.ts';

type Props = { label: string; zone: string; value: string; onChange(wall: string): void };

export const MomentInput = ({ label, zone, value, onChange }: Props) => (
  <TextInput
    type="datetime-local"
    label={label}
    required
    min={wallTime(new Date(), zone)}
    value={value}
    onChange={(event) => onChange(event.currentTarget.value)}
  />
);
