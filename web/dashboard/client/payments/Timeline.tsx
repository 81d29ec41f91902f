// Every step that was taken with the provider, oldest first.

import { Text } from '@mantine/core';
import { useRead } from '../data/api.ts';
import type { Payment } from '../data/types.ts';
import { Amount, Faint, Status, When } from '../parts/Bits.tsx';
import { Refused, Section, Waiting } from '../parts/Page.tsx';
import { named } from '../words.ts';
import { t } from './words.ts';

type Entry = {
  id: string;
  kind: string;
  status: string;
  amount: number;
  decline: { message: string; code: string } | null;
  at: string;
};

export function Timeline({ payment }: { payment: Payment }) {
  // The payment's own time of change is part of the key: the steps are asked for anew when it moved.
  const found = useRead<{ entries: Entry[] }>(`/payments/${payment.id}/timeline`);
  return (
    <Section title={t('timeline')}>
      <Refused error={found.error} />
      {found.isPending && <Waiting lines={3} />}
      <ol className="steps">
        {found.data?.entries.map((entry) => (
          <li key={entry.id}>
            <strong>{named(entry.kind)}</strong> <Amount of={entry.amount} currency={payment.currency} />{' '}
            <Status of={entry.status} />
            {entry.decline && (
              <Text size="sm">
                {entry.decline.message} <code>{entry.decline.code}</code>
              </Text>
            )}
            <div>
              <Faint>
                <When at={entry.at} />
              </Faint>
            </div>
          </li>
        ))}
      </ol>
    </Section>
  );
}
