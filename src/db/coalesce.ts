// Batches: the calls that arrived while the previous transaction was on the wire go out as one transaction over arrays,
// so many callers share one commit. Alone, a call goes out at once: there is no timer. Each caller gets its own answer.
// It knows no table: `plan` turns items into statements. One bad item fails alone, because a failed batch is halved and retried.

import type pg from 'pg';
import { asGuard, isRetryable, Pipelined, type Statement, together } from './db.ts';
import { merged } from './merge.ts';
import { arrayText } from './rows.ts';

type Waiting<Item> = { item: Item; done: () => void; failed: (error: unknown) => void };

export type LaneOptions<Item> = {
  client_config: pg.ClientConfig;
  plan: (items: Item[]) => Statement[];
  /** Beyond some hundred rows a batch only adds latency. */
  max?: number;
};

export class Lane<Item> {
  readonly #options: LaneOptions<Item>;
  readonly #max: number;
  #queue: Waiting<Item>[] = [];
  readonly #connection: Pipelined;
  #running = false;
  #idle: Promise<void> = Promise.resolve();

  constructor(options: LaneOptions<Item>) {
    this.#options = options;
    this.#max = options.max ?? 128;
    this.#connection = new Pipelined(options.client_config);
  }

  /** Resolves when the item's statements are committed; rejects with GuardFailed or the database's error when nothing of it is. */
  add(item: Item): Promise<void> {
    return new Promise((done, failed) => {
      this.#queue.push({ item, done, failed });
      if (this.#running) return;
      this.#running = true;
      // One turn of the loop lets the requests that arrived together travel together.
      setImmediate(() => {
        this.#idle = this.#drain();
      });
    });
  }

  async close(): Promise<void> {
    await this.#idle;
    await this.#connection.close();
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) await this.#settle(this.#queue.splice(0, this.#max));
    this.#running = false;
  }

  async #settle(batch: Waiting<Item>[]): Promise<void> {
    for (let tries = 6; ; tries--) {
      try {
        await this.#commit(batch.map((w) => w.item));
        for (const w of batch) w.done();
        return;
      } catch (error) {
        if (isRetryable(error) && tries > 1) continue;
        const [only] = batch;
        if (batch.length === 1 && only) {
          only.failed(asGuard(error) ?? error);
          return;
        }
        if (!asGuard(error) && !isDataError(error)) {
          // Connection lost or server gone: whether it committed is not known, so no half is tried again.
          for (const w of batch) w.failed(error);
          return;
        }
        const half = batch.length >> 1;
        await this.#settle(batch.slice(0, half));
        await this.#settle(batch.slice(half));
        return;
      }
    }
  }

  /**
   * One statement where its parts may be merged: it is its own transaction. Else BEGIN, the statements and COMMIT are written at
   * once. In both cases one round trip, and an error in the middle rolls all back.
   */
  async #commit(items: Item[]): Promise<void> {
    const client = await this.#connection.client();
    const statements = merged(this.#options.plan(items), items.length === 1);
    together(client);
    this.#connection.planAgain(client);
    const [only, ...more] = statements;
    if (only && more.length === 0) {
      await client.query(written(only));
      return;
    }
    const sent = [client.query('begin'), ...statements.map((s) => client.query(written(s))), client.query('commit')];
    const results = await Promise.allSettled(sent);
    const failure = results.find((r) => r.status === 'rejected');
    if (failure) throw failure.reason;
  }
}

const written = ({ name, text, values }: Statement) => ({
  name,
  text,
  values: values.map((value) => (Array.isArray(value) ? arrayText(value) : value)),
});

/** Classes 22 and 23: the row itself is at fault, so a smaller batch can succeed. */
const isDataError = (error: unknown) =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && /^2[23]/.test(error.code);
