// What can be done with a subscription, by dialogs of their own.

import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { useChange } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { SubscriptionResult } from '../data/types.ts';
import { Act } from '../parts/Act.tsx';
import { Ask } from '../parts/Ask.tsx';
import { momentOf } from '../parts/days.ts';
import { Refused } from '../parts/Page.tsx';
import { toast } from '../parts/toast.tsx';
import { whyNoCancel, whyNoChange, whyNoPause } from './actions.ts';
import { CancelDialog } from './CancelDialog.tsx';
import { ChangePlan } from './ChangePlan.tsx';
import { SchedulePhases } from './SchedulePhases.tsx';
import { t } from './words.ts';

type Props = { subscription: SubscriptionResult };
type DialogProps = Props & { close(): void };

export function Actions({ subscription: s }: Props) {
  const { can } = useWho();
  const [asking, setAsking] = useState<'change' | 'phases' | 'pause' | 'resume' | 'cancel'>();
  const close = () => setAsking(undefined);
  const undo = useChange(() => toast(t('undone')));
  const writes = can('subscriptions:write');
  return (
    <>
      <Act label={t('change')} why={whyNoChange(s, writes)} act={() => setAsking('change')} />
      <Act label={t('schedulePhases')} why={whyNoChange(s, writes)} act={() => setAsking('phases')} />
      {s.paused ? (
        <Act label={t('resume')} why={whyNoCancel(s, writes)} act={() => setAsking('resume')} />
      ) : (
        <Act label={t('pause')} why={whyNoPause(s, writes)} act={() => setAsking('pause')} />
      )}
      {s.cancel_at_period_end && s.ended_at === null && (
        <Act
          label={t('undo')}
          why={whyNoCancel(s, writes)}
          act={() => undo.mutate({ path: `/subscriptions/${s.id}/revoke_cancellation` })}
        />
      )}
      <Act label={t('cancel')} why={whyNoCancel(s, writes)} act={() => setAsking('cancel')} />
      <Refused error={undo.error} />
      {asking === 'change' && <ChangePlan subscription={s} close={close} />}
      {asking === 'phases' && <SchedulePhases subscription={s} close={close} />}
      {asking === 'pause' && <Pause subscription={s} close={close} />}
      {asking === 'resume' && <Resume subscription={s} close={close} />}
      {asking === 'cancel' && <CancelDialog subscription={s} close={close} />}
    </>
  );
}

function Pause({ subscription: s, close }: DialogProps) {
  const { zone } = useWho();
  const [wall, setWall] = useState('');
  const pause = useChange(() => {
    toast(t('pausedNow'));
    close();
  });
  const resumes_at = momentOf(wall, zone)?.toISOString();
  return (
    <Ask
      opened
      close={close}
      title={t('pause')}
      text={t('pauseText')}
      verb={t('pause')}
      busy={pause.isPending}
      error={pause.error}
      submit={() => pause.mutate({ path: `/subscriptions/${s.id}/pause`, body: { resumes_at } })}
    >
      <TextInput
        type="datetime-local"
        label={t('resumes')}
        description={t('resumesHint')}
        value={wall}
        onChange={(event) => setWall(event.currentTarget.value)}
      />
    </Ask>
  );
}

function Resume({ subscription: s, close }: DialogProps) {
  const resume = useChange(() => {
    toast(t('resumedNow'));
    close();
  });
  return (
    <Ask
      opened
      close={close}
      title={t('resume')}
      text={t('resumeText')}
      verb={t('resume')}
      busy={resume.isPending}
      error={resume.error}
      submit={() => resume.mutate({ path: `/subscriptions/${s.id}/resume` })}
    />
  );
}
