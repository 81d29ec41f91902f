// Asking for a report: what may be asked, checked before the first byte of the file is sent. The rows come from download.ts.

import { sql } from 'kysely';
import Type, { type Static } from 'typebox';
import { plus } from '../kit/clock.ts';
import { Fault } from '../kit/fault.ts';
import { currencyOf } from '../kit/money.ts';
import { localDay } from '../ledger/calendar.ts';
import type { Account, Actor, Env } from '../operation/context.ts';
import { CurrencyCode, nullable } from '../operation/fields.ts';
import { holds, operation } from '../operation/operation.ts';
import { reports } from './catalog.ts';
import { filterFields, filtersOf } from './filters.ts';
import { lastMonth, monthOf, type Period, periodOf, when } from './period.ts';
import { type ReportType, reportTypes } from './report.ts';

export const ReportObject = Type.Object(
  {
    object: Type.Literal('report'),
    type: Type.Enum([...reportTypes]),
    from: Type.String({ format: 'date-time' }),
    to: Type.String({ format: 'date-time', description: 'Not included.' }),
    currency: nullable(Type.String()),
    filters: Type.Object(filterFields, { description: 'What narrows it further.' }),
    bom: Type.Boolean(),
    format: Type.Enum(['csv', 'pdf']),
    file_name: Type.String(),
    columns: Type.Array(Type.String()),
  },
  { title: 'Report' },
);
export type ReportObject = Static<typeof ReportObject>;

export const openReport = operation({
  name: 'reports.open',
  scope: 'reports:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Download a report',
  description:
    'A CSV file by RFC 4180, sent while it is read, however many rows it has. Rows are those created in the period, oldest first, as they were at one moment; filters, those of the list of the same objects, add up. ' +
    'Amounts come twice: in minor units, and in major units as `…_major`. Text that a spreadsheet would take for a formula begins with an apostrophe. ' +
    'A statement may be had as a PDF document instead, with the same lines. A transfer that breaks off is not complete. At most two reports of an account are sent at a time.',
  input: Type.Object(
    {
      type: Type.Enum([...reportTypes], {
        description:
          '`statement` is of one month, `trial_balance` of everything up to `to`. What lives by a test clock counts on that clock’s days.',
      }),
      from: when('From the first row when left out.'),
      to: when('A day is included, a time is not. Until now when left out.'),
      month: Type.Optional(
        Type.String({
          pattern: '^[0-9]{4}-[0-9]{2}$',
          description: 'Of a statement: a month of your time zone, such as 2026-01. The last full month when left out.',
        }),
      ),
      currency: Type.Optional(CurrencyCode),
      format: Type.Optional(
        Type.Enum(['csv', 'pdf'], { description: 'A PDF document is made of a statement alone. `csv` when left out.' }),
      ),
      ...filterFields,
      bom: Type.Optional(
        Type.Boolean({
          description:
            'Begin the file with a byte order mark, by which some spreadsheets know UTF-8. False when left out.',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  output: ReportObject,
  faults: ['parameter_invalid', 'currency_unsupported', 'rate_limited'],
  example: { type: 'payments', currency: 'USD' },
  async run({ account, actor, env }, input): Promise<ReportObject> {
    const { type, from, to, month } = input;
    refuseUnseen(actor, type);
    if (type !== 'statement' && month !== undefined) throw misplaced('month', 'Only a statement is of a month.');
    if (type === 'statement' && from !== undefined) throw misplaced('from', "A statement is of a 'month'.");
    if (type === 'statement' && to !== undefined) throw misplaced('to', "A statement is of a 'month'.");
    if (type === 'trial_balance' && from !== undefined) {
      throw misplaced('from', "A trial balance is of everything up to 'to'.");
    }
    const format = input.format ?? 'csv';
    if (format === 'pdf' && type !== 'statement') {
      throw new Fault('parameter_invalid', "Only a statement can be had as PDF. Leave 'format' out, or say csv.", {
        param: 'format',
      });
    }
    if (format === 'pdf' && input.bom) throw misplaced('bom', 'A PDF document begins with no byte order mark.');
    const now = await latest(env, account, type);
    const period =
      type === 'statement'
        ? monthOf(month ?? lastMonth(now, account.time_zone), account.time_zone)
        : periodOf({ from, to }, account.time_zone, now);
    return {
      object: 'report',
      type,
      from: period.from.toISOString(),
      to: period.to.toISOString(),
      currency: input.currency === undefined ? null : currencyOf(input.currency),
      filters: filtersOf(type, input, account.time_zone),
      bom: input.bom ?? false,
      format,
      file_name: fileName(type, period, account, format),
      columns: reports[type].columns,
    };
  },
});

/** Invoices of customers who live by a test clock have its times: until now is until the one that is furthest ahead. */
async function latest(env: Env, { account_id, mode }: Account, type: ReportType): Promise<Date> {
  const now = env.clock.now();
  if (mode !== 'sandbox' || (type !== 'invoices' && type !== 'credit_notes')) return now;
  const { rows } = await sql<{ at: Date }>`
    select greatest(max(frozen_time), ${now}) as at from test_clocks where account_id = ${account_id}`.execute(
    env.db.query,
  );
  return rows[0]?.at ?? now;
}

/** A person gets in a file what their menus show; what is of no menu but Balances needs that. */
function refuseUnseen(actor: Actor, type: ReportType): void {
  const scope = shownAs.includes(type) ? `${type}:read` : 'balances:read';
  if (actor.kind !== 'user' || holds(actor.scopes, scope)) return;
  throw new Fault('permission_denied', `This report needs the scope '${scope}', which your role does not have.`);
}

const shownAs: readonly ReportType[] = ['payments', 'refunds', 'disputes', 'invoices', 'credit_notes'];

const misplaced = (param: string, why: string) =>
  new Fault('parameter_invalid', `${why} Leave '${param}' out.`, { param });

function fileName(type: ReportType, { from, to }: Period, { time_zone }: Account, format: string): string {
  const last = localDay(plus(to, -1), time_zone);
  const days = from.getTime() === 0 ? `to_${last}` : `${localDay(from, time_zone)}_${last}`;
  return `${type}_${days}.${format}`;
}
