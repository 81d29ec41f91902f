// One dispute: what is said, by when to answer, the draft of evidence with its files, and the two answers.

import { Button, Group, Text } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useChange, useRead } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Dispute } from '../data/types.ts';
import { Ask } from '../parts/Ask.tsx';
import { money } from '../parts/amount.ts';
import { Amount, Go, Id, Status, When } from '../parts/Bits.tsx';
import { Fields, Page, Refused, Section, Waiting } from '../parts/Page.tsx';
import { toast } from '../parts/toast.tsx';
import { named } from '../words.ts';
import { Evidence } from './Evidence.tsx';
import { t } from './words.ts';

export function DisputePage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const found = useRead<Dispute>(`/disputes/${id}`, {}, { every_ms: 15_000 });
  const dispute = found.data;
  const above = (
    <Text size="sm">
      <Go to="/disputes">{t('title')}</Go>
    </Text>
  );
  if (!dispute)
    return (
      <Page title={t('dispute')} above={above}>
        {found.error ? <Refused error={found.error} /> : <Waiting />}
      </Page>
    );
  return <Found dispute={dispute} above={above} />;
}

function Found({ dispute, above }: { dispute: Dispute; above: ReactNode }) {
  const { can } = useWho();
  const why = whyNoAnswer(dispute, can('disputes:write'));
  return (
    <Page
      title={`${t('dispute')} ${money(dispute.amount, dispute.currency)}`}
      above={above}
      beside={
        <>
          <Status of={dispute.status} />
          <Id id={dispute.id} />
        </>
      }
      actions={<Accept dispute={dispute} why={why} />}
    >
      <Section>
        <Fields
          of={[
            [t('reason'), named(dispute.reason)],
            [t('network'), dispute.network_reason_code],
            [t('due'), <When key="due" at={dispute.evidence_due_by} />],
            [t('opened'), <When key="opened" at={dispute.opened_at} />],
            [
              t('payment'),
              <Go key="pay" to={`/payments/${dispute.payment}`}>
                {dispute.payment}
              </Go>,
            ],
            [t('fee'), <Amount key="fee" of={dispute.fee} currency={dispute.currency} />],
            [t('provider'), <Id key="ref" id={dispute.provider_reference} />],
            dispute.submitted_at !== null && [t('submitted'), <When key="sub" at={dispute.submitted_at} />],
            dispute.decided_at !== null && [t('decided'), <When key="dec" at={dispute.decided_at} />],
            dispute.response !== null && [
              t('response'),
              `${named(dispute.response.kind)}: ${named(dispute.response.status)}`,
            ],
          ]}
        />
      </Section>
      <Evidence key={dispute.updated_at} dispute={dispute} why={why} />
    </Page>
  );
}

export function whyNoAnswer(dispute: Dispute, allowed: boolean): string | undefined {
  if (!allowed) return t('whyNotAllowed');
  if (dispute.decided_at !== null) return t('whyDecided');
  if (dispute.status !== 'needs_response') return t('whyAnswered');
  return Date.parse(dispute.evidence_due_by) < Date.now() ? t('whyLate') : undefined;
}

function Accept({ dispute, why }: { dispute: Dispute; why: string | undefined }) {
  const [asking, setAsking] = useState(false);
  const accept = useChange(() => {
    toast(t('acceptDone'));
    setAsking(false);
  });
  return (
    <Group gap="xs">
      {why !== undefined && (
        <Text size="sm" className="faint">
          {why}
        </Text>
      )}
      <Button variant="default" size="xs" disabled={why !== undefined} onClick={() => setAsking(true)}>
        {t('accept')}
      </Button>
      <Ask
        opened={asking}
        close={() => setAsking(false)}
        title={t('accept')}
        text={t('acceptText')}
        verb={t('accept')}
        danger
        busy={accept.isPending}
        error={accept.error}
        submit={() => accept.mutate({ path: `/disputes/${dispute.id}/accept` })}
      />
    </Group>
  );
}
