// Where the money is: the balances, the last day that was settled, the last payout, what customers owe, and disputes that wait for an
// answer. Each leads to its page.

import { SimpleGrid, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useRead } from '../data/api.ts';
import { useWho } from '../data/session.tsx';
import type { Balance, Dispute, List, Payout, Receivables, Settlement } from '../data/types.ts';
import { calendarDay, day, money } from '../parts/amount.ts';
import { Amount, Faint, Go } from '../parts/Bits.tsx';
import { Section } from '../parts/Page.tsx';
import { named } from '../words.ts';
import { t } from './words.ts';

export type Poll = { every_ms?: number };
type CardProps = { label: string; to: string; children: ReactNode };

const Part = ({ label, to, children }: CardProps) => (
  <div>
    <Text size="sm">
      <Go to={to}>{label}</Go>
    </Text>
    {children}
  </div>
);

export function Money({ poll }: { poll: Poll }) {
  const { can } = useWho();
  return (
    <>
      {can('balances:read') && <Balances poll={poll} />}
      <Section title={t('money')}>
        <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }}>
          {can('settlements:read') && <LastSettled />}
          {can('payouts:read') && <LastPayout />}
          {can('invoices:read') && <Unpaid poll={poll} />}
          {can('disputes:read') && <Waiting poll={poll} />}
        </SimpleGrid>
      </Section>
    </>
  );
}

function Balances({ poll }: { poll: Poll }) {
  const found = useRead<List<Balance & { currency: string }>>('/balances', {}, poll);
  if (!found.data || found.data.data.length === 0) return null;
  return (
    <Section title={t('balances')} actions={<Go to="/balances">{t('balances')}</Go>}>
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 4 }}>
        {found.data.data.map((one) => (
          <div key={one.currency}>
            <Text size="sm" className="faint">
              {t('available')}
            </Text>
            <Amount of={one.available} currency={one.currency} strong />
            <Text size="xs" className="faint">
              {t('incoming')} {money(one.incoming, one.currency)}
            </Text>
          </div>
        ))}
      </SimpleGrid>
    </Section>
  );
}

function LastSettled() {
  const [one] = useRead<List<Settlement>>('/settlements', { limit: 1 }).data?.data ?? [];
  return (
    <Part label={t('lastSettled')} to={one ? `/balances/settlements/${one.id}` : '/balances/settlements'}>
      {one ? <Amount of={one.net} currency={one.currency} strong /> : <Faint>{t('nothingYet')}</Faint>}
      {one && (
        <Text size="xs" className="faint">
          {calendarDay(one.settled_on)}
        </Text>
      )}
      {one && (
        <Text size="xs">
          <Go to="/balances/settlements">{t('allDays')}</Go>
        </Text>
      )}
    </Part>
  );
}

function LastPayout() {
  const { zone } = useWho();
  const [one] = useRead<List<Payout>>('/payouts', { limit: 1 }).data?.data ?? [];
  return (
    <Part label={t('lastPayout')} to="/balances/payouts">
      {one ? <Amount of={one.amount} currency={one.currency} strong /> : <Faint>{t('nothingYet')}</Faint>}
      {one && (
        <Text size="xs" className="faint">
          {named(one.status)} · {one.arrives_on === null ? day(one.created_at, zone) : calendarDay(one.arrives_on)}
        </Text>
      )}
    </Part>
  );
}

function Unpaid({ poll }: { poll: Poll }) {
  const { zone } = useWho();
  const { data } = useRead<Receivables>('/receivables', {}, poll);
  return (
    <Part label={t('unpaid')} to="/billing/invoices?status=open">
      {data?.totals.length === 0 && <Faint>{t('nothingOwed')}</Faint>}
      {data?.totals.map((one) => (
        <div key={one.currency}>
          <Amount of={one.amount} currency={one.currency} strong />
          <Text size="xs" className="faint">
            {t('unpaidIn', { count: one.invoices })}
            {one.overdue_amount > 0 && ` · ${t('overdue', { amount: money(one.overdue_amount, one.currency) })}`}
          </Text>
        </div>
      ))}
      {data?.counted_from && <Faint>{t('since', { day: day(data.counted_from, zone) })}</Faint>}
    </Part>
  );
}

/** A glance: more than these are on the page of disputes. */
const looked = 100;

function Waiting({ poll }: { poll: Poll }) {
  const { zone } = useWho();
  const { data } = useRead<List<Dispute>>('/disputes', { status: 'needs_response', limit: looked }, poll);
  const sums = new Map<string, number>();
  for (const { currency, amount } of data?.data ?? []) sums.set(currency, (sums.get(currency) ?? 0) + amount);
  const next = data?.data
    .map(({ evidence_due_by }) => evidence_due_by)
    .sort()
    .at(0);
  return (
    <Part label={t('waiting')} to="/disputes?status=needs_response">
      {data?.data.length === 0 && <Faint>{t('noneWaits')}</Faint>}
      {[...sums].map(([currency, amount]) => (
        <div key={currency}>
          <Amount of={amount} currency={currency} strong />
        </div>
      ))}
      {data && next && (
        <Text size="xs" className="faint">
          {data.has_more ? t('moreThan', { count: looked }) : t('disputesIn', { count: data.data.length })} ·{' '}
          {t('answerBy', { day: day(next, zone) })}
        </Text>
      )}
    </Part>
  );
}
