// The process: which command was asked for, what it opens, how it ends. No business here.

import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { installShopSdk } from '../scripts/build-sdk.ts';
import { ensureBuilt } from '../web/build.ts';
import { headersOf, webhookDialects } from './api/dialects.ts';
import { openapi } from './api/openapi.ts';
import { openApp } from './app.ts';
import { reconcileCommand, reportCommand, type Tools, verifyCommand } from './book-commands.ts';
import { type Config, ConfigError, readConfig } from './config.ts';
import { startEmbedded } from './db/embedded.ts';
import { MigrationError, migrate } from './db/migrate.ts';
import { type OpenEnv, openEnv } from './env.ts';
import { loadAccount } from './identity/account.ts';
import { openFirstAdmin } from './identity/first-admin.ts';
import { must } from './kit/assert.ts';
import { merchantsCommand } from './merchant-command.ts';
import { operate, operatorOperations } from './operator.ts';
import { createKey, openSandbox, rootKey } from './sandbox.ts';
import { rotateVaultKey } from './vault/sealed-card.ts';
import { signIn, welcome } from './welcome.ts';
import { startWorker } from './worker.ts';

const usage = `florin: a payments platform you run yourself

  npm start                       everything in one process, on an embedded Postgres (or DATABASE_URL)
  npm run florin serve            API and pages only
  npm run florin work             background work only
  npm run florin migrate          bring the database up to date
  npm run florin verify           prove the books
  npm run florin report TYPE      a report as CSV   [-- --account acct_… --from 2026-01-01 --to 2026-01-31 --month 2026-01 --currency USD]
  npm run florin reconcile        hold the provider's settlement report against the ledger   [-- --account acct_… --from … --to … --file report.csv]
  npm run florin seed             many past payments, to measure at volume   [-- --payments 1000000 --accounts 100 --days 30 --events-days 30]
  npm run florin keys create      another sandbox key   [-- --kind publishable --name "web shop" --account acct_…]
  npm run florin admin            who signs in to the dashboard first, and with which password
  npm run florin merchants        those that wait for review   [-- approve mcht_…]
  npm run florin operate NAME     what only the operator may do: fees, reviews  -- account.configure --json '{"settlement_delay_days":1}' [--account acct_…]
  npm run florin rotate-vault-key seal every card under a fresh key   [-- --account acct_…]
  npm run florin openapi          print the OpenAPI document
`;

const say = (line: string) => process.stdout.write(`${line}\n`);
/** What was written to a pipe is still on its way when the process would end. */
const flushed = () => new Promise<void>((done) => process.stdout.write('', () => done()));
const step = (line: string) => say(`  ${line}`);

/** Things to close, last opened first. */
const opened: (() => Promise<void>)[] = [];
let ending: Promise<void> | undefined;
/** Stops a database that was found running: left over from a kill, or another command's. */
let adopted: (() => Promise<void>) | undefined;

function end(code: number): Promise<void> {
  ending ??= (async () => {
    // Whoever hangs is left behind after ten seconds; what was acknowledged is durable by then.
    const late = setTimeout(() => process.exit(code || 1), 10_000);
    for (const close of opened.reverse())
      await close().catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
    clearTimeout(late);
    await flushed();
    process.exit(code);
  })();
  return ending;
}

async function database(config: Config, quiet = false): Promise<string> {
  if (config.database_url !== undefined) return config.database_url;
  const embedded = await startEmbedded({ dir: resolve(config.home, 'postgres'), log: quiet ? () => {} : step });
  // A server that another command started is theirs to stop.
  if (!embedded.adopted) opened.push(() => embedded.stop());
  else adopted = () => embedded.stop();
  return embedded.url;
}

async function open(config: Config, quiet: boolean): Promise<OpenEnv> {
  const database_url = await database(config, quiet);
  await migrate(database_url, quiet ? () => {} : step);
  const root_key = await rootKey(config);
  const env = openEnv({ config, database_url, root_key, webhook_dialects: webhookDialects });
  opened.push(() => env.close());
  return env;
}

async function listen(env: OpenEnv): Promise<void> {
  const { server } = await openApp(env);
  const { host, port } = env.config;
  try {
    await server.listen({ host, port });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      throw new ConfigError(
        `Port ${port} is taken by another program (Florin itself, perhaps). Stop it, or choose another port: PORT=${port + 10} npm start`,
      );
    }
    throw error;
  }
  opened.push(() => server.close());
  // Whoever holds the port is the installation's server now, so a database left over from a killed one ends with it, last.
  if (adopted && process.argv[2] === 'all') opened.unshift(adopted);
}

async function all(config: Config): Promise<void> {
  const since = performance.now();
  say('Starting Florin …');
  step('building the pages …');
  await ensureBuilt();
  step('starting the database …');
  const env = await open(config, false);
  const sandbox = await openSandbox(env);
  await listen(env);
  const worker = startWorker(env);
  opened.push(() => worker.close());
  const { merchant_id } = must(await loadAccount(env.db.query, sandbox.account_id), 'the sandbox has an account');
  let shop_url: string | undefined;
  try {
    // The shop stands on the packed SDK, which no other command needs.
    await installShopSdk();
    const { startShop } = await import('../examples/shop/shop.ts');
    const shop = await startShop({
      port: config.shop_port,
      api_base: config.public_url,
      secret_key: sandbox.secret_key,
      wink_headers: config.shop_api === 'wink' ? headersOf('wink', { ...sandbox, merchant_id }) : undefined,
      log: step,
    });
    opened.push(() => shop.close());
    shop_url = shop.url;
  } catch (error) {
    step(
      `the example shop is not running: ${error instanceof Error ? error.message : String(error)} (set SHOP_PORT to a free port)`,
    );
  }
  const admin = await openFirstAdmin(env, sandbox.account_id);
  say(welcome({ config, sandbox, admin, merchant_id, shop_url, seconds: (performance.now() - since) / 1000 }));
}

const toolsOf = (env: OpenEnv): Tools => ({ env, say, usual: async () => (await openSandbox(env)).account_id });

async function seed(config: Config, args: string[]): Promise<number> {
  const text = { type: 'string' } as const;
  const options = { payments: text, accounts: text, days: text, 'events-days': text };
  const { values } = parseArgs({ args, options });
  const count = (name: keyof typeof options, usual: number) => {
    const value = Number(values[name] ?? usual);
    if (!Number.isSafeInteger(value) || value < 1)
      throw new ConfigError(`--${name} must be a whole number above zero.`);
    return value;
  };
  const days = count('days', 30);
  const volume = { payments: count('payments', 100_000), accounts: count('accounts', 100), days };
  const events_days = count('events-days', days);
  const { seedVolume } = await import('../bench/seed-volume.ts');
  const payers = await seedVolume(await open(config, true), { ...volume, events_days }, step);
  say(`Done. The key of the first account (${payers[0]?.ctx.account.account_id}): ${payers[0]?.key}`);
  return 0;
}

/** Undefined: keeps running. */
async function run(command: string, rest: string[], config: Config): Promise<number | undefined> {
  switch (command) {
    case 'all':
      await all(config);
      return undefined;
    case 'serve': {
      await ensureBuilt();
      const env = await open(config, false);
      await listen(env);
      say(`Florin's API listens at ${config.public_url}`);
      return undefined;
    }
    case 'work': {
      const worker = startWorker(await open(config, false));
      opened.push(() => worker.close());
      say("Florin's worker runs");
      return undefined;
    }
    case 'migrate':
      await migrate(await database(config), step);
      say('The database is up to date.');
      return 0;
    case 'verify':
      return await verifyCommand(toolsOf(await open(config, true)));
    case 'report':
      return await reportCommand(toolsOf(await open(config, true)), rest);
    case 'reconcile':
      return await reconcileCommand(toolsOf(await open(config, true)), rest);
    case 'seed':
      return await seed(config, rest);
    case 'openapi':
      say(JSON.stringify(openapi(config.public_url), null, 2));
      return 0;
    case 'keys': {
      const { values } = parseArgs({
        args: rest.slice(1),
        options: { kind: { type: 'string' }, name: { type: 'string' }, account: { type: 'string' } },
      });
      if (rest[0] !== 'create') throw new ConfigError('The command is: keys create');
      const env = await open(config, true);
      const kind = values.kind === 'publishable' ? 'publishable' : 'secret';
      say(await createKey(env, { kind, name: values.name ?? 'made on the command line', account_id: values.account }));
      return 0;
    }
    case 'admin': {
      const env = await open(config, true);
      say(signIn(await openFirstAdmin(env, (await openSandbox(env)).account_id)));
      return 0;
    }
    case 'merchants':
      await merchantsCommand(toolsOf(await open(config, true)), rest);
      return 0;
    case 'operate': {
      const { values } = parseArgs({
        args: rest.slice(1),
        options: { account: { type: 'string' }, json: { type: 'string' } },
      });
      const [name] = rest;
      if (name === undefined)
        throw new ConfigError(`The command is: operate NAME. The operations are:\n${operatorOperations()}`);
      const env = await open(config, true);
      const account_id = values.account ?? (await openSandbox(env)).account_id;
      say(await operate(env, { name, account_id, json: values.json ?? '{}' }));
      return 0;
    }
    case 'rotate-vault-key': {
      const { values } = parseArgs({ args: rest, options: { account: { type: 'string' } } });
      const env = await open(config, true);
      const count = await rotateVaultKey(env, values.account ?? (await openSandbox(env)).account_id);
      say(`${count} cards are sealed under a fresh key.`);
      return 0;
    }
    default:
      say(usage);
      return command === 'help' || command === '--help' ? 0 : 1;
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (!ending) say('\nStopping …');
    void end(0);
  });
}
// The wrapper of `npm start` died: nobody is left to stop us.
process.on('disconnect', () => void end(0));

try {
  const [command = 'help', ...rest] = process.argv.slice(2);
  const code = await run(command, rest, readConfig(process.env));
  if (code !== undefined) await end(code);
} catch (error) {
  const told =
    error instanceof ConfigError ||
    error instanceof MigrationError ||
    (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));
  process.stderr.write(
    `\n${told && error instanceof Error ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  await Promise.race([end(1), sleep(12_000)]);
}
