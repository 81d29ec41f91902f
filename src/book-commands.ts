// The commands about the books: proving them, writing reports, holding them against a provider's. What each needs from the process
// is handed in; nothing here opens or closes it.

import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { ConfigError } from './config.ts';
import { openSession } from './db/session.ts';
import type { OpenEnv } from './env.ts';
import { loadAccount } from './identity/account.ts';
import { Fault, isFault } from './kit/fault.ts';
import { newId } from './kit/id.ts';
import { isCurrency, toMajor } from './kit/money.ts';
import type { Ctx } from './operation/context.ts';
import { type Operation, perform } from './operation/operation.ts';
import { createReconciliation } from './reports/create-reconciliation.ts';
import { downloadReport } from './reports/download.ts';
import { openReport, type ReportObject } from './reports/open-report.ts';
import { periodOf } from './reports/period.ts';
import { listReconciliationExceptions } from './reports/read-reconciliations.ts';
import { reconcile } from './reports/reconcile.ts';
import type { ReconciliationExceptionObject, ReconciliationObject } from './reports/reconciliation.ts';
import { linesOf } from './reports/report-lines.ts';
import { verifyAll } from './verify.ts';

export type Tools = {
  env: OpenEnv;
  say: (line: string) => void;
  /** The account that is meant when none is named. */
  usual: () => Promise<string>;
};

/**
 * A proof reads whole tables: it may take long, and sorts and joins in this much memory per step before it turns to the disk.
 * Two checks at a time use two cores as well as parallel plans do, and their memory is known beforehand.
 */
export const verifySettings = {
  statement_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  work_mem: '32MB',
  hash_mem_multiplier: '2',
  max_parallel_workers_per_gather: '0',
  jit: 'off',
};
const checksAtOnce = 2;

export async function verifyCommand({ env, say }: Tools): Promise<number> {
  const since = performance.now();
  const sessions = Array.from({ length: checksAtOnce }, () => openSession(env.db, verifySettings));
  try {
    const queries = sessions.map((session) => session.query);
    const findings = await verifyAll(queries, undefined, ({ name, ok, examples }, seconds) => {
      const took = `${seconds.toFixed(1).padStart(6)} s`;
      say(`${ok ? 'proved ' : 'FAILED '} ${took}  ${name}${ok ? '' : `: ${examples.join(', ')}`}`);
    });
    const failed = findings.filter((f) => !f.ok).length;
    say(failed === 0 ? `\nAll ${findings.length} checks hold.` : `\n${failed} of ${findings.length} checks failed.`);
    const memory = Math.round(process.resourceUsage().maxRSS / 1024);
    say(`${((performance.now() - since) / 1000).toFixed(1)} s; this process took at most ${memory} MB.`);
    return failed === 0 ? 0 : 1;
  } finally {
    await Promise.all(sessions.map((session) => session.close()));
  }
}

export async function reportCommand(tools: Tools, args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      account: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      month: { type: 'string' },
      currency: { type: 'string' },
      bom: { type: 'boolean' },
      format: { type: 'string' },
    },
  });
  const { account, ...asked } = values;
  const ctx = await contextOf(tools, account);
  const report = await ask<ReportObject>(ctx, openReport, { type: positionals[0] ?? '', ...asked });
  const { body } = await downloadReport(ctx, report);
  await pipeline(body, process.stdout, { end: false });
  return 0;
}

/** 1 when something does not match, so that a script can tell. */
export async function reconcileCommand(tools: Tools, args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      account: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      file: { type: 'string' },
    },
  });
  const { account, file, from, to } = values;
  const ctx = await contextOf(tools, account);
  const period = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  const done =
    file === undefined
      ? await ask<ReconciliationObject>(ctx, createReconciliation, period)
      : await told(() => reconcileFile(ctx, file, period));
  for (const { currency, matched, missing_at_provider, missing_here, different } of done.totals) {
    const money = (amount: number) =>
      isCurrency(currency) ? `${toMajor(amount, currency)} ${currency}` : String(amount);
    tools.say(`matched              ${matched.count}, ${money(matched.amount)}`);
    tools.say(`missing at provider  ${missing_at_provider.count}, ${money(missing_at_provider.amount)}`);
    tools.say(`missing here         ${missing_here.count}, ${money(missing_here.amount)}`);
    tools.say(
      `different            ${different.count}, ${money(different.amount_ledger)} here, ${money(different.amount_provider)} there`,
    );
  }
  const { data, has_more } = await ask<{ data: ReconciliationExceptionObject[]; has_more: boolean }>(
    ctx,
    listReconciliationExceptions,
    { id: done.id, limit: 100 },
  );
  for (const x of data) {
    tools.say(
      `  ${x.kind.padEnd(20)} ${x.reference}  here ${x.amount_ledger ?? '-'}  there ${x.amount_provider ?? '-'} ${x.currency}`,
    );
  }
  if (has_more) tools.say(`  … and more: GET /v1/reconciliations/${done.id}/exceptions`);
  tools.say(`${done.id}: ${done.line_count} lines, ${done.exception_count} exceptions.`);
  return done.exception_count === 0 ? 0 : 1;
}

/** A file of any length is read line by line; over the API it has a limit. */
function reconcileFile(
  ctx: Ctx,
  file: string,
  { from, to }: { from?: string; to?: string },
): Promise<ReconciliationObject> {
  if (from === undefined)
    throw new Fault('parameter_missing', 'Name the days of the file: --from 2026-01-31 --to 2026-01-31', {
      param: 'from',
    });
  const period = periodOf({ from, to: to ?? from }, ctx.account.time_zone, ctx.env.clock.now());
  return reconcile(ctx, { period, source: 'upload', lines: linesOf(createReadStream(file, 'utf8')) });
}

async function contextOf({ env, usual }: Tools, named: string | undefined): Promise<Ctx> {
  const account_id = named ?? (await usual());
  const account = await loadAccount(env.db.query, account_id);
  if (!account) throw new ConfigError(`There is no account ${account_id}.`);
  return { env, account, actor: { kind: 'system' }, request_id: newId('cli', env) };
}

const ask = <T>(ctx: Ctx, op: unknown, input: unknown): Promise<T> =>
  told(async () => JSON.parse((await perform(op as Operation, ctx, { input })).text) as T);

/** A refusal is for the person at the keyboard: its words, without where it was thrown. */
async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isFault(error) ? new ConfigError(error.message) : error;
  }
}
