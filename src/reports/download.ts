// A report as a stream of its bytes. Only a page of rows is in memory; the next is read when the receiver has taken the last, and a
// receiver who stops taking loses the download, so that no old snapshot is held for them.

import { Readable } from 'node:stream';
import { openSnapshot, type Snapshot } from '../db/session.ts';
import { assert } from '../kit/assert.ts';
import { Fault } from '../kit/fault.ts';
import { isCurrency } from '../kit/money.ts';
import { drawDocument } from '../kit/print/pool.ts';
import type { Ctx, Env } from '../operation/context.ts';
import { reports } from './catalog.ts';
import { csvLine } from './csv.ts';
import type { ReportObject } from './open-report.ts';
import type { Ask } from './report.ts';
import { statementOf } from './statement.ts';
import type { StatementFacts } from './statement-pdf.ts';

export type Download = { file_name: string; content_type: string; body: Readable };

/** Each has a connection of its own, and its snapshot keeps the database from tidying up. */
const atOnce = 8;
const atOncePerAccount = 2;
const longest_ms = 30 * 60_000;

const open = new WeakMap<Env, string[]>();

export async function downloadReport(ctx: Ctx, asked: ReportObject): Promise<Download> {
  const { env, account } = ctx;
  const leave = enter(env, account.account_id);
  const snapshot = await openSnapshot(env.db).catch((error) => {
    leave();
    throw error;
  });
  const end = () => {
    leave();
    void snapshot.close();
  };
  // A document is drawn before it is sent: what keeps it from being made is an answer, not a file that breaks off.
  const pieces =
    asked.format === 'pdf'
      ? await pdfOf(ctx, asked, snapshot).then(
          (bytes) => [bytes],
          (error) => {
            end();
            throw error;
          },
        )
      : textOf(ctx, asked, snapshot);
  const body = Readable.from(pieces, { objectMode: false, highWaterMark: 256 * 1024 });
  // Also when nobody ever reads: the generator's own end would not come then.
  body.once('close', end);
  const content_type = asked.format === 'pdf' ? 'application/pdf' : 'text/csv; charset=utf-8';
  return { file_name: asked.file_name, content_type, body };
}

function enter(env: Env, account_id: string): () => void {
  const running = open.get(env) ?? [];
  open.set(env, running);
  const own = running.filter((other) => other === account_id).length;
  if (own >= atOncePerAccount || running.length >= atOnce) {
    const why = own >= atOncePerAccount ? `${own} reports of this account` : 'Many reports';
    throw new Fault('rate_limited', `${why} are being sent already. Wait for one to end, then try again.`, {
      retry_after: 10,
    });
  }
  running.push(account_id);
  let left = false;
  return () => {
    if (!left) running.splice(running.indexOf(account_id), 1);
    left = true;
  };
}

/** Rows of one piece of text: small enough that a slow receiver holds little. */
const pieceRows = 500;

function askOf({ account }: Ctx, { currency, filters, from, to }: ReportObject, { query }: Snapshot): Ask {
  assert(currency === null || isCurrency(currency), 'a report is asked for in a known currency');
  return {
    query,
    account,
    period: { from: new Date(from), to: new Date(to) },
    currency: currency ?? undefined,
    filters,
  };
}

async function* textOf(ctx: Ctx, asked: ReportObject, snapshot: Snapshot): AsyncGenerator<string> {
  const { env, account } = ctx;
  const since = performance.now();
  const report = reports[asked.type];
  try {
    yield `${asked.bom ? '\uFEFF' : ''}${csvLine(report.columns)}`;
    for await (const rows of report.lines(askOf(ctx, asked, snapshot))) {
      for (let at = 0; at < rows.length; at += pieceRows) {
        yield rows
          .slice(at, at + pieceRows)
          .map(csvLine)
          .join('');
      }
      assert(performance.now() - since < longest_ms, 'a report is taken within half an hour');
    }
  } catch (error) {
    env.log.warn({ account_id: account.account_id, report: asked.type, error }, 'a report broke off');
    throw error;
  }
}

async function pdfOf(ctx: Ctx, asked: ReportObject, snapshot: Snapshot): Promise<Buffer> {
  const { env, account } = ctx;
  const ask = askOf(ctx, asked, snapshot);
  const { account_id, merchant_name, merchant_country, mode, time_zone } = account;
  const facts: StatementFacts = {
    account: { account_id, merchant_name, merchant_country, mode, time_zone },
    period: ask.period,
    lines: await statementOf(ask),
    made_at: env.clock.now(),
  };
  return await drawDocument({ module: import.meta.resolve('./statement-pdf.ts'), facts });
}
