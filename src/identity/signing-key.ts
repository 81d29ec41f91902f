// What access tokens are signed by: one present key, sealed in the database so that every process signs alike, and those before it for
// as long as a token of theirs may live. Must never show a private key to anybody.

import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { sql } from 'kysely';
import type { Executor } from '../db/db.ts';
import { days, hours, plus } from '../kit/clock.ts';
import { seal, unseal } from '../kit/crypto.ts';
import { newId } from '../kit/id.ts';
import type { Env } from '../operation/context.ts';

export const token_life_s = 3_600;
const rotate_after = days(90);
/** A process may sign by what it read a minute ago; beyond that nothing is out by a retired key. */
const proves_for = hours(2);

export type SigningKey = { id: string; public_jwk: JWK; private_jwk: JWK; current: boolean };

/** The present key first. Makes the first one when there is none; of two processes that do, one wins. */
export async function loadSigningKeys(env: Env): Promise<SigningKey[]> {
  let rows = await read(env.db.query);
  if (!rows.some((row) => row.retired_at === null)) {
    await addKey(env, env.db.query);
    rows = await read(env.db.query);
  }
  return rows.map((row) => ({
    id: row.id,
    public_jwk: JSON.parse(row.public_key) as JWK,
    private_jwk: JSON.parse(unseal(env.keys.signing_keys, row.private_key, row.id).toString()) as JWK,
    current: row.retired_at === null,
  }));
}

const read = (on: Executor) =>
  on.selectFrom('signing_keys').selectAll().orderBy(sql`retired_at is not null`).orderBy('id', 'desc').execute();

async function addKey(env: Env, on: Executor): Promise<void> {
  const id = newId('sig', env);
  const pair = await generateKeyPair('ES256', { extractable: true });
  const named = { kid: id, alg: 'ES256', use: 'sig' };
  const public_key = JSON.stringify({ ...(await exportJWK(pair.publicKey)), ...named });
  const private_text = JSON.stringify({ ...(await exportJWK(pair.privateKey)), ...named });
  const private_key = seal(env.keys.signing_keys, private_text, id);
  await sql`insert into signing_keys (id, public_key, private_key, created_at)
    values (${id}, ${public_key}, ${private_key}, ${env.clock.now()}) on conflict do nothing`.execute(on);
}

/** A new key when the present one is old, or at once; the one before goes on proving tokens until the last of its own has expired. */
export async function rotateSigningKeys(env: Env, at_once = false): Promise<void> {
  const now = env.clock.now();
  await env.db.tx(async (tx) => {
    const retired = await sql`update signing_keys set retired_at = ${now}
      where retired_at is null and (${at_once} or created_at <= ${plus(now, -rotate_after)}) returning id`.execute(tx);
    if (retired.rows.length > 0) await addKey(env, tx);
    await sql`delete from signing_keys where retired_at < ${plus(now, -proves_for)}`.execute(tx);
  });
}
