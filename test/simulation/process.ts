// A simulated process of Florin: the real Env, whose every way out leads through the scheduler. Killing it ends all its flows where
// they stand; its successor shares the database and nothing else. Must never let a dead process change anything.

import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  PostgresDialect,
  type TransactionSettings,
} from 'kysely';
import type pg from 'pg';
import type { Bank } from '../../src/connectors/bank.ts';
import type { Connector } from '../../src/connectors/connector.ts';
import type { Lane } from '../../src/db/coalesce.ts';
import { type Db, isRetryable, type Statement } from '../../src/db/db.ts';
import type { Question } from '../../src/db/lookup.ts';
import type { DB } from '../../src/db/types.ts';
import type { OpenEnv } from '../../src/env.ts';
import { must } from '../../src/kit/assert.ts';
import type { Clock } from '../../src/kit/clock.ts';
import type { Random } from '../../src/kit/id.ts';
import type { Log } from '../../src/kit/log.ts';
import type { Outbound } from '../../src/kit/outbound.ts';
import type { Flow, Owner, Scheduler } from './scheduler.ts';

/** The line broke after the server committed: the process lives on and does not know. */
export class LostCommit extends Error {
  override name = 'LostCommit';
}

/** What outlives a process: its connections and the machine it ran on. */
export type Machine = { base: OpenEnv; pool: pg.Pool };

export type Surroundings = {
  scheduler: Scheduler;
  clock: Clock;
  random: Random;
  log: Log;
  connector(owner: Owner, connector: Connector): Connector;
  bank(owner: Owner, bank: Bank): Bank;
  outbound(owner: Owner): Outbound;
  /** How likely the answer to a commit is lost. */
  lostCommits(): number;
};

export class Process implements Owner {
  readonly name: string;
  readonly env: OpenEnv;
  alive = true;
  in_tx = 0;
  /** Jobs that run now: a worker never runs one twice at once. */
  readonly jobs = new Set<string>();

  constructor(name: string, machine: Machine, around: Surroundings) {
    this.name = name;
    this.env = envOf(this, machine, around);
  }
}

function envOf(owner: Process, { base, pool }: Machine, around: Surroundings): OpenEnv {
  const { scheduler, clock, random, log } = around;
  const lane = <Item>(name: string, account_id: string, plan: (items: Item[]) => Statement[]): Lane<Item> => {
    const real = base.lane(name, account_id, plan);
    const add = async (item: Item) => {
      await scheduler.door(owner, `lane ${name}`);
      await scheduler.op(owner, `batch ${name}`, () => real.add(item), { wire: `lane ${owner.name[0]} ${name}` });
      loseAnswer(around, owner);
    };
    return { add, close: async () => {} } as unknown as Lane<Item>;
  };
  return {
    ...base,
    clock,
    random,
    log,
    lane,
    db: dbOf(owner, pool, base.db.client_config, around),
    outbound: around.outbound(owner),
    connector: (provider, account_id) => around.connector(owner, base.connector(provider, account_id)),
    bank: (account_id) => around.bank(owner, base.bank(account_id)),
    // As a webhook of the provider that may be lost.
    hinted: () => around.scheduler.op(owner, 'hinted', () => base.hinted()),
    nudge: () => {},
    onNudge: () => {},
    probe: () => {},
    close: async () => {},
  };
}

function loseAnswer({ scheduler, lostCommits }: Surroundings, owner: Owner): void {
  const likely = lostCommits();
  if (likely > 0 && owner.alive && scheduler.here().chance.happens(likely))
    throw new LostCommit('connection terminated unexpectedly');
}

function dbOf(owner: Process, pool: pg.Pool, client_config: pg.ClientConfig, around: Surroundings): Db {
  const plain = new PostgresDialect({ pool });
  const query = new Kysely<DB>({
    dialect: {
      createAdapter: () => plain.createAdapter(),
      createIntrospector: (db) => plain.createIntrospector(db),
      createQueryCompiler: () => plain.createQueryCompiler(),
      createDriver: () => new SteppedDriver(plain.createDriver(), owner, around),
    },
  });
  const point = async <Row>(statement: Statement): Promise<Row[]> =>
    (await around.scheduler.op(owner, `point ${statement.name}`, () => pool.query(statement))).rows as Row[];
  return {
    query,
    client_config,
    point,
    // Alone each time: which calls meet in a turn of the loop is chance, and a seed is to repeat.
    lookup: async <Row>({ name, one }: Question, key: string[]) =>
      (await point<Row>({ name, text: one, values: key }))[0],
    tx: (work) =>
      retrying(owner, around.scheduler, () => query.transaction().setIsolationLevel('read committed').execute(work)),
    close: async () => {},
  };
}

/** As in db.ts, but without its pause: real time must decide nothing here. */
async function retrying<T>(owner: Owner, scheduler: Scheduler, work: () => Promise<T>): Promise<T> {
  for (let left = 8; ; left--) {
    try {
      return await work();
    } catch (error) {
      if (left <= 1 || !isRetryable(error)) throw error;
      await scheduler.op(owner, 'again', async () => {});
    }
  }
}

const pids = new WeakMap<DatabaseConnection, number>();

class SteppedDriver implements Driver {
  readonly #inner: Driver;
  readonly #owner: Process;
  readonly #around: Surroundings;

  constructor(inner: Driver, owner: Process, around: Surroundings) {
    this.#inner = inner;
    this.#owner = owner;
    this.#around = around;
  }

  init(): Promise<void> {
    return this.#inner.init();
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    const { scheduler } = this.#around;
    const inner = await scheduler.op(this.#owner, 'acquire', () => this.#inner.acquireConnection(), { gated: false });
    let pid = pids.get(inner);
    if (pid === undefined) {
      const asked = await scheduler.span(() =>
        inner.executeQuery<{ pid: number }>(CompiledQuery.raw('select pg_backend_pid() as pid')),
      );
      pid = must(asked.rows[0], 'a connection has a process').pid;
      pids.set(inner, pid);
    }
    return new SteppedConnection(inner, pid, this.#owner, this.#around);
  }

  async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    const stepped = connection as SteppedConnection;
    stepped.in_tx = true;
    this.#owner.in_tx += 1;
    const { scheduler } = this.#around;
    stepped.flow = scheduler.here();
    stepped.flow.holds.add(stepped.pid);
    const begin = () => this.#inner.beginTransaction(stepped.inner, settings);
    try {
      await scheduler.op(this.#owner, 'begin', begin, { in_tx: true });
    } catch (error) {
      await this.rollbackTransaction(connection);
      throw error;
    }
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    const stepped = connection as SteppedConnection;
    await this.#around.scheduler.op(this.#owner, 'commit', async () => {
      await this.#inner.commitTransaction(stepped.inner);
      this.#end(stepped);
    });
    loseAnswer(this.#around, this.#owner);
  }

  /** A dead process's transactions are rolled back by the server; so it is done for it. */
  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    const stepped = connection as SteppedConnection;
    if (!stepped.in_tx) return;
    await this.#around.scheduler.span(() => this.#inner.rollbackTransaction(stepped.inner));
    this.#end(stepped);
  }

  releaseConnection(connection: DatabaseConnection): Promise<void> {
    return this.#around.scheduler.span(() => this.#inner.releaseConnection((connection as SteppedConnection).inner));
  }

  async destroy(): Promise<void> {}

  #end(connection: SteppedConnection): void {
    if (connection.in_tx) this.#owner.in_tx -= 1;
    connection.in_tx = false;
    connection.flow?.holds.delete(connection.pid);
  }
}

class SteppedConnection implements DatabaseConnection {
  readonly inner: DatabaseConnection;
  readonly pid: number;
  flow: Flow | undefined;
  readonly #owner: Process;
  readonly #around: Surroundings;
  in_tx = false;

  constructor(inner: DatabaseConnection, pid: number, owner: Process, around: Surroundings) {
    this.inner = inner;
    this.pid = pid;
    this.#owner = owner;
    this.#around = around;
  }

  executeQuery: DatabaseConnection['executeQuery'] = (compiled, ...rest) => {
    const label = compiled.sql.replaceAll(/\s+/g, ' ').trim().slice(0, 60);
    return this.#around.scheduler.op(this.#owner, label, () => this.inner.executeQuery(compiled, ...rest), {
      in_tx: this.in_tx,
    });
  };

  streamQuery: DatabaseConnection['streamQuery'] = () => {
    throw new Error('nothing of the simulation streams');
  };
}
