// What is to follow the plan of a subscription that runs. The invoice of the next period is shown on its page before and after.

import { useState } from 'react';
import { useChange } from '../data/api.ts';
import type { SubscriptionResult } from '../data/types.ts';
import { Ask } from '../parts/Ask.tsx';
import { toast } from '../parts/toast.tsx';
import { firstPlan, PhaseFields, planBody } from './PhaseFields.tsx';
import { t } from './words.ts';

export function SchedulePhases({ subscription: s, close }: { subscription: SubscriptionResult; close(): void }) {
  const [plan, setPlan] = useState({ ...firstPlan, cycles: '1' });
  const save = useChange(() => {
    toast(t('scheduled'));
    close();
  });
  const body = planBody(plan);
  return (
    <Ask
      opened
      close={close}
      title={t('schedulePhases')}
      text={s.scheduled_phases.length > 0 ? t('schedulePhasesInstead') : t('schedulePhasesText')}
      size="lg"
      verb={t('schedule')}
      busy={save.isPending}
      error={save.error}
      blocked={!body}
      submit={() => save.mutate({ method: 'PATCH', path: `/subscriptions/${s.id}`, body })}
    >
      <PhaseFields plan={plan} onChange={setPlan} currency={s.currency} />
    </Ask>
  );
}
