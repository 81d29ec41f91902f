// From the text of a key to the account it opens. What was found is remembered for five seconds, so a revoked key dies
// within that time; the database is not asked once per request on the hot path.

import { sql } from 'kysely';
import { Fault } from '../kit/fault.ts';
import type { Account, Actor, Env } from '../operation/context.ts';
import { type AccountRow, accountColumns, toAccount } from './account.ts';
import { keyHash, parseKey } from './api-key.ts';

export type Identity = { account: Account; actor: Actor & { key_id: string } };

type Found = { identity: Identity; expires_at: Date | null; until: number };

const memory_ms = 5_000;
const rememberedMax = 10_000;

export class Authenticator {
  readonly #env: Env;
  readonly #found = new Map<string, Found>();
  /** Key ids used since the last note, so that `last_used_at` costs one statement a minute. */
  readonly #used = new Map<string, string>();

  constructor(env: Env) {
    this.#env = env;
  }

  async identify(text: string): Promise<Identity> {
    const now = this.#env.clock.now();
    let found = this.#found.get(text);
    if (!found || found.until <= now.getTime()) {
      found = await this.#look(text, now);
      if (this.#found.size >= rememberedMax) this.#found.clear();
      this.#found.set(text, found);
    }
    if (found.expires_at && found.expires_at <= now) {
      throw new Fault(
        'key_expired',
        `This API key expired at ${found.expires_at.toISOString()}. Create a new one and use that.`,
      );
    }
    this.#used.set(found.identity.actor.key_id, found.identity.account.account_id);
    return found.identity;
  }

  /** Writes down when keys were last used; the worker calls it every minute. */
  async noteUse(): Promise<void> {
    if (this.#used.size === 0) return;
    const used = [...this.#used];
    this.#used.clear();
    await sql`update api_keys k set last_used_at = ${this.#env.clock.now()}
      from unnest(${used.map(([id]) => id)}::text[], ${used.map(([, account]) => account)}::text[]) as u (id, account_id)
      where k.account_id = u.account_id and k.id = u.id`.execute(this.#env.db.query);
  }

  async #look(text: string, now: Date): Promise<Found> {
    const key = parseKey(text);
    if (!key)
      throw invalid('It is not spelled like a Florin key (sk_test_… or sk_live_…, 40 characters after the prefix).');
    const [row] = await this.#env.db.point<
      AccountRow & { id: string; kind: string; expires_at: Date | null; revoked_at: Date | null }
    >({
      name: 'identity_by_key',
      text: byKeyHash,
      values: [keyHash(this.#env, key.body)],
    });
    if (!row || row.revoked_at) throw invalid('It does not exist here, or it was revoked.');
    const account = toAccount(row);
    if (row.kind !== key.kind || account.mode !== key.mode) throw invalid('Its prefix does not belong to it.');
    return {
      identity: { account, actor: { kind: key.kind, key_id: row.id } },
      expires_at: row.expires_at,
      until: now.getTime() + memory_ms,
    };
  }
}

const byKeyHash = `select k.id, k.kind, k.expires_at, k.revoked_at, ${accountColumns}
  from api_key_hashes h join api_keys k on k.account_id = h.account_id and k.id = h.key_id
  join accounts a on a.account_id = k.account_id join merchants m on m.id = a.merchant_id where h.hash = $1`;

const invalid = (why: string) => new Fault('key_invalid', `This API key is not valid. ${why}`);
