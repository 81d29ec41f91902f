// A whole Florin for one test file: a database cloned from a migrated template, the app in process, two tenants. Only the
// network is faked, and only where a test asks for it.

import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import pg from 'pg';
import { webhookDialects } from '../../src/api/dialects.ts';
import { type App, openApp } from '../../src/app.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { migrate } from '../../src/db/migrate.ts';
import { type EnvParts, type OpenEnv, openEnv } from '../../src/env.ts';
import { createCompany, loadAccount } from '../../src/identity/account.ts';
import { mintKey } from '../../src/identity/api-key.ts';
import { must } from '../../src/kit/assert.ts';
import { hours, JumpClock } from '../../src/kit/clock.ts';
import { silentLog } from '../../src/kit/log.ts';
import type { Account, Ctx } from '../../src/operation/context.ts';
import { verifyAll } from '../../src/verify.ts';
import { workUntilIdle } from '../../src/worker.ts';

export type Tenant = { account: Account; live_account_id: string; secret: string; publishable: string };
export type Reply<T = Record<string, unknown>> = {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: T;
  text: string;
};
export type CallOptions = { key?: string; headers?: Record<string, string>; as?: string; raw?: string };

export type World = {
  env: OpenEnv;
  app: App;
  clock: JumpClock;
  url: string;
  tenant: Tenant;
  other: Tenant;
  /** As the tenant's secret key unless `as` says another. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads answers field by field
  call<T = any>(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Reply<T>>;
  ctx(tenant?: Tenant): Ctx;
  /** A token for a test card, from the publishable key. */
  token(number?: string, more?: Record<string, unknown>): Promise<string>;
  work(): Promise<void>;
  /** Throws with the sentences that failed. */
  verify(): Promise<void>;
  close(): Promise<void>;
};

const migrations = resolve(import.meta.dirname, '../../migrations');

function adminUrl(): string {
  const url = process.env.TEST_DATABASE_URL;
  if (!url)
    throw new Error('TEST_DATABASE_URL is not set: run tests by `npm test` (or `npm test -- path/to/file.test.ts`).');
  return url;
}

const withDatabase = (url: string, name: string) => {
  const at = new URL(url);
  at.pathname = `/${name}`;
  return at.href;
};

async function asAdmin<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: adminUrl() });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The migrated template, made once per text of the migrations; then a copy of it, which takes a tenth of a second. */
export async function cloneDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const hash = createHash('sha256');
  for (const name of readdirSync(migrations).sort()) hash.update(readFileSync(resolve(migrations, name)));
  const template = `florin_template_${hash.digest('hex').slice(0, 16)}`;
  const name = `florin_test_${randomBytes(6).toString('hex')}`;
  await asAdmin(async (client) => {
    await client.query('select pg_advisory_lock(7305131)');
    const there = await client.query('select 1 from pg_database where datname = $1', [template]);
    if (there.rowCount === 0) {
      const raw = `${template}_raw`;
      await client.query(`drop database if exists ${raw} with (force)`);
      await client.query(`create database ${raw}`);
      await migrate(withDatabase(adminUrl(), raw), () => {});
      await client.query(`alter database ${raw} rename to ${template}`);
    }
    await client.query(`create database ${name} template ${template}`);
    await client.query('select pg_advisory_unlock(7305131)');
  });
  return {
    url: withDatabase(adminUrl(), name),
    drop: () => asAdmin((client) => client.query(`drop database if exists ${name} with (force)`).then(() => {})),
  };
}

export type WorldParts = Partial<
  Pick<EnvParts, 'mailer' | 'wrap' | 'wrapBank' | 'wrapBitcoin' | 'probe' | 'log' | 'outbound'>
> & {
  settings?: Record<string, string>;
  config?: Partial<Config>;
  /** Fees of the tenants' accounts; none when left out, so that sums in tests are plain. */
  fee_schedule?: Account['fee_schedule'];
};

/** Settings of a test that calls more often than anybody may. */
export const unlimited = { RATE_LIMIT_PER_SECOND: '100000', RATE_LIMIT_BURST: '100000' };

export async function openWorld(parts: WorldParts = {}): Promise<World> {
  const database = await cloneDatabase();
  const clock = new JumpClock();
  const config: Config = {
    ...readConfig({
      PORT: '0',
      PUBLIC_URL: 'http://florin.test',
      POOL_SIZE: '8',
      LOG_LEVEL: 'silent',
      FX_RATES_URL: 'off',
      ...parts.settings,
    }),
    ...parts.config,
  };
  const root_key = createHash('sha256').update('test root key').digest();
  const env = openEnv({
    config,
    database_url: database.url,
    root_key,
    webhook_dialects: webhookDialects,
    clock,
    log: parts.log ?? silentLog,
    ...pick(parts),
  });
  const app = await openApp(env);
  await app.server.ready();
  const tenant = await newTenant(env, 'Acme Coffee', parts.fee_schedule);
  const other = await newTenant(env, 'Other Goods', parts.fee_schedule);

  const world: World = {
    env,
    app,
    clock,
    url: database.url,
    tenant,
    other,
    async call(method, path, body, options = {}) {
      const payload = options.raw ?? (body === undefined ? undefined : JSON.stringify(body));
      const response = await app.server.inject({
        method: method as 'GET',
        url: path,
        headers: {
          authorization: `Bearer ${options.as ?? tenant.secret}`,
          ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
          ...(options.key === undefined ? {} : { 'idempotency-key': options.key }),
          ...options.headers,
        },
        ...(payload === undefined ? {} : { payload }),
      });
      const text = response.body;
      return {
        status: response.statusCode,
        headers: response.headers as Reply['headers'],
        text,
        body: text.startsWith('{') ? JSON.parse(text) : {},
      };
    },
    ctx: (who = tenant) => ({ env, account: who.account, actor: { kind: 'system' }, request_id: 'req_test' }),
    async token(number = '4242424242424242', more = {}) {
      const reply = await world.call(
        'POST',
        '/v1/tokens',
        { card: { number, exp_month: 12, exp_year: 2034, cvc: number.startsWith('37') ? '1234' : '123' }, ...more },
        { as: tenant.publishable },
      );
      if (reply.status !== 201) throw new Error(`no token: ${reply.text}`);
      return String(reply.body.id);
    },
    work: () => workUntilIdle(env),
    async verify() {
      const failed = (await verifyAll(env.db.query)).filter((f) => !f.ok);
      if (failed.length > 0)
        throw new Error(
          `the books do not hold: ${failed.map((f) => `${f.name} (${f.examples.join(', ')})`).join('; ')}`,
        );
    },
    async close() {
      await app.server.close();
      await env.close();
      await database.drop();
    },
  };
  return world;
}

/** For `after`: the books hold; whatever is said of them, nothing stays open. */
export async function closeProven(w: World): Promise<void> {
  try {
    await w.verify();
  } finally {
    await w.close();
  }
}

/** Jumps to the next noon in UTC: what a test does then is of one day, whenever it runs. */
export function toNoon({ clock }: World): void {
  const noon = new Date(clock.now().getTime() + hours(12));
  noon.setUTCHours(12, 0, 0, 0);
  clock.advance(noon.getTime() - clock.now().getTime());
}

function pick(parts: WorldParts): Partial<EnvParts> {
  const { wrap, wrapBank, wrapBitcoin, probe, outbound, mailer } = parts;
  return {
    ...(wrap ? { wrap } : {}),
    ...(wrapBank ? { wrapBank } : {}),
    ...(wrapBitcoin ? { wrapBitcoin } : {}),
    ...(probe ? { probe } : {}),
    ...(outbound ? { outbound } : {}),
    ...(mailer ? { mailer } : {}),
  };
}

export async function newTenant(
  env: OpenEnv,
  merchant: string,
  fee_schedule?: Account['fee_schedule'],
): Promise<Tenant> {
  return await env.db
    .tx(async (tx) => {
      const ids = await createCompany(env, tx, { company: `${merchant} Ltd`, merchant, currency: 'USD' });
      await tx
        .updateTable('accounts')
        .set({ fee_schedule: JSON.stringify(fee_schedule ?? {}) })
        .where('account_id', 'in', [ids.sandbox, ids.live])
        .execute();
      const account = { account_id: ids.sandbox, mode: 'sandbox' as const };
      const secret = await mintKey(env, tx, account, { kind: 'secret', name: 'test', expires_at: null });
      const publishable = await mintKey(env, tx, account, { kind: 'publishable', name: 'test', expires_at: null });
      return { ids, secret: secret.text, publishable: publishable.text };
    })
    .then(async ({ ids, secret, publishable }) => ({
      account: must(await loadAccount(env.db.query, ids.sandbox), 'the new account is there'),
      live_account_id: ids.live,
      secret,
      publishable,
    }));
}
