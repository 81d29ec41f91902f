// Writing a card number down sealed, and opening it for one call to a provider. Nothing but this file turns sealed bytes
// into a number; what it returns is handed to a connector and forgotten.

import type { Selectable } from 'kysely';
import { sql } from 'kysely';
import type { CardSecret } from '../connectors/connector.ts';
import type { Tx } from '../db/db.ts';
import type { Cards } from '../db/types.ts';
import { days, plus } from '../kit/clock.ts';
import { hmac, seal, unseal } from '../kit/crypto.ts';
import { newId } from '../kit/id.ts';
import type { Ctx, Env } from '../operation/context.ts';
import { brandOf, factsOf } from './card.ts';
import { addDataKey, currentKey, keyById } from './keys.ts';

export type CardRow = Selectable<Cards>;
export type TypedCard = { number: string; exp_month: number; exp_year: number; holder_name: string | undefined };

const bound = (account_id: string, id: string) => `card ${account_id} ${id}`;

export async function insertCard(ctx: Ctx, tx: Tx, card: TypedCard): Promise<CardRow> {
  const { account_id } = ctx.account;
  const { id: key_id, key } = await currentKey(ctx);
  const id = newId('card', ctx.env);
  const secret = JSON.stringify({ number: card.number, holder_name: card.holder_name });
  return await tx
    .insertInto('cards')
    .values({
      account_id,
      id,
      key_id,
      sealed: seal(key, secret, bound(account_id, id)),
      // Keyed, so that nobody with the database alone can try out all numbers; per account, so that accounts cannot be joined by it.
      fingerprint: hmac(ctx.env.keys.fingerprints, `${account_id} ${card.number}`).toString('base64url').slice(0, 22),
      brand: brandOf(card.number),
      last_four: card.number.slice(-4),
      exp_month: card.exp_month,
      exp_year: card.exp_year,
      ...factsOf(card.number),
      created_at: ctx.env.clock.now(),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

export async function openCard(env: Env, row: CardRow, cvc: string | undefined): Promise<CardSecret> {
  const key = await keyById(env, row.account_id, row.key_id);
  const secret = JSON.parse(unseal(key, row.sealed, bound(row.account_id, row.id)).toString('utf8')) as {
    number: string;
    holder_name?: string;
  };
  return {
    number: secret.number,
    holder_name: secret.holder_name,
    exp_month: row.exp_month,
    exp_year: row.exp_year,
    cvc,
  };
}

/** Seals every card of the account anew under a fresh data key, a few hundred at a time, while payments go on. */
export async function rotateVaultKey(env: Env, account_id: string): Promise<number> {
  const key_id = await addDataKey(env, account_id);
  const key = await keyById(env, account_id, key_id);
  let done = 0;
  for (;;) {
    const count = await env.db.tx(async (tx) => {
      const rows = await tx
        .selectFrom('cards')
        .selectAll()
        .where('account_id', '=', account_id)
        .where('key_id', '!=', key_id)
        .orderBy('id')
        .limit(200)
        .forUpdate()
        .execute();
      for (const row of rows) {
        const plain = unseal(await keyById(env, account_id, row.key_id), row.sealed, bound(account_id, row.id));
        await tx
          .updateTable('cards')
          .set({ key_id, sealed: seal(key, plain, bound(account_id, row.id)) })
          .where('account_id', '=', account_id)
          .where('id', '=', row.id)
          .execute();
      }
      return rows.length;
    });
    done += count;
    if (count === 0) return done;
  }
}

/** Lapsed tokens go after a day; a card that only an unused one points to goes with it. Reads the table whole: it holds one day. */
export async function purgeLapsedTokens(env: Env): Promise<number> {
  const before = plus(env.clock.now(), -days(1));
  return await env.db.tx(async (tx) => {
    const gone = await sql<{ account_id: string; card_id: string; used_by: string | null }>`
      delete from tokens where ctid = any(array(select ctid from tokens where expires_at < ${before} limit 1000 for update skip locked))
      returning account_id, card_id, used_by`.execute(tx);
    for (const { account_id, card_id, used_by } of gone.rows) {
      if (used_by === null)
        await tx.deleteFrom('cards').where('account_id', '=', account_id).where('id', '=', card_id).execute();
    }
    return gone.rows.length;
  });
}
