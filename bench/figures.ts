// From what was measured to the table of QUALITY.md: a figure, what it is compared with, its target, and whether it is met. A
// figure that was not measured is in the table and says so.

import { type DialectCost, type Measured, median, type OneCaller, type Round } from './measure.ts';
import type { PagePaint, PaintTimes } from './page-paint.ts';
import type { PageWeight } from './page-weight.ts';
import type { Renewals } from './renewals.ts';

export type Figure = {
  name: string;
  value: string;
  reference: string;
  target: string;
  /** `no target`: told because it explains the others. */
  verdict: 'met' | 'missed' | 'not measured' | 'no target';
};

export type Findings = {
  rounds: Round[];
  callers: number;
  at_500: Measured;
  at_80: Measured;
  one_caller: OneCaller;
  dialect: DialectCost;
  webhooks: { queued: number; bare: number }[];
  renewals: Renewals;
  page: PageWeight | undefined;
  paint: PagePaint | undefined;
  idle_mb: number;
  verified: { checks: number; failed: string[] };
};

const verdict = (met: boolean) => (met ? 'met' : 'missed');
const n = (value: number, digits = 0) => value.toFixed(digits);
const ms = (value: number) => `${value.toFixed(value < 10 ? 2 : 1)} ms`;

export function figuresOf(f: Findings, pgbench_name: string): Figure[] {
  const of = (pick: (round: Round) => number) => median(f.rounds.map(pick));
  const pgbench = of((r) => r.pgbench);
  const ratio = of((r) => r.spread.per_second / r.pgbench);
  const hot = of((r) => r.hot.per_second / r.spread.per_second);
  const p99 = of((r) => r.spread.latency_ms.p99);
  const webhook_rate = median(f.webhooks.map((w) => w.queued));
  const webhook_ratio = median(f.webhooks.map((w) => w.queued / w.bare));
  const load_mb = Math.max(
    f.at_500.memory_mb,
    f.at_80.memory_mb,
    ...f.rounds.flatMap((r) => [r.spread.memory_mb, r.hot.memory_mb]),
  );
  const { p50: at_p50, p99: at_p99 } = f.at_500.latency_ms;
  const renewal_ratio = f.renewals.per_second / of((r) => r.spread.per_second);
  const whole = (run: Measured) => run.sent / (run.seconds + run.backlog.seconds);
  return [
    {
      name: `payments/s over all accounts, ${f.callers} callers`,
      value: `${n(of((r) => r.spread.per_second))}/s = ${n(ratio, 2)} x`,
      reference: `${n(pgbench)} tps (${pgbench_name})`,
      target: 'at least 2.0 x (then 4 x)',
      verdict: verdict(ratio >= 2),
    },
    { name: 'p99 at that load', value: ms(p99), reference: '', target: 'at most 25 ms', verdict: verdict(p99 <= 25) },
    {
      name: 'payments/s, every one to one account',
      value: `${n(of((r) => r.hot.per_second))}/s = ${n(hot, 2)} x`,
      reference: 'over all accounts',
      target: 'at least 0.8 x',
      verdict: verdict(hot >= 0.8),
    },
    {
      name: 'payments/s until their events are dealt with too',
      value: `${n(of((r) => whole(r.spread)))}/s`,
      reference: `${n(of((r) => r.spread.backlog.events))} events were left`,
      target: '',
      verdict: 'no target',
    },
    {
      name: 'latency at 500/s, open loop (provider simulator included)',
      value: `p50 ${ms(at_p50)}, p99 ${ms(at_p99)}`,
      reference: `${f.at_500.backlog.events} events were left`,
      target: 'p50 at most 4 ms, p99 at most 15 ms',
      verdict: verdict(at_p50 <= 4 && at_p99 <= 15),
    },
    {
      name: `latency at ${n(f.at_80.sent / f.at_80.seconds)}/s (80 %), open loop`,
      value: `p50 ${ms(f.at_80.latency_ms.p50)}, p99 ${ms(f.at_80.latency_ms.p99)}`,
      reference: `${f.at_80.backlog.events} events were left`,
      target: '',
      verdict: 'no target',
    },
    {
      name: 'one caller, one at a time',
      value: `${ms(f.one_caller.payment.p50)} = ${n(f.one_caller.ratio, 1)} x`,
      reference: `${ms(f.one_caller.insert.p50)} (bare insert + commit)`,
      target: 'at most 6 x',
      verdict: verdict(f.one_caller.ratio <= 6),
    },
    {
      name: 'a call in a dialect (VINR: a payment without a card)',
      value: `${n(f.dialect.vinr.per_second)}/s = ${n(f.dialect.ratio, 2)} x the cost (server's CPU: ${n(f.dialect.cpu_ratio, 2)} x)`,
      reference: `${n(f.dialect.native.per_second)}/s (the same in our own API)`,
      target: 'at most 1.10 x',
      verdict: verdict(f.dialect.ratio <= 1.1),
    },
    {
      name: 'webhook deliveries/s, event to 200',
      value: `${n(webhook_rate)}/s = ${n(webhook_ratio, 2)} x`,
      reference: `${n(median(f.webhooks.map((w) => w.bare)))}/s (same client, no queue)`,
      target: 'at least 0.25 x and 2,000/s',
      verdict: verdict(webhook_rate >= 2000 && webhook_ratio >= 0.25),
    },
    {
      name: `renewals/s, ${f.renewals.count} of one account in one billing run`,
      value: `${n(f.renewals.per_second)}/s = ${n(renewal_ratio, 2)} x`,
      reference: 'payments/s over all accounts',
      target: 'at least 0.3 x',
      verdict: verdict(renewal_ratio >= 0.3),
    },
    {
      name: 'resident memory of its worker; CPU per renewal: worker / Postgres',
      value: `${n(f.renewals.memory_mb)} MB; ${n(f.renewals.cpu_ms.worker, 3)} / ${n(f.renewals.cpu_ms.postgres ?? 0, 3)} ms`,
      reference: '',
      target: 'at most 500 MB',
      verdict: verdict(f.renewals.memory_mb <= 500),
    },
    notMeasured('list page at 10,000,000 payments: -- --lists', 'at most 1.5 x'),
    f.page === undefined
      ? notMeasured('checkout page', 'at most 45 kB gzip')
      : {
          name: 'checkout page, gzip',
          value: `${n(f.page.kilobytes, 1)} kB in ${f.page.requests} requests`,
          reference: '',
          target: 'at most 45 kB',
          verdict: verdict(f.page.kilobytes <= 45),
        },
    ...paintFigures(f.paint),
    {
      name: 'resident memory of the server, idle / under load',
      value: `${n(f.idle_mb)} / ${n(load_mb)} MB`,
      reference: '',
      target: 'at most 250 / 500 MB',
      verdict: verdict(f.idle_mb <= 250 && load_mb <= 500),
    },
    {
      name: 'CPU per payment, its events included: server / Postgres / generator',
      value: [
        of((r) => r.spread.cpu_ms.server),
        of((r) => r.spread.cpu_ms.postgres ?? 0),
        of((r) => r.spread.cpu_ms.generator),
      ]
        .map((v) => n(v, 3))
        .join(' / ')
        .concat(' ms'),
      reference: '',
      target: '',
      verdict: 'no target',
    },
    {
      name: 'cores that other programs took meanwhile',
      value: n(
        of((r) => r.spread.others_cores),
        2,
      ),
      reference: '',
      target: 'a quiet machine',
      verdict: 'no target',
    },
    {
      name: 'write-ahead log per payment',
      value: `${n(of((r) => r.spread.log_bytes) / 1000, 1)} kB`,
      reference: '',
      target: '',
      verdict: 'no target',
    },
  ];
}

function paintFigures(paint: PagePaint | undefined): Figure[] {
  if (!paint) return [notMeasured('checkout page, time to paint and to interactive', 'at most 1.5 x')];
  const figure = (what: string, of: (times: PaintTimes) => number): Figure => {
    const ratio = of(paint.page) / of(paint.still);
    return {
      name: `checkout page, time to ${what}, median of ${paint.visits} visits`,
      value: `${ms(of(paint.page))} = ${n(ratio, 2)} x`,
      reference: `${ms(of(paint.still))} (same page as static HTML)`,
      target: 'at most 1.5 x',
      verdict: verdict(ratio <= 1.5),
    };
  };
  return [figure('first paint', (t) => t.paint_ms), figure('interactive', (t) => t.interactive_ms)];
}

const notMeasured = (name: string, target: string): Figure => ({
  name,
  value: '-',
  reference: '',
  target,
  verdict: 'not measured',
});

export function tableOf(figures: Figure[]): string {
  const rows = [
    ['figure', 'measured', 'reference', 'target', ''],
    ...figures.map((f) => [f.name, f.value, f.reference, f.target, f.verdict === 'no target' ? '' : f.verdict]),
  ];
  const widths = [0, 1, 2, 3, 4].map((at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const lines = rows.map((row) => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`);
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}

/** Anything but completed payments is an error of the run, whatever its speed. */
export function refusalsOf(f: Findings): string[] {
  const runs = [...f.rounds.flatMap((r) => [r.spread, r.hot]), f.at_500, f.at_80, f.dialect.native, f.dialect.vinr];
  return runs.flatMap((run) => Object.entries(run.refused).map(([what, count]) => `${count} x ${what}`));
}
