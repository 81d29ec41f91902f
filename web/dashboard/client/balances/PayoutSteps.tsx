// What a payout went through and where it stands, oldest first. Its own times say it; when it left for the bank is known from its event.

import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useRead } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Event, List, Payout } from '../data/types.ts';
import { calendarDay } from '../parts/amount.ts';
import { Faint, When } from '../parts/Bits.tsx';
import { Section } from '../parts/Page.tsx';
import { t } from './words.ts';

type Step = { key: string; label: string; at: string | null; more?: ReactNode };

export function PayoutSteps({ payout }: { payout: Payout }) {
  const { can } = useWho();
  const events = useRead<List<Event>>(
    '/events',
    { object_id: payout.id, type: 'payout.in_transit', limit: 1 },
    { enabled: can('events:read') && payout.bank_reference !== null },
  );
  return (
    <Section title={t('steps')}>
      <ol className="steps">
        {stepsOf(payout, events.data?.data[0]?.created_at ?? null).map(({ key, label, at, more }) => (
          <li key={key}>
            <strong>{label}</strong>
            {more && <Text size="sm">{more}</Text>}
            {at !== null && (
              <div>
                <Faint>
                  <When at={at} />
                </Faint>
              </div>
            )}
          </li>
        ))}
      </ol>
    </Section>
  );
}

function stepsOf(p: Payout, sent_at: string | null): Step[] {
  const steps: Step[] = [
    {
      key: 'requested',
      label: t('stepRequested'),
      at: p.created_at,
      more: p.scheduled_on === null ? undefined : t('stepSchedule', { day: calendarDay(p.scheduled_on) }),
    },
  ];
  if (p.approved_at !== null) steps.push({ key: 'approved', label: t('stepApproved'), at: p.approved_at });
  if (p.status === 'in_review')
    steps.push({ key: 'review', label: t('stepReview'), at: null, more: t('stepReviewText') });
  if (p.status === 'pending') steps.push({ key: 'waits', label: t('stepWaits'), at: null, more: t('stepWaitsText') });
  // A transfer that the bank took has its reference there.
  if (p.bank_reference !== null)
    steps.push({
      key: 'sent',
      label: t('stepSent'),
      at: sent_at,
      more: p.arrives_on === null ? undefined : t('stepArrives', { day: calendarDay(p.arrives_on) }),
    });
  if (p.paid_at !== null) steps.push({ key: 'paid', label: t('stepPaid'), at: p.paid_at });
  if (p.status === 'cancelled')
    steps.push({ key: 'end', label: t('stepCancelled'), at: p.updated_at, more: t('stepBack') });
  if (p.failure)
    steps.push({
      key: 'end',
      label: p.paid_at === null ? t('stepFailed') : t('stepReturned'),
      at: p.updated_at,
      more: (
        <>
          {p.failure.message} {p.failure.reason !== null && `“${p.failure.reason}” `}
          {t('stepBack')} <code>{p.failure.code}</code>
        </>
      ),
    });
  return steps;
}
