// The access key that a client names at the token endpoint, whose account is not known yet: found by its id alone.

import type { Env } from '../operation/context.ts';
import type { AccessSecrets } from './access-key.ts';

export type FoundAccessKey = AccessSecrets & { account_id: string; scopes: string[]; revoked_at: Date | null };

export async function findAccessKey(env: Env, id: string): Promise<FoundAccessKey | undefined> {
  if (!/^ack_[0-9a-z]{26}$/.test(id)) return undefined;
  const [row] = await env.db.point<FoundAccessKey>({
    name: 'access_key_by_id',
    text: `select s.account_id, s.secret_hash, s.previous_hash, s.previous_until, k.scopes, k.revoked_at
      from access_key_secrets s join access_keys k on k.account_id = s.account_id and k.id = s.id where s.id = $1`,
    values: [id],
  });
  return row;
}
