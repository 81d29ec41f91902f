// Fetches the day's rates after they came out, and keeps them. A day that does not come is asked for again, ever more slowly, and
// complained of once. What came before stays in use until it is too old (snapshot.ts).

import { hours, minutes, plus } from '../kit/clock.ts';
import { addDays, localDay } from '../ledger/calendar.ts';
import type { Env } from '../operation/context.ts';
import { parseDailyRates } from './ecb.ts';
import { keepSnapshot, latestSnapshot } from './snapshot.ts';

const first_wait = minutes(5);
const longest_wait = hours(6);
const zone = 'Europe/Berlin';

/** The last working day whose rates should be out: they come at about 16:00 in Frankfurt, and have until a quarter past. */
export function expectedDay(now: Date): string {
  const today = localDay(now, zone);
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' }).format(now);
  let day = clock >= '16:15' ? today : addDays(today, -1);
  while ([0, 6].includes(new Date(`${day}T12:00:00Z`).getUTCDay())) day = addDays(day, -1);
  return day;
}

/** One per worker process. Each call asks when it is time; returns whether a new day was kept. */
export function openRateFetcher(env: Env): () => Promise<boolean> {
  const url = env.config.fx_rates_url;
  let failures = 0;
  let not_before = new Date(0);
  return async () => {
    const now = env.clock.now();
    if (url === undefined || now < not_before) return false;
    if ((await latestSnapshot(env)).published_on >= expectedDay(now)) return false;
    try {
      const kept = await fetchRates(env, url);
      if (failures > 0) env.log.info({ failures }, 'exchange rates are fetched again');
      failures = 0;
      // A bank holiday: the last day's file again. It is asked for now and then, until the next day's comes.
      not_before = plus(now, kept ? 0 : hours(1));
      return kept;
    } catch (error) {
      // One line for a network that is away for a week; the rates that are too old say so themselves, where they are asked for.
      if (failures === 0)
        env.log.warn(
          { reason: error instanceof Error ? error.message : 'unknown', url },
          'exchange rates could not be fetched; the last ones stay in use, and it is tried again',
        );
      not_before = plus(now, Math.min(longest_wait, first_wait * 2 ** Math.min(failures, 10)));
      failures += 1;
      return false;
    }
  };
}

async function fetchRates(env: Env, url: string): Promise<boolean> {
  const answer = await env.outbound.get(url, { headers: { accept: 'application/xml' }, timeout_ms: 20_000 });
  if (answer.status !== 200) throw new Error(`the answer was ${answer.status}`);
  const daily = await parseDailyRates(answer.body);
  // A file of tomorrow would hold up every later one.
  if (daily.published_on > localDay(env.clock.now(), zone)) throw new Error(`it is dated ${daily.published_on}`);
  return await keepSnapshot(env, env.db.query, daily);
}
