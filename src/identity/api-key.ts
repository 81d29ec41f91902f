// API keys: shown once, kept as a keyed hash of the body. One body, several spellings: a dialect may write another prefix,
// so the hash covers the body alone and the row says which kind and account it opens.

import type { Selectable } from 'kysely';
import Type, { type Static } from 'typebox';
import type { Tx } from '../db/db.ts';
import type { ApiKeys } from '../db/types.ts';
import { hmac } from '../kit/crypto.ts';
import { newId, secretText } from '../kit/id.ts';
import type { Account, Env } from '../operation/context.ts';
import { AllowedIps } from './allowed-ips.ts';

const bodyLength = 40;

export const ApiKeyObject = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('api_key'),
    kind: Type.Enum(['secret', 'publishable']),
    name: Type.String(),
    hint: Type.String({ description: 'Prefix and last four characters, to recognise it by.' }),
    status: Type.Enum(['active', 'expired', 'revoked']),
    created_at: Type.String({ format: 'date-time' }),
    expires_at: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
    scopes: Type.Array(Type.String(), { description: 'What a secret key is limited to. Empty: everything.' }),
    allowed_ips: AllowedIps,
    last_used_at: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], { description: 'To the minute.' }),
    last_used_address: Type.Union([Type.String(), Type.Null()], { description: 'From where it was used then.' }),
  },
  { title: 'API key' },
);
export type ApiKeyObject = Static<typeof ApiKeyObject>;

export type KeyKind = 'secret' | 'publishable';

export function apiKeyObject(row: Selectable<ApiKeys>, now: Date): ApiKeyObject {
  return {
    id: row.id,
    object: 'api_key',
    kind: row.kind as KeyKind,
    name: row.name,
    hint: row.hint,
    status: row.revoked_at ? 'revoked' : row.expires_at && row.expires_at <= now ? 'expired' : 'active',
    created_at: row.created_at.toISOString(),
    expires_at: row.expires_at?.toISOString() ?? null,
    scopes: row.scopes,
    allowed_ips: row.allowed_ips,
    last_used_at: row.last_used_at?.toISOString() ?? null,
    last_used_address: row.last_used_address,
  };
}

export type NewKey = {
  kind: KeyKind;
  name: string;
  expires_at: Date | null;
  scopes?: string[];
  allowed_ips?: string[];
};

/** Writes the key and returns its row and its text; the text is nowhere else. */
export async function mintKey(
  env: Env,
  tx: Tx,
  account: Pick<Account, 'account_id' | 'mode'>,
  input: NewKey,
): Promise<{ row: Selectable<ApiKeys>; text: string }> {
  const body = secretText(bodyLength, env.random);
  const prefix = `${input.kind === 'secret' ? 'sk' : 'pk'}_${account.mode === 'sandbox' ? 'test' : 'live'}_`;
  const { account_id } = account;
  const row = await tx
    .insertInto('api_keys')
    .values({
      account_id,
      id: newId('key', env),
      kind: input.kind,
      name: input.name,
      hint: `${prefix}…${body.slice(-4)}`,
      created_at: env.clock.now(),
      expires_at: input.expires_at,
      scopes: input.scopes ?? [],
      allowed_ips: input.allowed_ips ?? [],
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await tx
    .insertInto('api_key_hashes')
    .values({ hash: hmac(env.keys.api_keys, body), account_id, key_id: row.id })
    .execute();
  return { row, text: prefix + body };
}

export type ParsedKey = { kind: KeyKind; mode: Account['mode']; body: string };

// Every documented spelling of a prefix; which of them a dialect accepts is the dialect's business.
const spellings: Record<string, Account['mode']> = {
  test: 'sandbox',
  sbox: 'sandbox',
  uat: 'sandbox',
  live: 'live',
  prod: 'live',
};

/** Undefined when the text is not spelled like a key at all. */
export function parseKey(text: string): ParsedKey | undefined {
  const match = /^(sk|pk)[_-](?:(test|sbox|uat|live|prod)[_-])?([A-Za-z0-9]{40})$/.exec(text);
  if (!match) return undefined;
  const [, kind, spelling, body = ''] = match;
  return { kind: kind === 'sk' ? 'secret' : 'publishable', mode: spellings[spelling ?? 'live'] ?? 'live', body };
}

export const keyHash = (env: Env, body: string) => hmac(env.keys.api_keys, body);
