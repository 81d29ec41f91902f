// Data keys of the vault: each account's cards are sealed under a key of its own, which is itself sealed under the root key.
// Opened keys stay in this process's memory only.

import { assert } from '../kit/assert.ts';
import { deriveKey, seal, sha256, unseal } from '../kit/crypto.ts';
import { newId } from '../kit/id.ts';
import type { Ctx, Env } from '../operation/context.ts';

type DataKey = { id: string; key: Uint8Array };

/** Per process and installation: opened data keys by account. */
const opened = new WeakMap<Env, Map<string, DataKey>>();
/** Which key is current is asked again after a minute: another process may have turned it. */
const current = new WeakMap<Env, Map<string, { key: Promise<DataKey>; until: number }>>();
const remembered_ms = 60_000;

const wrapping = (env: Env) => deriveKey(env.keys.root, 'vault data keys');
const bound = (account_id: string, id: string) => `vault key ${account_id} ${id}`;

export async function currentKey(ctx: Ctx): Promise<DataKey> {
  const { env, account } = ctx;
  let byAccount = current.get(env);
  if (!byAccount) {
    byAccount = new Map();
    current.set(env, byAccount);
  }
  const now = env.clock.now().getTime();
  const known = byAccount.get(account.account_id);
  if (known && known.until > now) return known.key;
  const key = loadOrMake(ctx);
  if (!known) {
    byAccount.set(account.account_id, { key, until: now + remembered_ms });
    key.catch(() => byAccount.delete(account.account_id));
    return key;
  }
  // The one known so far goes on sealing while the question is on its way.
  known.until = now + remembered_ms;
  key.then(
    () => byAccount.set(account.account_id, { key, until: now + remembered_ms }),
    (error) => env.log.warn({ account: account.account_id, error }, 'the current vault key could not be asked for'),
  );
  return known.key;
}

type KeyRow = { id: string; sealed: Buffer };

/** On a connection of its own: callers are inside a transaction, and waiting there for one of the pool's would be a ring. */
async function loadOrMake(ctx: Ctx): Promise<DataKey> {
  const { env } = ctx;
  const { account_id } = ctx.account;
  const ask = () =>
    env.db.point<KeyRow>({
      name: 'vault_current_key',
      text: 'select id, sealed from vault_keys where account_id = $1 and retired_at is null',
      values: [account_id],
    });
  let [row] = await ask();
  if (!row) {
    const id = newId('vk', env);
    const sealed = seal(wrapping(env), env.random.bytes(32), bound(account_id, id));
    await env.db.point({
      name: 'vault_first_key',
      text: `insert into vault_keys (account_id, id, sealed, root_fingerprint, created_at) values ($1, $2, $3, $4, $5)
        on conflict (account_id) where retired_at is null do nothing`,
      values: [account_id, id, sealed, sha256(env.keys.root).subarray(0, 8), env.clock.now()],
    });
    [row] = await ask();
  }
  assert(row, 'an account has a current vault key');
  return { id: row.id, key: unseal(wrapping(env), row.sealed, bound(account_id, row.id)) };
}

export async function keyById(env: Env, account_id: string, id: string): Promise<Uint8Array> {
  let byId = opened.get(env);
  if (!byId) {
    byId = new Map();
    opened.set(env, byId);
  }
  const found = byId.get(`${account_id} ${id}`);
  if (found) return found.key;
  const [row] = await env.db.point<KeyRow>({
    name: 'vault_key',
    text: 'select id, sealed from vault_keys where account_id = $1 and id = $2',
    values: [account_id, id],
  });
  assert(row, 'a card names a key that exists');
  const key = unseal(wrapping(env), row.sealed, bound(account_id, id));
  byId.set(`${account_id} ${id}`, { id, key });
  return key;
}

/** Forgets the current key of an account, so the next card asks which one is current now. */
export function forgetCurrentKey(env: Env, account_id: string): void {
  current.get(env)?.delete(account_id);
}

export async function addDataKey(env: Env, account_id: string): Promise<string> {
  const id = newId('vk', env);
  const key = env.random.bytes(32).slice();
  const now = env.clock.now();
  await env.db.tx(async (tx) => {
    await tx
      .updateTable('vault_keys')
      .set({ retired_at: now })
      .where('account_id', '=', account_id)
      .where('retired_at', 'is', null)
      .execute();
    await tx
      .insertInto('vault_keys')
      .values({
        account_id,
        id,
        sealed: seal(wrapping(env), key, bound(account_id, id)),
        root_fingerprint: sha256(env.keys.root).subarray(0, 8),
        created_at: now,
      })
      .execute();
  });
  forgetCurrentKey(env, account_id);
  return id;
}
