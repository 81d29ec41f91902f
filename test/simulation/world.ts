// One run: a seed becomes a merchant, two processes, a network, receivers and a sequence of commands, of which up to five are under way
// at once. The auditor looks after every one that ended. Everything that happens is said in the log, whose text is the run's identity.

import { createHash } from 'node:crypto';
import { ProviderTimeout } from '../../src/connectors/provider-timeout.ts';
import { days, hours, ManualClock, minutes, seconds } from '../../src/kit/clock.ts';
import { isFault } from '../../src/kit/fault.ts';
import { newId, type Random } from '../../src/kit/id.ts';
import type { Log } from '../../src/kit/log.ts';
import { OutboundError } from '../../src/kit/outbound.ts';
import type { Account, Actor, Ctx } from '../../src/operation/context.ts';
import { type Operation, perform } from '../../src/operation/operation.ts';
import { Auditor } from './auditor.ts';
import { Chance } from './chance.ts';
import { beginCommand } from './commands.ts';
import type { Fault } from './faults.ts';
import { finish } from './finish.ts';
import { Network } from './network.ts';
import { LostCommit, Process, type Surroundings } from './process.ts';
import { Receivers } from './receivers.ts';
import { Crash, type Flow, type Gate, type Owner, Scheduler } from './scheduler.ts';
import type { Stage } from './stage.ts';
import { openTenant } from './tenant.ts';

export type RunOptions = {
  seed: number;
  /** Commands begun. */
  steps: number;
  /** The database decides who is first. Finds races that gates may hide, and cannot be replayed to the letter. */
  free?: boolean;
  /** A fault put in by hand, which the auditor must find. */
  fault?: Fault;
};

export type RunResult = {
  seed: number;
  violations: string[];
  log: string[];
  digest: string;
  ops: number;
  crashes: number;
  /** Whether the fault put in by hand found an occasion. */
  faulted: boolean;
};

/** What a caller was told. `broken`: the line went dead; whether anything happened is not known. */
export type Reply =
  | { kind: 'answered'; text: string; replayed: boolean }
  | { kind: 'refused'; code: string; param: string | undefined }
  | { kind: 'broken' }
  | { kind: 'failed'; error: string };

export type Call = { op: Operation; actor: Actor; input: Record<string, unknown>; key?: string };

/** A call with a key, which may be sent again whatever became of it. */
export type Sent = Call & { key: string; at: number; reply: Reply | undefined };

/** Everything ends with this many flows at once. */
const mostFlows = 5;

export class World {
  readonly clock: ManualClock;
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly receivers: Receivers;
  readonly auditor: Auditor;
  readonly stage: Stage;
  readonly options: RunOptions;
  readonly log: string[] = [];
  readonly processes: Process[] = [];
  /** Everything that was sent with a key. */
  readonly sent: Sent[] = [];
  /** Pages of the bank that a customer may still have open somewhere. */
  readonly challenges: string[] = [];
  readonly begunAt: Date;
  crashes = 0;
  faulted = false;
  /** Nothing goes wrong: before a run begins, and at its end. */
  calm = true;
  readonly #around: Surroundings;
  /** Flows may be interrupted inside a transaction too; otherwise each transaction runs through. */
  readonly #fine: boolean;
  #blockers = new Set<number>();
  readonly #flows = new Set<Promise<void>>();
  #account: Account | undefined;
  #ended = 0;
  #audited = 0;
  #names = 0;
  #generation = 0;
  #flowsBegun = 0;

  constructor(stage: Stage, options: RunOptions) {
    this.stage = stage;
    this.options = options;
    const chance = new Chance(options.seed);
    const clock = new ManualClock(new Date(Date.UTC(2030, 0, chance.int(1, 28), chance.int(0, 23), chance.int(0, 59))));
    this.begunAt = clock.now();
    const scheduler = new Scheduler(() => stage.waiting(), this.#newFlow(chance));
    const random = { bytes: (length: number) => scheduler.here().random.bytes(length) };
    stage.now.clock = clock;
    stage.now.random = random;
    this.clock = clock;
    this.scheduler = scheduler;
    const tell = (line: string) => this.say(line);
    this.network = new Network({ clock, scheduler, timeout_ms: stage.timeout_ms, tell });
    const { fault } = options;
    this.receivers = new Receivers(scheduler, (body, nth) => fault?.body?.(body, nth, this.#fault_done) ?? body);
    this.auditor = new Auditor(this);
    this.#fine = chance.happens(0.5);
    this.#around = {
      scheduler,
      clock,
      random,
      log: this.#listen(),
      connector: (owner, inner) => this.network.connector(owner, fault?.connector?.(inner, this.#fault_done) ?? inner),
      bank: (owner, inner) => this.network.bank(owner, inner),
      outbound: (owner) => this.receivers.outbound(owner),
      lostCommits: () => (this.calm ? 0 : 0.004),
    };
    for (const i of [0, 1]) this.boot(i);
  }

  readonly #fault_done = (): void => {
    this.faulted = true;
  };

  /** At the end of the trouble, when nothing is under way. */
  async spoil(): Promise<void> {
    const { fault } = this.options;
    if (fault?.rows === undefined) return;
    if ((await this.stage.spoil(fault.rows)) > 0) this.#fault_done();
    await this.auditor.look();
  }

  /** Of the flow that asks. */
  get chance(): Chance {
    return this.scheduler.here().chance;
  }

  #newFlow(chance: Chance): Flow {
    this.#flowsBegun += 1;
    return {
      no: this.#flowsBegun,
      seq: 0,
      chance,
      random: randomOf(new Chance(chance.int(0, 4_294_967_295))),
      holds: new Set(),
    };
  }

  get account(): Account {
    if (!this.#account) throw new Error('the run has begun');
    return this.#account;
  }

  say(line: string): void {
    this.log.push(`${this.clock.now().toISOString()} ${line}`);
  }

  nextName(prefix: string): string {
    this.#names += 1;
    return `${prefix}-${this.#names}`;
  }

  boot(i: number): void {
    const machine = this.stage.machines[i];
    if (!machine) throw new Error('there are two machines');
    this.#generation += 1;
    this.processes[i] = new Process(`${'AB'[i]}${this.#generation}`, machine, this.#around);
  }

  ctx(process: Process, actor: Actor): Ctx {
    return { env: process.env, account: this.account, actor, request_id: newId('req', process.env) };
  }

  /** Begins a flow; it goes on whenever its gates open. */
  flow(owner: Owner, name: string, work: () => Promise<string>): void {
    this.say(name);
    const begun = this.#newFlow(new Chance(this.chance.int(0, 4_294_967_295)));
    const flow: Promise<void> = this.scheduler
      .within(begun, () => this.scheduler.door(owner, 'begin').then(work))
      .then(
        (end) => this.say(`  ${name}: ${end}`),
        (error: unknown) => {
          this.say(`  ${name}: ${this.judge(error)}`);
        },
      )
      .finally(() => {
        this.#flows.delete(flow);
        this.#ended += 1;
      });
    this.#flows.add(flow);
  }

  /** Makes the call on one of the processes, remembers what was told, and never throws. */
  async call(process: Process, { op, actor, input, key }: Call): Promise<Reply> {
    const call = key === undefined ? { input } : { input, idempotency_key: key };
    const { fault } = this.options;
    const done = this.#fault_done;
    const reply = await perform(op, this.ctx(process, actor), call).then(
      ({ text, replayed }): Reply => ({
        kind: 'answered',
        text: fault?.answer?.(text, replayed, done) ?? text,
        replayed,
      }),
      (error: unknown): Reply => {
        if (error instanceof Crash) return { kind: 'broken' };
        if (isFault(error)) return { kind: 'refused', code: error.code, param: error.param };
        // The caller sees an internal error and knows no more than after a crash.
        return { kind: 'failed', error: this.judge(error) };
      },
    );
    this.auditor.told({ op: op.name, input, key, reply });
    return reply;
  }

  /** What the world itself caused is no fault of the product; everything else is. */
  judge(error: unknown): string {
    if (error instanceof Crash) return 'died';
    if (error instanceof LostCommit || error instanceof ProviderTimeout || error instanceof OutboundError)
      return error.message;
    if (isFault(error)) return `refused: ${error.code}`;
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    this.auditor.violated(
      'nothing fails but by what the world did to it',
      error instanceof Error ? `${text}\n${error.stack}` : text,
    );
    return text;
  }

  /** A process dies: its flows end where they are, its successor begins with nothing but the database. */
  async kill(process: Process): Promise<void> {
    const i = this.processes.indexOf(process);
    if (i < 0) return;
    this.crashes += 1;
    this.say(`CRASH of ${process.name}`);
    process.alive = false;
    this.boot(i);
    // One after the other: what the server rolls back first must not hang on who is faster.
    for (;;) {
      const [gate] = this.scheduler.gates().filter((one) => one.owner === process);
      if (!gate) return;
      this.scheduler.release(gate);
      await this.scheduler.settled();
    }
  }

  /** Time passes; what is on the network arrives on its way. A server ends transactions that idle for a minute, so none is left open over it. */
  async pass(ms: number): Promise<void> {
    if (ms > seconds(20)) await this.#endTransactions();
    const until = this.clock.now().getTime() + ms;
    await this.network.arrive(until);
    const rest = until - this.clock.now().getTime();
    if (rest > 0) this.clock.advance(rest);
  }

  async #endTransactions(): Promise<void> {
    for (;;) {
      await this.scheduler.settled();
      const gates = this.scheduler.gates();
      const inside = gates.filter((gate) => gate.in_tx);
      const within = inside.length > 0 ? inside : gates.filter((gate) => gate.owner.in_tx > 0);
      if (within.length === 0) return;
      const [first] = within;
      if (first) this.scheduler.release(first);
    }
  }

  async run(): Promise<RunResult> {
    const { seed, steps, free = false } = this.options;
    await this.stage.clear();
    this.#account = await openTenant(this);
    this.scheduler.free = free;
    this.calm = false;
    try {
      for (let begun = 0; ; ) {
        await this.#settled();
        if (this.auditor.violations.length > 0) break;
        if (begun < steps && this.#mayBegin()) {
          const many = free ? Math.min(steps - begun, this.chance.int(1, 6)) : 1;
          begun += many;
          for (let i = 0; i < many; i++) await beginCommand(this);
        } else if (!(await this.#next())) break;
      }
      if (this.auditor.violations.length === 0) await finish(this);
    } catch (error) {
      this.auditor.violated(
        'the run comes to its end',
        error instanceof Error ? (error.stack ?? error.message) : String(error),
      );
    } finally {
      this.calm = true;
      this.scheduler.free = true;
      for (const process of this.processes) process.alive = false;
      this.scheduler.releaseAll();
      await Promise.all(this.#flows);
    }
    const digest = createHash('sha256').update(this.log.join('\n')).digest('hex').slice(0, 16);
    return {
      seed,
      violations: this.auditor.violations,
      log: this.log,
      digest,
      ops: this.scheduler.ops,
      crashes: this.crashes,
      faulted: this.faulted,
    };
  }

  /** Runs every flow to its end. */
  async drain(): Promise<void> {
    for (;;) {
      await this.#settled();
      if (!(await this.#next())) return;
    }
  }

  async #settled(): Promise<void> {
    if (this.scheduler.free) await Promise.all(this.#flows);
    else this.#blockers = await this.scheduler.settled();
    if (this.#ended === this.#audited) return;
    this.#audited = this.#ended;
    await this.auditor.look();
  }

  #mayBegin(): boolean {
    if (this.scheduler.free) return true;
    if (this.#flows.size === 0) return true;
    return this.#flows.size < mostFlows && this.chance.happens(0.15);
  }

  /** One flow goes on, or a process dies instead. False: there is none. */
  async #next(): Promise<boolean> {
    const gates = this.scheduler.gates();
    if (gates.length === 0) {
      if (this.#flows.size === 0) return false;
      throw new Error(`${this.#flows.size} flows wait for nothing`);
    }
    if (!this.calm && this.chance.happens(0.0025)) {
      await this.kill(this.chance.pick(this.processes));
      return true;
    }
    this.clock.advance(1);
    await this.network.arrive(this.clock.now().getTime());
    const gate = this.chance.pick(this.#candidates(gates));
    this.scheduler.release(gate);
    if (gate.together !== undefined && this.chance.happens(0.5))
      this.scheduler.releaseAll((other) => other.together === gate.together);
    return true;
  }

  /** Who holds what another waits for goes first: of two that wait for one row the database wakes now this one, now that one. */
  #candidates(gates: Gate[]): Gate[] {
    const holders = gates.filter((gate) => [...gate.flow.holds].some((pid) => this.#blockers.has(pid)));
    if (holders.length > 0) return holders;
    const inside = this.#fine ? [] : gates.filter((gate) => gate.flow.holds.size > 0);
    return inside.length > 0 ? inside : gates;
  }

  /** Keys are kept for thirty days; nobody counts on one for longer. */
  resendable(): Sent[] {
    const since = this.clock.now().getTime() - days(29);
    return this.sent.filter((call) => call.at > since);
  }

  jumpOf(): number {
    const { chance } = this;
    return chance.weighted([
      [50, () => seconds(chance.int(1, 30))],
      [22, () => seconds(chance.int(30, 300))],
      [14, () => minutes(chance.int(5, 90))],
      [8, () => hours(chance.int(1, 26))],
      [5, () => days(chance.int(1, 9))],
      [1, () => days(chance.int(10, 35))],
    ] as const)();
  }

  /** What the product itself calls an error is looked at: it may hide a broken promise behind a retry. */
  #listen(): Log {
    const hear = (entry: unknown) => {
      if (entry === null || typeof entry !== 'object' || !('error' in entry)) return;
      this.judge(entry.error);
    };
    return { debug: () => {}, info: () => {}, warn: hear, error: hear } as Log;
  }
}

const randomOf = (chance: Chance): Random => ({
  bytes: (length) => Uint8Array.from({ length }, () => chance.int(0, 255)),
});

export const simulate = (stage: Stage, options: RunOptions): Promise<RunResult> => new World(stage, options).run();
