// Asking for a reconciliation: of the report that the provider gives out, or of one that is sent along.

import Type from 'typebox';
import { type ReportLine, reportFaults, type SettlementReporter } from '../connectors/settlement-report.ts';
import { plus } from '../kit/clock.ts';
import { Fault } from '../kit/fault.ts';
import { addDays, localDay } from '../ledger/calendar.ts';
import { operation } from '../operation/operation.ts';
import { type Period, periodOf } from './period.ts';
import { margin, reconcile } from './reconcile.ts';
import { ReconciliationObject } from './reconciliation.ts';
import { linesFormat, linesOf } from './report-lines.ts';

const maxCsv = 5_000_000;
/** JSON writes each line break and quote of it as two characters. */
export const reconciliationLimit = maxCsv * 2;

const when = (what: string) =>
  Type.Optional(
    Type.String({
      minLength: 10,
      maxLength: 40,
      description: `A day of your time zone, such as 2026-01-31, or a time in ISO 8601 with a zone. ${what}`,
    }),
  );

export const createReconciliation = operation({
  name: 'reconciliations.create',
  scope: 'reconciliations:write',
  actors: ['secret', 'system'],
  kind: 'process',
  summary: 'Reconcile a settlement report',
  description:
    'Holds every movement that the provider booked in the period against the ledger: charges, refunds less those that failed, and what disputes took and gave back. What is not in both with the same amount is an exception. ' +
    'The report is asked of the provider, or sent along as `csv`. A movement that crossed midnight on its way is found on the other side and is no exception.',
  input: Type.Object(
    {
      from: when('Yesterday when left out.'),
      to: when('A day is included, a time is not. The day of `from` when left out.'),
      csv: Type.Optional(Type.String({ minLength: 1, maxLength: maxCsv, description: `The report: ${linesFormat}.` })),
      faults: Type.Optional(
        Type.Array(Type.Enum([...reportFaults]), {
          minItems: 1,
          maxItems: 3,
          description: 'Sandbox only: mistakes that the simulated provider makes in its report.',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  output: ReconciliationObject,
  faults: ['parameter_invalid', 'permission_denied'],
  example: {},
  async run(ctx, input) {
    const { account, env } = ctx;
    const { faults, csv } = input;
    if (faults && account.mode !== 'sandbox') {
      throw new Fault('permission_denied', "'faults' are for the sandbox. Leave it out.", { param: 'faults' });
    }
    if (faults && csv !== undefined) {
      throw new Fault('parameter_invalid', "'faults' are those of the simulated provider's report. Leave it out.", {
        param: 'faults',
      });
    }
    const now = env.clock.now();
    const from = input.from ?? addDays(localDay(now, account.time_zone), -1);
    const to = input.to ?? (from.length === 10 ? from : undefined);
    const period = periodOf({ from, to }, account.time_zone, now);
    if (period.to.getTime() - period.from.getTime() > 100 * 86_400_000) {
      throw new Fault('parameter_invalid', 'At most 100 days can be reconciled at once. Ask for less.', {
        param: 'to',
      });
    }
    if (csv !== undefined) return await reconcile(ctx, { period, source: 'upload', lines: linesOf([csv]) });
    const reporter = env.reporter(account.provider, account.account_id);
    return await reconcile(ctx, { period, source: 'provider', lines: around(reporter, period, faults) });
  },
});

/** The report of the period, and those of the days around it. */
async function* around(
  reporter: SettlementReporter,
  { from, to }: Period,
  faults: SettlementFaults,
): AsyncGenerator<ReportLine> {
  yield* reporter.settlementReport(plus(from, -margin), from);
  yield* reporter.settlementReport(from, to, faults);
  yield* reporter.settlementReport(to, plus(to, margin));
}

type SettlementFaults = Parameters<SettlementReporter['settlementReport']>[2];
