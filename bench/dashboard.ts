// `npm run bench -- --dashboard`: what the dashboard's pages ask for when they open, of one account with many payments, on the server and
// one after another. Only reads.

import { Histogram } from './histogram.ts';
import type { Shelf } from './lists.ts';

export type PageFigure = { page: string; p50: number; p95: number; judged: boolean };

/** On the server, p95. */
export const most_ms = 150;

const turns = 200;
const warm_up = 10;
const day = (back: number) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);

type Make = (sample: Shelf['samples'][number]) => string;

/** As the pages ask: 25 rows at a time. */
const lists: Record<string, Make> = {
  'overview, recent payments': () => '/v1/payments?limit=8',
  'overview, 7 days': () => `/v1/overview?from=${day(6)}&to=${day(0)}`,
  'overview, 30 days': () => `/v1/overview?from=${day(29)}&to=${day(0)}`,
  transactions: () => '/v1/payments?limit=25',
  'transactions, failed': () => '/v1/payments?limit=25&status=failed',
  'transactions, by e-mail': () => '/v1/payments?limit=25&email=nobody%40example.com',
  'transactions, by last four': () => '/v1/payments?limit=25&card_last_four=4242',
  'transactions, next page': (s) => `/v1/payments?limit=25&starting_after=${s.id}`,
  'a payment': (s) => `/v1/payments/${s.id}`,
  'its timeline': (s) => `/v1/payments/${s.id}/timeline`,
  'its refunds': (s) => `/v1/refunds?limit=25&payment=${s.refunded}`,
  'its events': (s) => `/v1/events?limit=25&object_id=${s.event_of}`,
  'its calls': (s) => `/v1/request_logs?limit=10&object_id=${s.id}`,
  disputes: () => '/v1/disputes?limit=25',
  customers: () => '/v1/customers?limit=25',
  balances: () => '/v1/balances',
  activities: () => '/v1/balance_activities?limit=25',
  settlements: () => '/v1/settlements?limit=25',
  payouts: () => '/v1/payouts?limit=25',
  'bank accounts': () => '/v1/bank_accounts?limit=25',
  'API keys': () => '/v1/api_keys?limit=25',
  'access keys': () => '/v1/access_keys?limit=25',
  webhooks: () => '/v1/webhook_endpoints?limit=25',
  events: () => '/v1/events?limit=25',
  'request log': () => '/v1/request_logs?limit=25',
  'request log, refused': () => '/v1/request_logs?limit=25&status_class=4xx',
};

/** Told and not judged: somebody chose to wait for a whole year. */
const told: Record<string, Make> = { 'overview, a year': () => `/v1/overview?from=${day(364)}&to=${day(0)}` };

export async function measureDashboard(shelf: Shelf, say: (line: string) => void): Promise<PageFigure[]> {
  const figures: PageFigure[] = [];
  const all = [
    ...Object.entries(lists).map(([page, make]) => ({ page, make, judged: true, count: turns })),
    ...Object.entries(told).map(([page, make]) => ({ page, make, judged: false, count: 20 })),
  ];
  for (const { page, make, judged, count } of all) {
    const histogram = new Histogram();
    for (let turn = -warm_up; turn < count; turn++) {
      const sample = shelf.samples[((turn + warm_up) * 37) % shelf.samples.length];
      if (!sample) throw new Error('the account has payments');
      const ms = await ask(shelf, make(sample));
      if (turn >= 0) histogram.add(ms);
    }
    const figure = { page, p50: histogram.percentile_ms(0.5), p95: histogram.percentile_ms(0.95), judged };
    figures.push(figure);
    say(
      `${page.padEnd(30)} ${figure.p50.toFixed(1).padStart(8)} ${figure.p95.toFixed(1).padStart(8)}${judged ? '' : '  (not judged)'}`,
    );
  }
  return figures;
}

async function ask({ server, key }: Shelf, path: string): Promise<number> {
  const since = performance.now();
  const answer = await fetch(`${server.origin}${path}`, { headers: { authorization: `Bearer ${key}` } });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`GET ${path} answered ${answer.status}: ${text.slice(0, 200)}`);
  return performance.now() - since;
}
