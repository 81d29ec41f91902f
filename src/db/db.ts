// The one door to Postgres: a pool under Kysely for most work, transactions that retry, and statements as data for
// the batched paths (coalesce.ts). Knows no table's meaning.

import type { Writable } from 'node:stream';
import { CompiledQuery, Kysely, PostgresDialect, type Transaction } from 'kysely';
import pg from 'pg';
import { assert } from '../kit/assert.ts';
import { lookups, type Question } from './lookup.ts';
import type { DB } from './types.ts';

// int8 arrives as text by default. Amounts are safe integers by construction (money.ts), so a number is exact; more is a bug.
const int8 = (text: string) => {
  const value = Number(text);
  assert(Number.isSafeInteger(value), 'an int8 from the database fits a safe integer');
  return value;
};
pg.types.setTypeParser(20, int8);
pg.types.setTypeParser(1700, int8);
// A date is a day of a calendar, not an instant: it stays text.
pg.types.setTypeParser(1082, (text) => text);

/**
 * For statements that join a short list of keys to large tables: always by index, planned once. Left to its estimates the planner
 * reads a young table whole, which a batch pays for a thousand times over before the first analyze.
 */
export const byKey =
  '-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c enable_bitmapscan=off -c plan_cache_mode=force_generic_plan -c jit=off';

export type Tx = Transaction<DB>;
export type Executor = Kysely<DB>;

/** One statement of a batch: `name` makes Postgres plan it once per connection. */
export type Statement = {
  name: string;
  text: string;
  values: unknown[];
  /** Set where it may travel as a part of one larger statement (merge.ts). */
  part?: Part;
  /** The same for so few rows that each value is a parameter of its own (rows.ts): cheaper for a call that comes alone. */
  readonly few?: Statement | undefined;
};

/** One change, which neither sees nor needs what the others of its batch write. */
export type Part = {
  /** `insert …` or `update …`, without what it returns. */
  change: string;
  /** What must hold after it: counts the rows `from done`. */
  expect?: string;
  /** Under this name another part reads what it returns. */
  as?: string;
  returning?: string;
  /** Its text as a part, where that reads another part instead of a table. */
  within?: string;
};

export type Db = {
  query: Executor;
  /** Rows found by key on a hot path: a named statement on a pipelined connection. Never for anything that may take long. */
  point<Row>(statement: Statement): Promise<Row[]>;
  /** The one row of a key, where many callers ask the same thing: those of one turn of the loop ask together. */
  lookup<Row>(question: Question, key: string[]): Promise<Row | undefined>;
  tx<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Connection settings for the dedicated clients of the hot paths. */
  client_config: pg.ClientConfig;
  close(): Promise<void>;
};

export type DbOptions = { url: string; pool_size: number; on_error?: (error: Error) => void };

/** Our role owns no table: it may neither edit nor delete what the ledger wrote (migrations/0001). */
const role =
  '-c role=florin_app -c timezone=UTC -c statement_timeout=60000 -c idle_in_transaction_session_timeout=60000';

export function openDb({ url, pool_size, on_error = () => {} }: DbOptions): Db {
  const client_config: pg.ClientConfig = {
    connectionString: url,
    options: role,
    application_name: 'florin',
    keepAlive: true,
  };
  const pool = new pg.Pool({
    ...client_config,
    max: pool_size,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
  });
  // An idle connection that the server drops must not end the process.
  pool.on('error', on_error);
  const query = new Kysely<DB>({ dialect: new PostgresDialect({ pool }) });
  const points = new Pipelined({ ...client_config, options: `${role} ${byKey}` });
  const point = async <Row>(statement: Statement): Promise<Row[]> => {
    const client = await points.client();
    together(client);
    points.planAgain(client);
    return (await client.query(statement)).rows as Row[];
  };
  return {
    query,
    point,
    lookup: lookups(point),
    client_config,
    tx: (work) => retrying(() => query.transaction().setIsolationLevel('read committed').execute(work)),
    async close() {
      await points.close();
      await query.destroy();
    },
  };
}

/** What is written to the connection in this turn of the loop leaves in one write: a system call for many statements. */
export function together(client: pg.Client): void {
  const { stream } = (client as unknown as { connection: { stream: Writable } }).connection;
  if (stream.writableCorked > 0) return;
  stream.cork();
  process.nextTick(() => stream.uncork());
}

/** One connection on which statements travel without waiting for the answers to those before; made anew after a loss. */
export class Pipelined {
  readonly #config: pg.ClientConfig & { pipeline: boolean };
  #client: Promise<pg.Client> | undefined;
  #plan_again_at = 0;
  #plan_again_in = 250;

  constructor(config: pg.ClientConfig) {
    this.#config = { ...config, pipeline: true };
  }

  /**
   * A plan made while the tables were empty may read them whole when they are not: plans are forgotten after a quarter of a
   * second, then after twice that, and so on to every five minutes.
   */
  planAgain(client: pg.Client): void {
    const now = performance.now();
    if (now < this.#plan_again_at) return;
    this.#plan_again_at = now + this.#plan_again_in;
    this.#plan_again_in = Math.min(300_000, this.#plan_again_in * 2);
    // A failure here is the connection's, and the statement that follows tells of it.
    client.query('discard plans').catch(() => {});
  }

  client(): Promise<pg.Client> {
    this.#client ??= this.#connect().catch((error) => {
      this.#client = undefined;
      throw error;
    });
    return this.#client;
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    if (client) await client.then((c) => c.end()).catch(() => {});
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client(this.#config);
    const forget = () => {
      this.#client = undefined;
    };
    client.on('error', forget);
    client.on('end', forget);
    await client.connect();
    return client;
  }
}

/** Runs statements one after the other inside a transaction: the unbatched twin of a lane. */
export async function runAll(tx: Tx, statements: Statement[]): Promise<void> {
  for (const statement of statements) {
    const { text, values } = statement.few ?? statement;
    await tx.executeQuery(CompiledQuery.raw(text, values));
  }
}

/** Serialization failures and deadlocks are the database's way to ask for another try; anything else is passed on. */
export async function retrying<T>(work: () => Promise<T>, tries = 8): Promise<T> {
  for (let left = tries; ; left--) {
    try {
      return await work();
    } catch (error) {
      if (left <= 1 || !isRetryable(error)) throw error;
      await new Promise((done) => setTimeout(done, Math.random() * 4 * 2 ** (tries - left)));
    }
  }
}

export const sqlState = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

export const isRetryable = (error: unknown) => sqlState(error) === '40001' || sqlState(error) === '40P01';
export const isDuplicate = (error: unknown) => sqlState(error) === '23505';

/** What `florin_expect` raises (migrations/0001): a guard of a batch did not hold. `guard` says which. */
export class GuardFailed extends Error {
  override name = 'GuardFailed';
  readonly guard: string;
  constructor(guard: string, cause: unknown) {
    super(`guard '${guard}' did not hold`, { cause });
    this.guard = guard;
  }
}

export const asGuard = (error: unknown): GuardFailed | undefined =>
  sqlState(error) === 'FL001' && error instanceof Error ? new GuardFailed(error.message, error) : undefined;
