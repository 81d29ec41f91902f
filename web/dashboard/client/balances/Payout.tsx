// One payout: where it stands and how it came there, where it goes, and what it moved on the balance.

import { SimpleGrid, Text } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useList, useRead } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { BalanceActivity, Payout } from '../data/types.ts';
import { Act } from '../parts/Act.tsx';
import { calendarDay, money } from '../parts/amount.ts';
import { Amount, Go, Id, Status, When } from '../parts/Bits.tsx';
import { Fields, Page, Refused, Section, Waiting } from '../parts/Page.tsx';
import { of, Table } from '../parts/Table.tsx';
import { activityColumns } from './activity-columns.tsx';
import { CancelPayout } from './CancelPayout.tsx';
import { PayoutSteps } from './PayoutSteps.tsx';
import { cancellable, destinationText } from './payout.ts';
import { t } from './words.ts';

export function PayoutPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const found = useRead<Payout>(`/payouts/${id}`, {}, { every_ms: 15_000 });
  const payout = found.data;
  const above = (
    <Text size="sm">
      <Go to="/balances/payouts">{t('payouts')}</Go>
    </Text>
  );
  if (!payout)
    return (
      <Page title={t('payout')} above={above}>
        {found.error ? <Refused error={found.error} retry={() => void found.refetch()} /> : <Waiting />}
      </Page>
    );
  return (
    <Page
      title={`${t('payout')} ${money(payout.amount, payout.currency)}`}
      above={above}
      beside={
        <>
          <Status of={payout.status} />
          <Id id={payout.id} />
        </>
      }
      actions={<Cancel payout={payout} />}
    >
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
        <Facts payout={payout} />
        <PayoutSteps payout={payout} />
      </SimpleGrid>
      <Movements payout={payout} />
    </Page>
  );
}

/** What the server would refuse, told before the press. */
function whyNoCancel(payout: Payout, allowed: boolean): string | undefined {
  if (!allowed) return t('whyRole');
  if (cancellable(payout)) return undefined;
  return payout.status === 'in_transit' ? t('whySent') : t('whyOver');
}

function Cancel({ payout }: { payout: Payout }) {
  const { can } = useWho();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Act label={t('cancelTitle')} why={whyNoCancel(payout, can('payouts:write'))} act={() => setAsking(true)} />
      {asking && <CancelPayout payout={payout} close={() => setAsking(false)} />}
    </>
  );
}

function Facts({ payout: p }: { payout: Payout }) {
  return (
    <Section title={t('details')}>
      <Fields
        of={[
          [t('amount'), <Amount key="amount" of={p.amount} currency={p.currency} strong />],
          [
            t('destination'),
            <Go key="to" to="/balances/bank-accounts">
              {destinationText(p)}
            </Go>,
          ],
          p.arrives_on !== null && [t('arrives'), calendarDay(p.arrives_on)],
          p.bank_reference !== null && [t('bankReference'), <Id key="ref" id={p.bank_reference} />],
          p.description !== null && [t('description'), p.description],
          p.scheduled_on !== null && [t('scheduled'), calendarDay(p.scheduled_on)],
          [t('created'), <When key="at" at={p.created_at} />],
          ...Object.entries(p.metadata).map(([name, value]) => [`${t('metadata')}: ${name}`, value] as const),
        ]}
      />
    </Section>
  );
}

function Movements({ payout }: { payout: Payout }) {
  const { can } = useWho();
  const reads = can('balances:read');
  const query = { payout: payout.id, currency: payout.currency };
  const found = useList<BalanceActivity>('/balance_activities', query, { enabled: reads });
  if (!reads) return null;
  return (
    <Section title={t('movements')} flush>
      <Table
        label={t('movements')}
        {...of(found)}
        columns={activityColumns(false).filter(({ key }) => key !== 'source' && key !== 'on')}
      />
    </Section>
  );
}
