// The installation's first company and the keys that `npm start` prints. The keys of the embedded sandbox are kept in the
// project's own folder, readable by its owner only, so that every later start prints a curl that works.

import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Config, ConfigError } from './config.ts';
import type { OpenEnv } from './env.ts';
import { createCompany, loadAccount } from './identity/account.ts';
import { mintKey } from './identity/api-key.ts';
import { Authenticator } from './identity/authenticate.ts';
import { isFault } from './kit/fault.ts';

export type Sandbox = { account_id: string; live_account_id: string; secret_key: string; publishable_key: string };

/** From the setting, else from `root.key` in our folder, made on first use. Losing it means losing every sealed card and secret. */
export async function rootKey(config: Config): Promise<Uint8Array> {
  if (config.root_key !== undefined) return new Uint8Array(Buffer.from(config.root_key, 'base64'));
  await mkdir(config.home, { recursive: true });
  const path = resolve(config.home, 'root.key');
  try {
    return new Uint8Array(Buffer.from((await readFile(path, 'utf8')).trim(), 'base64'));
  } catch (error) {
    if (!isMissing(error))
      throw new ConfigError(`${path} cannot be read: ${error instanceof Error ? error.message : 'unknown reason'}.`);
  }
  const key = randomBytes(32);
  try {
    // `wx`: of two first starts at once one makes the key, and the other takes it.
    await writeFile(path, `${key.toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
    return new Uint8Array(key);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    return await rootKey(config);
  }
}

export async function openSandbox(env: OpenEnv): Promise<Sandbox> {
  const path = resolve(env.config.home, 'sandbox.json');
  const kept = await readSandbox(path);
  if (kept && (await stillWorks(env, kept))) return kept;
  const sandbox = await seed(env);
  await mkdir(env.config.home, { recursive: true });
  await writeFile(path, `${JSON.stringify(sandbox, null, 2)}\n`, { mode: 0o600 });
  await chmod(path, 0o600);
  return sandbox;
}

async function seed(env: OpenEnv): Promise<Sandbox> {
  return await env.db.tx(async (tx) => {
    const first = await tx
      .selectFrom('accounts')
      .select(['account_id', 'merchant_id'])
      .where('mode', '=', 'sandbox')
      .orderBy('created_at')
      .limit(1)
      .executeTakeFirst();
    const accounts = first
      ? {
          sandbox: first.account_id,
          live: (
            await tx
              .selectFrom('accounts')
              .select('account_id')
              .where('merchant_id', '=', first.merchant_id)
              .where('mode', '=', 'live')
              .executeTakeFirstOrThrow()
          ).account_id,
        }
      : await createCompany(env, tx, { company: 'Acme Inc.', merchant: 'Acme Coffee', currency: 'USD' });
    const account = { account_id: accounts.sandbox, mode: 'sandbox' as const };
    const secret = await mintKey(env, tx, account, { kind: 'secret', name: 'first secret key', expires_at: null });
    const publishable = await mintKey(env, tx, account, {
      kind: 'publishable',
      name: 'first publishable key',
      expires_at: null,
    });
    return {
      account_id: accounts.sandbox,
      live_account_id: accounts.live,
      secret_key: secret.text,
      publishable_key: publishable.text,
    };
  });
}

async function readSandbox(path: string): Promise<Sandbox | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Sandbox;
  } catch {
    // Missing or broken: new keys are made, old ones stay valid until revoked.
    return undefined;
  }
}

async function stillWorks(env: OpenEnv, kept: Sandbox): Promise<boolean> {
  try {
    const authenticator = new Authenticator(env);
    await authenticator.identify(kept.secret_key, '127.0.0.1');
    await authenticator.identify(kept.publishable_key, '127.0.0.1');
    return true;
  } catch (error) {
    // A key that was bound to other addresses works there.
    if (isFault(error)) return error.code === 'permission_denied';
    throw error;
  }
}

/** `florin keys create`: another key, for the sandbox of the first merchant unless an account is named. */
export async function createKey(
  env: OpenEnv,
  input: { kind: 'secret' | 'publishable'; name: string; account_id: string | undefined },
): Promise<string> {
  const account_id = input.account_id ?? (await openSandbox(env)).account_id;
  const found = await loadAccount(env.db.query, account_id);
  if (!found) throw new ConfigError(`There is no account ${account_id}.`);
  const minted = await env.db.tx((tx) =>
    mintKey(env, tx, found, { kind: input.kind, name: input.name, expires_at: null }),
  );
  return minted.text;
}

const isMissing = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ENOENT';
