// Who is sent to next. Due deliveries are claimed in batches, posted in parallel and recorded in batches; each endpoint has a
// window of connections that opens with success and closes with failure, so a dead one holds one connection, not the queue.
// It must never hold a transaction during a POST, and never wait for one endpoint before it looks at the others.

import type { Env, WebhookDialect } from '../operation/context.ts';
import { type Claimed, claim, type DueEndpoint, dropForDisabled, dueEndpoints, giveBack, type Share } from './claim.ts';
import { tryTimeout } from './delivery.ts';
import { signingSecrets } from './endpoint.ts';
import { recordStatements } from './record.ts';
import { failingLimit, givenUp } from './schedule.ts';
import { type Sent, send } from './send.ts';
import { writerOf } from './sign.ts';
import { giveUpEndpoint } from './switch-endpoint.ts';

export type Limits = {
  /** POSTs at a time, all endpoints together; of these at most `failing` go to endpoints whose last try failed. */
  connections: number;
  failing: number;
  /** POSTs at a time to one endpoint. */
  per_endpoint: number;
  /** Claims held in memory for one endpoint, and for all. */
  claimed: number;
  claimed_total: number;
  timeout_ms: number;
};

const standard: Limits = {
  connections: 256,
  failing: 64,
  per_endpoint: 32,
  claimed: 128,
  claimed_total: 4_096,
  timeout_ms: tryTimeout,
};

/** A window begins small: endpoints that died unnoticed take few connections until their first time-outs. */
const firstWindow = 4;

type Line = {
  endpoint: DueEndpoint;
  write: WebhookDialect['write'];
  secrets: Buffer[];
  waiting: Claimed[];
  in_flight: number;
  window: number;
  failing: boolean;
  /** The last claim came back full, so more is probably due. */
  more: boolean;
};

export type Deliverer = {
  /** Looks for due deliveries soon; returns at once. For every nudge and every tick of polling. */
  wake(): void;
  /** When nothing is due that could be claimed and nothing is on its way. Answers the number of tries recorded so far. */
  idle(): Promise<number>;
  /** Gives back what was not begun and waits for what was. */
  close(): Promise<void>;
};

/** Sends all that is due now and returns the number of tries. A worker keeps one deliverer open instead. */
export async function deliverDue(env: Env, limits: Partial<Limits> = {}): Promise<number> {
  const deliverer = openDeliverer(env, limits);
  deliverer.wake();
  const handled = await deliverer.idle();
  await deliverer.close();
  return handled;
}

export function openDeliverer(env: Env, limits: Partial<Limits> = {}): Deliverer {
  return new Rounds(env, { ...standard, ...limits });
}

class Rounds implements Deliverer {
  readonly #env: Env;
  readonly #limits: Limits;
  readonly #lines = new Map<string, Line>();
  /** Lines that may send, in the order of their turn. */
  readonly #ready = new Set<Line>();
  readonly #readyFailing = new Set<Line>();
  readonly #idlers: (() => void)[] = [];
  #flying = 0;
  #flyingFailing = 0;
  /** Claimed and not yet recorded. */
  #open = 0;
  #handled = 0;
  #turn = 0;
  #again = false;
  #looking = false;
  #looked: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(env: Env, limits: Limits) {
    this.#env = env;
    this.#limits = limits;
  }

  wake(): void {
    this.#again = true;
    if (this.#looking || this.#closed) return;
    this.#looking = true;
    this.#looked = this.#look();
  }

  idle(): Promise<number> {
    if (!this.#looking && this.#open === 0) return Promise.resolve(this.#handled);
    return new Promise((done) => this.#idlers.push(() => done(this.#handled)));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#looked;
    const back = [...this.#lines.values()].flatMap((line) => line.waiting.splice(0));
    this.#open -= back.length;
    await giveBack(this.#env, back).catch((error) =>
      this.#env.log.warn({ error }, 'claims return at the end of their lease'),
    );
    this.#settle();
    await this.idle();
  }

  async #look(): Promise<void> {
    try {
      while (this.#again && !this.#closed) {
        this.#again = false;
        await this.#round();
      }
    } catch (error) {
      this.#env.log.error({ error }, 'due deliveries could not be claimed');
    }
    this.#looking = false;
    this.#settle();
  }

  async #round(): Promise<void> {
    const full = [...this.#lines.values()].filter((line) => this.#room(line) === 0).map((line) => line.endpoint.id);
    const due = await dueEndpoints(this.#env, full);
    const byAccount = Map.groupBy(due, (endpoint) => endpoint.account_id);
    // Whoever is first takes the memory that is left, so each round another one is.
    const accounts = [...byAccount];
    const from = accounts.length === 0 ? 0 : this.#turn++ % accounts.length;
    const turns = [...accounts.slice(from), ...accounts.slice(0, from)];
    // A few statements at a time: enough to keep the database busy, few enough to leave the pool to others.
    for (let i = 0; i < turns.length && !this.#closed; i += 4) {
      await Promise.all(turns.slice(i, i + 4).map(([account_id, endpoints]) => this.#claim(account_id, endpoints)));
    }
  }

  async #claim(account_id: string, endpoints: DueEndpoint[]): Promise<void> {
    const disabled = endpoints.filter((e) => e.status !== 'enabled').map((e) => e.id);
    if (disabled.length > 0) await dropForDisabled(this.#env, account_id, disabled);
    const shares: Share[] = [];
    for (const endpoint of endpoints) {
      const line = endpoint.status === 'enabled' ? this.#lineOf(endpoint) : undefined;
      const most = line ? Math.min(this.#room(line), this.#limits.claimed_total - this.#open) : 0;
      if (most > 0) shares.push({ endpoint_id: endpoint.id, most });
    }
    if (shares.length === 0) return;
    const claims = Map.groupBy(await claim(this.#env, account_id, shares), (c) => c.endpoint_id);
    for (const { endpoint_id, most } of shares) {
      const line = this.#lines.get(endpoint_id);
      const mine = claims.get(endpoint_id) ?? [];
      if (!line) continue;
      line.more = mine.length === most;
      line.waiting.push(...mine);
      this.#open += mine.length;
      this.#queue(line);
    }
    this.#start();
  }

  #lineOf(endpoint: DueEndpoint): Line | undefined {
    const failing = endpoint.failing_since !== null;
    const write = writerOf(this.#env.webhook_dialects, endpoint.dialect);
    if (!write) {
      this.#env.log.error(
        { endpoint_id: endpoint.id, dialect: endpoint.dialect },
        'the dialect of this endpoint is not part of this installation any more',
      );
      return undefined;
    }
    let secrets: Buffer[];
    try {
      secrets = signingSecrets(this.#env, endpoint, this.#env.clock.now());
    } catch {
      this.#env.log.error(
        { endpoint_id: endpoint.id },
        'the secret of this endpoint does not open with the installation key',
      );
      return undefined;
    }
    const before = this.#lines.get(endpoint.id);
    if (before) return Object.assign(before, { endpoint, write, secrets });
    const line = {
      endpoint,
      write,
      secrets,
      waiting: [],
      in_flight: 0,
      window: failing ? 1 : this.#widest(firstWindow),
      failing,
      more: false,
    };
    this.#lines.set(endpoint.id, line);
    return line;
  }

  #widest(window: number): number {
    return Math.max(1, Math.min(window, this.#limits.per_endpoint));
  }

  /** A line is filled when it runs low, in one go: a claim per try would cost more than the try. A failing one is given little. */
  #room(line: Line): number {
    const most = line.failing ? Math.min(8, this.#limits.claimed) : this.#limits.claimed;
    return line.waiting.length > most / 4 ? 0 : Math.max(0, most - line.in_flight - line.waiting.length);
  }

  #queue(line: Line): void {
    this.#ready.delete(line);
    this.#readyFailing.delete(line);
    if (line.waiting.length > 0 && line.in_flight < line.window)
      (line.failing ? this.#readyFailing : this.#ready).add(line);
  }

  /** Gives free connections out by turns, healthy endpoints first. */
  #start(): void {
    while (this.#flying < this.#limits.connections && !this.#closed) {
      const [healthy] = this.#ready;
      const [ailing] = this.#flyingFailing < this.#limits.failing ? this.#readyFailing : [];
      const line = healthy ?? ailing;
      const claimed = line?.waiting.shift();
      if (!line || !claimed) return;
      // A claim that could run out during the POST is left to lapse: somebody may already be about to take it.
      const margin = claimed.leased_until.getTime() - this.#env.clock.now().getTime();
      if (margin > this.#limits.timeout_ms * 2) void this.#deliver(line, claimed);
      else this.#open--;
      this.#queue(line);
    }
  }

  async #deliver(line: Line, claimed: Claimed): Promise<void> {
    const failing = line.failing ? 1 : 0;
    line.in_flight++;
    this.#flying++;
    this.#flyingFailing += failing;
    const { endpoint, write, secrets } = line;
    let sent: Sent | undefined;
    try {
      sent = await send(this.#env, { url: endpoint.url, write, secrets, timeout_ms: this.#limits.timeout_ms }, claimed);
    } catch (error) {
      this.#env.log.error({ error, delivery_id: claimed.delivery_id }, 'a delivery could not be sent');
    }
    line.in_flight--;
    this.#flying--;
    this.#flyingFailing -= failing;
    this.#learn(line, sent?.result.status === 'delivered');
    if (sent?.gone) this.#forget(line);
    this.#queue(line);
    this.#start();
    if (sent) await this.#record(line, sent);
    this.#open--;
    // A look is worth its query when this line runs low and had more.
    if (line.more && this.#room(line) > 0) this.wake();
    this.#settle();
  }

  #learn(line: Line, delivered: boolean): void {
    line.failing = !delivered;
    line.window = delivered ? this.#widest(line.window + 1) : Math.max(1, line.window >> 1);
  }

  /** Nothing more is sent to it from here; should it be enabled again, it begins as a new line. */
  #forget(line: Line): void {
    this.#open -= line.waiting.splice(0).length;
    this.#queue(line);
    this.#lines.delete(line.endpoint.id);
  }

  async #record(line: Line, { result, gone }: Sent): Promise<void> {
    const { account_id, endpoint_id } = result.claimed;
    this.#env.probe('delivery.posted');
    try {
      await this.#env.lane('deliveries', account_id, recordStatements).add(result);
      this.#handled++;
      if (result.status === 'delivered') return;
      const now = this.#env.clock.now();
      const gave_up = gone
        ? await giveUpEndpoint(this.#env, { account_id, endpoint_id, reason: 'gone' })
        : givenUp(line.endpoint.failing_since, now) &&
          (await giveUpEndpoint(this.#env, {
            account_id,
            endpoint_id,
            reason: 'failing',
            failing_by: new Date(now.getTime() - failingLimit),
          }));
      if (gave_up) this.#forget(line);
    } catch (error) {
      this.#env.log.error(
        { error, delivery_id: result.claimed.delivery_id },
        'a try could not be recorded; it will be made again',
      );
    }
  }

  #settle(): void {
    if (this.#looking || this.#open > 0) return;
    for (const done of this.#idlers.splice(0)) done();
  }
}
