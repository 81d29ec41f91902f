// The figures of a stretch of days beside the stretch before it, what is in the balances, and what was paid just now.

import { Group, NativeSelect, SimpleGrid, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useList, useRead } from '../data/api.ts';
import { useLive } from '../data/live.ts';
import { useWho } from '../data/session.tsx';
import type { Payment } from '../data/types.ts';
import { calendarDay, money } from '../parts/amount.ts';
import { Amount, Go, Status, When } from '../parts/Bits.tsx';
import { Page, Refused, Section, Waiting } from '../parts/Page.tsx';
import { of, Table } from '../parts/Table.tsx';
import { language } from '../words.ts';
import { Chart } from './Chart.tsx';
import { FirstPayment } from './FirstPayment.tsx';
import { addDays, change, type Figures, type Overview as Found, none, series, successRate, today } from './figures.ts';
import { Money } from './Money.tsx';
import { t } from './words.ts';

const ranges = [7, 30, 90, 365];
const every = 15_000;

export function Overview() {
  const { can } = useWho();
  if (!can('payments:read'))
    return (
      <Page title={t('title')}>
        <Text>{t('notYours')}</Text>
      </Page>
    );
  return <OverviewPage />;
}

function OverviewPage() {
  const { account, zone } = useWho();
  const live = useLive();
  const [days, setDays] = useState(30);
  const [chosen, setChosen] = useState<string>();
  const poll = live ? {} : { every_ms: every };
  const to = today(zone);
  const from = addDays(to, 1 - days);
  const now = useRead<Found>('/overview', { from, to }, { keep: true, ...poll });
  const before = useRead<Found>('/overview', { from: addDays(from, -days), to: addDays(from, -1) }, { keep: true });
  const recent = useList<Payment>('/payments', { limit: 8 }, poll);
  const currencies = now.data?.currencies.map((one) => one.currency) ?? [];
  const currency =
    chosen !== undefined && currencies.includes(chosen) ? chosen : (currencies[0] ?? account?.currency ?? 'USD');
  const first = recent.rows?.length === 0;
  return (
    <Page
      title={t('title')}
      beside={
        <span className={live ? 'live on' : 'live'}>
          <i /> {live ? t('live') : t('polling')}
        </span>
      }
      actions={
        <>
          {currencies.length > 1 && (
            <NativeSelect
              aria-label={t('currency')}
              data={currencies}
              value={currency}
              onChange={(event) => setChosen(event.currentTarget.value)}
            />
          )}
          <NativeSelect
            aria-label={t('range')}
            data={ranges.map((count) => ({ value: String(count), label: t('days', { count }) }))}
            value={String(days)}
            onChange={(event) => setDays(Number(event.currentTarget.value))}
          />
        </>
      }
    >
      {first && <FirstPayment />}
      <Refused error={now.error} retry={() => void now.refetch()} />
      {now.data ? (
        <Charts now={now.data} before={before.data} currency={currency} days={days} />
      ) : (
        !now.error && <Waiting lines={8} />
      )}
      <Money poll={poll} />
      <Section title={t('recent')} actions={<Go to="/payments">{t('all')}</Go>} flush>
        <Table
          label={t('recent')}
          {...of(recent)}
          more={{ has: false, busy: false, load: () => {} }}
          to={(row) => `/payments/${row.id}`}
          columns={[
            {
              key: 'amount',
              label: t('amount'),
              cell: (row) => (
                <Go to={`/payments/${row.id}`}>
                  <Amount of={row.amount} currency={row.currency} strong />
                </Go>
              ),
            },
            { key: 'status', label: 'Status', cell: (row) => <Status of={row.status} /> },
            { key: 'who', label: 'Customer', cell: (row) => row.email ?? row.description ?? '–' },
            { key: 'at', label: 'Created', cell: (row) => <When at={row.created_at} />, right: true },
          ]}
        />
      </Section>
    </Page>
  );
}

type ChartsProps = { now: Found; before: Found | undefined; currency: string; days: number };

function Charts({ now, before, currency, days }: ChartsProps) {
  const sums = now.currencies.find((one) => one.currency === currency) ?? none;
  const past = before?.currencies.find((one) => one.currency === currency) ?? none;
  const rate = successRate(sums);
  const pastRate = successRate(past);
  const lines = (value: (of: Figures) => number | undefined) => ({
    now: series(now, currency, value),
    before: series(before, currency, value),
  });
  const asMoney = (value: number) => money(Math.round(value), currency);
  const percent = (value: number) => `${Math.round(value * 100)} %`;
  return (
    <Stack gap="sm">
      <SimpleGrid cols={{ base: 2, lg: 4 }} spacing={{ base: 'xs', sm: 'md' }}>
        <Figure
          label={t('volume')}
          value={money(sums.volume, currency)}
          more={t('payments').concat(`: ${sums.payments.toLocaleString(language)}`)}
          delta={change(sums.volume, past.volume)}
        />
        <Figure
          label={t('success')}
          value={rate === undefined ? '–' : percent(rate)}
          more={`${sums.succeeded} / ${sums.succeeded + sums.failed}`}
          delta={rate === undefined || pastRate === undefined ? undefined : rate - pastRate}
          points
        />
        <Figure
          label={t('refunds')}
          value={money(sums.refunded, currency)}
          more={String(sums.refunds)}
          delta={change(sums.refunded, past.refunded)}
        />
        <Figure
          label={<Go to="/disputes">{t('disputes')}</Go>}
          value={money(sums.disputed, currency)}
          more={String(sums.disputes)}
          delta={change(sums.disputed, past.disputed)}
        />
      </SimpleGrid>
      <Group gap="md">
        <span className="legend">
          <i /> {t('now')}
        </span>
        <span className="legend">
          <i className="then" /> {t('before')}: {t('compared', { count: days })}
        </span>
      </Group>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <Section title={t('volume')}>
          <Chart
            label={t('perDay', { what: t('volume') })}
            {...lines((one) => one.volume)}
            show={asMoney}
            showDay={calendarDay}
          />
        </Section>
        <Section title={t('success')}>
          <Chart
            label={t('perDay', { what: t('success') })}
            {...lines((one) => successRate(one))}
            show={percent}
            showDay={calendarDay}
          />
        </Section>
        <Section title={t('refunds')}>
          <Chart
            label={t('perDay', { what: t('refunds') })}
            {...lines((one) => one.refunded)}
            show={asMoney}
            showDay={calendarDay}
          />
        </Section>
        <Section title={t('disputes')}>
          <Chart
            label={t('perDay', { what: t('disputes') })}
            {...lines((one) => one.disputed)}
            show={asMoney}
            showDay={calendarDay}
          />
        </Section>
      </SimpleGrid>
    </Stack>
  );
}

type FigureProps = { label: ReactNode; value: ReactNode; more?: string; delta?: number | undefined; points?: boolean };

function Figure({ label, value, more, delta, points }: FigureProps) {
  const sign =
    delta === undefined
      ? undefined
      : `${delta >= 0 ? '+' : '−'}${Math.abs(Math.round(delta * 1000) / 10)} ${points ? 'pp' : '%'}`;
  return (
    <Section>
      <Text size="sm" className="faint">
        {label}
      </Text>
      <span className="figure">{value}</span>
      <Text size="xs" className="faint">
        {more} · {sign ?? t('none')}
      </Text>
    </Section>
  );
}
