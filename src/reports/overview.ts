// The figures of a stretch of days at one glance: volume, success, refunds, disputes, by local day and currency. Reads only, along
// the primary keys, whose ids begin with their time; a longer stretch than a year is refused.

import { sql } from 'kysely';
import Type, { type Static } from 'typebox';
import { minutes, plus } from '../kit/clock.ts';
import { Fault } from '../kit/fault.ts';
import { idAt } from '../kit/id.ts';
import { addDays, localDay } from '../ledger/calendar.ts';
import type { Ctx } from '../operation/context.ts';
import { operation } from '../operation/operation.ts';
import { type Period, periodOf } from './period.ts';

const most_days = 366;

const figures = {
  payments: Type.Integer({ description: 'Payments that were made, however they ended.' }),
  succeeded: Type.Integer({ description: 'Of them: captured or authorized.' }),
  failed: Type.Integer(),
  volume: Type.Integer({ description: 'Captured of the payments made on these days. Minor units.' }),
  refunds: Type.Integer({ description: 'Refunds made on these days that did not fail.' }),
  refunded: Type.Integer(),
  disputes: Type.Integer({ description: 'Disputes opened on these days.' }),
  disputed: Type.Integer(),
};
type Figures = { [K in keyof typeof figures]: number };

export const OverviewObject = Type.Object(
  {
    object: Type.Literal('overview'),
    from: Type.String({ description: 'First day, in `time_zone`.' }),
    to: Type.String({ description: 'Last day.' }),
    time_zone: Type.String(),
    currencies: Type.Array(
      Type.Object({
        currency: Type.String(),
        ...figures,
        days: Type.Array(
          Type.Object({ day: Type.String(), ...figures }, { description: 'Days without anything are left out.' }),
        ),
      }),
      { description: 'The account’s own currency first, then by name.' },
    ),
  },
  { title: 'Overview' },
);
export type OverviewObject = Static<typeof OverviewObject>;

const Day = (description: string) => Type.Optional(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description }));

export const getOverview = operation({
  name: 'overview.get',
  scope: 'payments:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get the overview',
  description:
    'What happened from one day to another, both included, by currency and day of your time zone. At most 366 days. A payment counts on the day it was made, a refund on its own, a dispute on the day it was opened.',
  input: Type.Object(
    {
      from: Day('a day such as 2026-01-31; 29 days before `to` when left out'),
      to: Day('a day such as 2026-01-31; today when left out'),
    },
    { additionalProperties: false },
  ),
  output: OverviewObject,
  faults: ['parameter_invalid'],
  example: {},
  async run(ctx, input): Promise<OverviewObject> {
    const { account, env } = ctx;
    const { time_zone } = account;
    const to = input.to ?? localDay(env.clock.now(), time_zone);
    // A day that does not exist is refused before anything is counted from it.
    periodOf({ to }, time_zone, env.clock.now());
    const from = input.from ?? addDays(to, -29);
    const period = periodOf({ from, to }, time_zone, env.clock.now());
    if (addDays(from, most_days) <= to)
      throw new Fault('parameter_invalid', `'from' may be at most ${most_days} days before 'to'.`, { param: 'from' });
    const byCurrency = new Map<string, Map<string, Figures>>();
    for (const row of await readDays(ctx, period)) {
      const days = byCurrency.get(row.currency) ?? new Map<string, Figures>();
      byCurrency.set(row.currency, days);
      days.set(row.day, add(days.get(row.day) ?? { ...nothing }, row));
    }
    const currencies = [...byCurrency]
      .sort(([a], [b]) => rank(a, account.currency) - rank(b, account.currency) || (a < b ? -1 : 1))
      .map(([currency, days]) => ({
        currency,
        ...[...days.values()].reduce(add, { ...nothing }),
        days: [...days].sort(([a], [b]) => (a < b ? -1 : 1)).map(([day, sums]) => ({ day, ...sums })),
      }));
    return { object: 'overview', from, to, time_zone, currencies };
  },
});

const rank = (currency: string, own: string) => (currency === own ? 0 : 1);

const nothing: Figures = {
  payments: 0,
  succeeded: 0,
  failed: 0,
  volume: 0,
  refunds: 0,
  refunded: 0,
  disputes: 0,
  disputed: 0,
};

const names = Object.keys(nothing) as (keyof Figures)[];

function add(sums: Figures, more: Partial<Figures>): Figures {
  const next = { ...sums };
  for (const name of names) next[name] += more[name] ?? 0;
  return next;
}

type Row = Partial<Figures> & { currency: string; day: string };

/** Clocks of several processes differ, and an id is made a moment before its row's time. */
const slack = minutes(1);

async function readDays(ctx: Ctx, { from, to }: Period): Promise<Row[]> {
  const { account_id, time_zone } = ctx.account;
  const first = new Date(Math.max(0, from.getTime() - slack));
  const ids = (prefix: string) => sql`id >= ${idAt(prefix, first)} and id < ${idAt(prefix, plus(to, slack))}`;
  const within = sql`account_id = ${account_id} and created_at >= ${from} and created_at < ${to}`;
  const local = sql`to_char(created_at at time zone ${time_zone}, 'YYYY-MM-DD')`;
  const parts = await Promise.all([
    sql<Row>`
      select currency, ${local} as day, count(*)::int as payments,
        (count(*) filter (where status in ('completed', 'authorized')))::int as succeeded,
        (count(*) filter (where status = 'failed'))::int as failed, sum(amount_captured)::bigint as volume
      from payments where ${within} and ${ids('pay')} group by 1, 2`.execute(ctx.env.db.query),
    sql<Row>`
      select currency, ${local} as day, count(*)::int as refunds, sum(amount)::bigint as refunded
      from refunds where ${within} and ${ids('re')} and status <> 'failed' group by 1, 2`.execute(ctx.env.db.query),
    sql<Row>`
      select currency, ${local} as day, count(*)::int as disputes, sum(amount)::bigint as disputed
      from disputes where ${within} and ${ids('dp')} group by 1, 2`.execute(ctx.env.db.query),
  ]);
  return parts.flatMap((part) => part.rows);
}
