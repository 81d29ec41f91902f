// What follows the plan of now, with the way to take it back.

import { Button, Text } from '@mantine/core';
import { useChange } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Subscription } from '../data/types.ts';
import { Faint } from '../parts/Bits.tsx';
import { Refused, Section } from '../parts/Page.tsx';
import { toast } from '../parts/toast.tsx';
import { isEnded, planText } from './actions.ts';
import { t } from './words.ts';

export function Phases({ subscription: s }: { subscription: Subscription }) {
  const { can } = useWho();
  const back = useChange(() => toast(t('takenBack')));
  if (s.scheduled_phases.length === 0 || isEnded(s)) return null;
  return (
    <Section
      title={t('phases')}
      actions={
        can('subscriptions:write') && (
          <Button
            size="xs"
            variant="default"
            loading={back.isPending}
            onClick={() => back.mutate({ path: `/subscriptions/${s.id}/cancel_update` })}
          >
            {t('takeBack')}
          </Button>
        )
      }
    >
      <Refused error={back.error} />
      <ol className="steps">
        {s.scheduled_phases.map((phase, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a phase is its place
          <li key={i}>
            <Text size="sm">{planText(phase, s.currency)}</Text>
            <Faint>{phase.cycles === null ? t('withoutEnd') : t('cyclesOf', { count: phase.cycles })}</Faint>
          </li>
        ))}
      </ol>
    </Section>
  );
}
