// When an old key or secret ends: now, after a while, or at a time that is named.

import { NativeSelect } from '@mantine/core';
import { useWho } from '../data/session.tsx';
import { momentOf, wallTime } from '../parts/days.ts';
import { MomentInput } from '../parts/MomentInput.tsx';
import { t } from './words.ts';

export type Ending = { choice: string; wall: string };
const hour = 3_600_000;

export const endingIn = (zone: string): Ending => ({
  choice: '24',
  wall: wallTime(new Date(Date.now() + 24 * hour), zone),
});

/** In ISO 8601; undefined: now; null while what stands there is no time. */
export function momentOfEnding({ choice, wall }: Ending, zone: string): string | undefined | null {
  if (choice === '0') return undefined;
  if (choice !== 'at') return new Date(Date.now() + Number(choice) * hour).toISOString();
  return momentOf(wall, zone)?.toISOString() ?? null;
}

export function EndingInput({ label, value, set }: { label: string; value: Ending; set(value: Ending): void }) {
  const { zone } = useWho();
  return (
    <>
      <NativeSelect
        label={label}
        value={value.choice}
        onChange={(event) => set({ ...value, choice: event.currentTarget.value })}
        data={[
          { value: '0', label: t('rolledNow') },
          ...['1', '24', '168'].map((count) => ({ value: count, label: t('rolledIn', { count: Number(count) }) })),
          { value: 'at', label: t('endsAtTime') },
        ]}
      />
      {value.choice === 'at' && (
        <MomentInput
          label={t('when', { zone })}
          zone={zone}
          value={value.wall}
          onChange={(wall) => set({ ...value, wall })}
        />
      )}
    </>
  );
}
