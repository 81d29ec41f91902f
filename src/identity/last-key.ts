// The rule that an account is never left without a secret key: all its keys are locked in one order, so that two last keys cannot
// end each other at once, in whatever process.

import type { Selectable } from 'kysely';
import type { Tx } from '../db/db.ts';
import type { ApiKeys } from '../db/types.ts';
import { Fault, notFound } from '../kit/fault.ts';
import { apiKeyObject } from './api-key.ts';

type Row = Selectable<ApiKeys>;

export const lockKeys = (tx: Tx, account_id: string): Promise<Row[]> =>
  tx.selectFrom('api_keys').selectAll().where('account_id', '=', account_id).orderBy('id').forUpdate().execute();

export function keyOf(rows: readonly Row[], id: string): Row {
  const row = rows.find((r) => r.id === id);
  if (!row) throw notFound('API key', id);
  return row;
}

/** Keys that will end by themselves do not count, nor do limited ones where the key that ends may do everything. */
export function refuseLast(rows: readonly Row[], row: Row, now: Date, advice: string): void {
  if (row.kind !== 'secret') return;
  const stays = (r: Row) =>
    r.kind === 'secret' &&
    r.id !== row.id &&
    r.expires_at === null &&
    apiKeyObject(r, now).status === 'active' &&
    (row.scopes.length > 0 || r.scopes.length === 0);
  if (rows.some(stays)) return;
  throw new Fault('last_key', `This is the last secret key that stays valid. ${advice}`, { param: 'id' });
}
