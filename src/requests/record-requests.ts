// Writes the request log behind the answers: rows wait in bounded memory and leave together a few times a second. Must never make a
// call slower by waiting, nor fail it: when the database cannot keep up, rows are dropped, counted and told to the log.

import type { Statement } from '../db/db.ts';
import { type Columns, insertRows } from '../db/rows.ts';
import { timeOf } from '../kit/id.ts';
import type { Env } from '../operation/context.ts';
import { addDay, dayOf } from './log-days.ts';

export type RequestRow = {
  account_id: string;
  id: string;
  method: string;
  path: string;
  query: string | null;
  status: number;
  duration_ms: number;
  caller: string;
  caller_id: string | null;
  address: string;
  user_agent: string | null;
  dialect: string | null;
  code: string | null;
  object_id: string | null;
  request_body: string | null;
  response_body: string | null;
};

const columns: Columns = {
  account_id: 'text',
  id: 'text',
  created_at: 'timestamptz',
  method: 'text',
  path: 'text',
  query: 'text',
  status: 'smallint',
  duration_ms: 'real',
  caller: 'text',
  caller_id: 'text',
  address: 'text',
  user_agent: 'text',
  dialect: 'text',
  code: 'text',
  object_id: 'text',
  request_body: 'long',
  response_body: 'long',
};

const insert = insertRows('request_logs', columns);
const plan = (rows: (RequestRow & { created_at: Date })[]): Statement[] => insert(rows);

/** A quarter of a second of a busy server is some hundred rows: a few statements. */
const wait_ms = 250;
const most = { rows: 20_000, characters: 32_000_000 };

export class RequestLog {
  readonly #env: Env;
  #rows: RequestRow[] = [];
  #characters = 0;
  /** On their way to the database. */
  #leaving = 0;
  #lost = 0;
  #days = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();

  constructor(env: Env) {
    this.#env = env;
  }

  add(row: RequestRow): void {
    if (this.#rows.length + this.#leaving >= most.rows || this.#characters >= most.characters) {
      this.#lost += 1;
      return;
    }
    this.#rows.push(row);
    this.#characters += size(row);
    if (this.#timer) return;
    this.#timer = setTimeout(() => this.flush(), wait_ms);
    this.#timer.unref();
  }

  /** Resolves when everything that was added before is written, or given up. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flushing = this.#flushing.then(() => this.#write());
    return this.#flushing;
  }

  async #write(): Promise<void> {
    const rows = this.#rows;
    this.#rows = [];
    this.#leaving = rows.length;
    try {
      await this.#writeRows(rows);
    } catch (error) {
      this.#lost += rows.length;
      this.#env.log.warn({ error }, 'calls could not be written to the request log');
    } finally {
      this.#leaving = 0;
      for (const row of rows) this.#characters -= size(row);
    }
    if (this.#lost > 0) this.#env.log.warn({ calls: this.#lost }, 'calls are missing from the request log');
    this.#lost = 0;
  }

  async #writeRows(rows: RequestRow[]): Promise<void> {
    if (rows.length === 0) return;
    const dated = rows.map((row) => ({ ...row, created_at: timeOf(row.id) }));
    for (const day of new Set(dated.map((row) => dayOf(row.created_at)))) {
      if (this.#days.has(day)) continue;
      await addDay(this.#env, day);
      if (this.#days.size > 10) this.#days.clear();
      this.#days.add(day);
    }
    const lane = this.#env.lane('request_logs', '', plan);
    const done = await Promise.allSettled(dated.map((row) => lane.add(row)));
    const failed = done.filter((result) => result.status === 'rejected');
    if (failed.length === 0) return;
    this.#lost += failed.length;
    // A day that somebody dropped meanwhile is made again next time.
    this.#days.clear();
    this.#env.log.warn({ error: failed[0]?.reason }, 'calls could not be written to the request log');
  }

  async close(): Promise<void> {
    await this.flush();
  }
}

const size = (row: RequestRow): number => 300 + (row.request_body?.length ?? 0) + (row.response_body?.length ?? 0);
