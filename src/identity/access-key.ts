// Access keys: the id and secret by which a program asks for access tokens (OAuth 2.0, client credentials). The secret is shown once
// and kept as a keyed hash; while it is being rotated the one before works, too.

import type { Selectable } from 'kysely';
import Type, { type Static } from 'typebox';
import type { Executor, Tx } from '../db/db.ts';
import type { AccessKeys } from '../db/types.ts';
import { hmac, same } from '../kit/crypto.ts';
import { notFound } from '../kit/fault.ts';
import { secretText } from '../kit/id.ts';
import type { Env } from '../operation/context.ts';
import { nullable } from '../operation/fields.ts';

const time = () => Type.String({ format: 'date-time' });

export const AccessKeyObject = Type.Object(
  {
    id: Type.String({ description: 'The client id of OAuth.' }),
    object: Type.Literal('access_key'),
    name: Type.String(),
    scopes: Type.Array(Type.String(), { description: 'What its tokens may be asked for.' }),
    hint: Type.String({ description: 'Prefix and last four characters of the secret.' }),
    status: Type.Enum(['active', 'revoked']),
    old_secret_expires_at: nullable(time()),
    created_at: time(),
    last_used_at: nullable(Type.String({ format: 'date-time', description: 'To the minute.' })),
    last_used_address: nullable(Type.String()),
  },
  { title: 'Access key' },
);
export type AccessKeyObject = Static<typeof AccessKeyObject>;

export const AccessKeyWithSecret = Type.Interface([AccessKeyObject], {
  secret: nullable(Type.String({ description: 'The client secret of OAuth. Shown this once.' })),
});

export function accessKeyObject(row: Selectable<AccessKeys>, old_until: Date | null, now: Date): AccessKeyObject {
  return {
    id: row.id,
    object: 'access_key',
    name: row.name,
    scopes: row.scopes,
    hint: row.hint,
    status: row.revoked_at ? 'revoked' : 'active',
    old_secret_expires_at: old_until && old_until > now ? old_until.toISOString() : null,
    created_at: row.created_at.toISOString(),
    last_used_at: row.last_used_at?.toISOString() ?? null,
    last_used_address: row.last_used_address,
  };
}

const prefix = 'acs_';

/** 40 letters carry 238 bits: nobody guesses one, so a fast keyed hash is enough. */
export function newAccessSecret(env: Env, id: string): { text: string; hash: Buffer; hint: string } {
  const text = prefix + secretText(40, env.random);
  return { text, hash: secretHash(env, id, text), hint: `${prefix}…${text.slice(-4)}` };
}

const secretHash = (env: Env, id: string, secret: string) => hmac(env.keys.access_keys, `${id} ${secret}`);

export type AccessSecrets = { secret_hash: Buffer; previous_hash: Buffer | null; previous_until: Date | null };

/** In constant time, by the present secret or by the one before while it lasts. */
export function opensWith(env: Env, id: string, secret: string, row: AccessSecrets): boolean {
  const hash = secretHash(env, id, secret);
  const present = same(hash, row.secret_hash);
  const before = row.previous_hash !== null && same(hash, row.previous_hash);
  return present || (before && row.previous_until !== null && row.previous_until > env.clock.now());
}

export const accessKeyColumns = [
  'k.account_id',
  'k.id',
  'k.name',
  'k.scopes',
  'k.hint',
  'k.created_at',
  'k.revoked_at',
  'k.last_used_at',
  'k.last_used_address',
  's.previous_until',
] as const;

export const accessKeys = (on: Executor, account_id: string) =>
  on
    .selectFrom('access_keys as k')
    .innerJoin('access_key_secrets as s', 's.id', 'k.id')
    .select(accessKeyColumns)
    .where('k.account_id', '=', account_id)
    .where('s.account_id', '=', account_id);

export async function lockAccessKey(tx: Tx, account_id: string, id: string) {
  const row = await tx
    .selectFrom('access_keys')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw notFound('access key', id);
  const secrets = await tx
    .selectFrom('access_key_secrets')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return { row, secrets };
}
