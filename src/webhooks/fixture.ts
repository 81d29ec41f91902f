// For the tests of this room only: an Env on a fresh database, an endpoint to receive, and events that are fanned out as
// the worker does it. Nothing of src/ may import it but *.test.ts.

import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { readConfig } from '../config.ts';
import { Lane } from '../db/coalesce.ts';
import { openDb, runAll } from '../db/db.ts';
import { migrate } from '../db/migrate.ts';
import { emitStatements, newEvent } from '../events/emit.ts';
import type { EventType } from '../events/event.ts';
import { createCompany, loadAccount } from '../identity/account.ts';
import { auditWriter } from '../identity/audit.ts';
import { must } from '../kit/assert.ts';
import { ManualClock } from '../kit/clock.ts';
import { deriveKey } from '../kit/crypto.ts';
import { newId, systemRandom } from '../kit/id.ts';
import { silentLog } from '../kit/log.ts';
import { openOutbound } from '../kit/outbound.ts';
import type { Ctx, Env } from '../operation/context.ts';
import { type Operation, perform } from '../operation/operation.ts';
import { fanOut } from './fan-out.ts';

export type Fixture = Awaited<ReturnType<typeof openFixture>>;

export async function openFixture(admin_url: string) {
  const name = `webhooks_${randomBytes(6).toString('hex')}`;
  await admin(admin_url, `create database ${name}`);
  const url = new URL(admin_url);
  url.pathname = `/${name}`;
  await migrate(url.href, () => {});
  const db = openDb({ url: url.href, pool_size: 6 });
  const root = randomBytes(32);
  const clock = new ManualClock(new Date());
  const lanes = new Map<string, Lane<unknown>>();
  const env: Env = {
    config: readConfig({}),
    clock,
    random: systemRandom,
    log: silentLog,
    db,
    outbound: openOutbound({ allow: ['127.0.0.0/8'] }),
    connector: () => {
      throw new Error('no connector here');
    },
    reporter: () => {
      throw new Error('no provider here');
    },
    hinted: async () => [],
    bitcoin: () => {
      throw new Error('no Bitcoin here');
    },
    bank: () => {
      throw new Error('no bank here');
    },
    lane<Item>(
      lane: string,
      _account_id: string,
      plan: (items: Item[]) => ReturnType<typeof emitStatements>,
    ): Lane<Item> {
      const before = lanes.get(lane) as Lane<Item> | undefined;
      const made = before ?? new Lane<Item>({ client_config: db.client_config, plan });
      lanes.set(lane, made as Lane<unknown>);
      return made;
    },
    keys: {
      root,
      api_keys: deriveKey(root, 'api_keys'),
      webhooks: deriveKey(root, 'webhooks'),
      tokens: deriveKey(root, 'tokens'),
      fingerprints: deriveKey(root, 'fingerprints'),
      requests: deriveKey(root, 'requests'),
      bank_accounts: deriveKey(root, 'bank_accounts'),
      bank_fingerprints: deriveKey(root, 'bank_fingerprints'),
      people: deriveKey(root, 'people'),
      access_keys: deriveKey(root, 'access_keys'),
      signing_keys: deriveKey(root, 'signing_keys'),
      documents: deriveKey(root, 'documents'),
    },
    mailer: undefined,
    audit: auditWriter,
    webhook_dialects: {},
    nudge() {},
    probe() {},
  };
  const { sandbox, live } = await db.tx((tx) =>
    createCompany(env, tx, { company: 'Test', merchant: 'Test', currency: 'EUR' }),
  );
  const contextOf = async (account_id: string): Promise<Ctx> => ({
    env,
    account: must(await loadAccount(db.query, account_id), 'the account exists'),
    actor: { kind: 'system' },
    request_id: newId('req', env),
  });
  return {
    env,
    clock,
    ctx: await contextOf(sandbox),
    live: await contextOf(live),
    async close() {
      for (const lane of lanes.values()) await lane.close();
      await env.outbound.close();
      await db.close();
      await admin(admin_url, `drop database ${name} with (force)`);
    },
  };
}

async function admin(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement);
  await client.end();
}

/** Through the door, as every caller comes; the answer as a caller reads it. */
export async function call<T = Record<string, unknown>>(op: Operation, ctx: Ctx, input: unknown): Promise<T> {
  return JSON.parse((await perform(op, ctx, { input })).text) as T;
}

export async function emitEvents(ctx: Ctx, count: number, type: EventType = 'payment.completed'): Promise<string[]> {
  const events = Array.from({ length: count }, (_, i) =>
    newEvent(ctx, type, { id: newId('pay', ctx.env) }, `{"id":"pay_${i}","note":"Größe \\u0041 1.50"}`),
  );
  await ctx.env.db.tx((tx) => runAll(tx, emitStatements(events)));
  return events.map((event) => event.id);
}

/** What the worker does: takes the account's events off the outbox and fans them out, in one transaction. */
export async function drainOutbox(ctx: Ctx): Promise<number> {
  const { account_id } = ctx.account;
  return ctx.env.db.tx(async (tx) => {
    const taken = await tx.deleteFrom('outbox').where('account_id', '=', account_id).returning('event_id').execute();
    if (taken.length === 0) return 0;
    const events = await tx
      .selectFrom('events')
      .select(['id', 'type', 'object_id'])
      .where('account_id', '=', account_id)
      .where(
        'id',
        'in',
        taken.map((t) => t.event_id),
      )
      .execute();
    return fanOut(tx, ctx.env, account_id, events);
  });
}

export type Received = { headers: Record<string, string>; body: string };
export type Receiver = { url: string; received: Received[]; close(): Promise<void> };

/** A local endpoint of a merchant's; `answer` decides what it says to its n-th request, counted from 0. */
export async function openReceiver(answer: (res: ServerResponse, n: number) => void): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((req: IncomingMessage, res: ServerResponse) => {
    const parts: Buffer[] = [];
    req.on('data', (part: Buffer) => parts.push(part));
    req.on('end', () => {
      received.push({ headers: req.headers as Record<string, string>, body: Buffer.concat(parts).toString() });
      answer(res, received.length - 1);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    received,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
