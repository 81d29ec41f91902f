// From the text of a key or a token to the account it opens. What was found is remembered for five seconds, so a revoked key dies
// within that time; the database is not asked once per request on the hot path.

import { sql } from 'kysely';
import { Fault } from '../kit/fault.ts';
import type { Account, Actor, Env } from '../operation/context.ts';
import { AccessTokens, looksLikeToken, type TokenIdentity } from './access-token.ts';
import { type AccountRow, accountColumns, toAccount } from './account.ts';
import { addressText, refuseAddress } from './allowed-ips.ts';
import { keyHash, parseKey } from './api-key.ts';
import { openedBy } from './scopes.ts';

export type KeyIdentity = { account: Account; actor: Actor & { key_id: string } };

type Found = { identity: KeyIdentity; expires_at: Date | null; allowed_ips: string[]; until: number };
type Use = { account_id: string; address: string };

const memory_ms = 5_000;
const rememberedMax = 10_000;

export class Authenticator {
  readonly #env: Env;
  readonly #found = new Map<string, Found>();
  readonly #tokens: AccessTokens;
  /** Keys used since the last note, so that `last_used_at` costs one statement a minute. */
  readonly #used = new Map<string, Use>();
  readonly #used_access_keys = new Map<string, Use>();

  constructor(env: Env) {
    this.#env = env;
    this.#tokens = new AccessTokens(env);
  }

  /** Whoever calls the native API: a key or an access token. */
  async identifyBearer(text: string, address: string): Promise<KeyIdentity | TokenIdentity> {
    if (!looksLikeToken(text)) return await this.identify(text, address);
    const identity = await this.#tokens.identify(text);
    this.noteAccessKey(identity.actor.access_key_id, identity.account.account_id, address);
    return identity;
  }

  noteAccessKey(id: string, account_id: string, address: string): void {
    this.#used_access_keys.set(id, { account_id, address: addressText(address) });
  }

  async identify(text: string, address: string): Promise<KeyIdentity> {
    const now = this.#env.clock.now();
    let found = this.#found.get(text);
    if (!found || found.until <= now.getTime()) {
      found = await this.#look(text, now);
      if (this.#found.size >= rememberedMax) this.#found.clear();
      this.#found.set(text, found);
    }
    const { identity } = found;
    if (found.expires_at && found.expires_at <= now) {
      throw new Fault(
        'key_expired',
        `This API key expired at ${found.expires_at.toISOString()}. Create a new one and use that.`,
        { internal: identity },
      );
    }
    refuseAddress(found.allowed_ips, address, identity);
    const last = this.#used.get(identity.actor.key_id);
    // The same address again, as nearly always, makes nothing new.
    if (last?.address !== address)
      this.#used.set(identity.actor.key_id, { account_id: identity.account.account_id, address });
    return identity;
  }

  /** Writes down when and from where keys were last used; the worker calls it every minute. */
  async noteUse(): Promise<void> {
    await this.#note('api_keys', this.#used);
    await this.#note('access_keys', this.#used_access_keys);
  }

  async #note(table: 'api_keys' | 'access_keys', uses: Map<string, Use>): Promise<void> {
    if (uses.size === 0) return;
    const used = [...uses];
    uses.clear();
    await sql`update ${sql.table(table)} k set last_used_at = ${this.#env.clock.now()}, last_used_address = u.address
      from unnest(${used.map(([id]) => id)}::text[], ${used.map(([, use]) => use.account_id)}::text[],
        ${used.map(([, use]) => addressText(use.address))}::text[]) as u (id, account_id, address)
      where k.account_id = u.account_id and k.id = u.id`.execute(this.#env.db.query);
  }

  async #look(text: string, now: Date): Promise<Found> {
    const key = parseKey(text);
    if (!key)
      throw invalid('It is not spelled like a Florin key (sk_test_… or sk_live_…, 40 characters after the prefix).');
    const [row] = await this.#env.db.point<
      AccountRow & {
        id: string;
        kind: string;
        expires_at: Date | null;
        revoked_at: Date | null;
        scopes: string[];
        allowed_ips: string[];
      }
    >({
      name: 'identity_by_key',
      text: byKeyHash,
      values: [keyHash(this.#env, key.body)],
    });
    if (!row || row.revoked_at) throw invalid('It does not exist here, or it was revoked.');
    const account = toAccount(row);
    if (row.kind !== key.kind || account.mode !== key.mode) throw invalid('Its prefix does not belong to it.');
    const limited = key.kind === 'secret' && row.scopes.length > 0;
    return {
      identity: {
        account,
        actor: { kind: key.kind, key_id: row.id, ...(limited ? { scopes: openedBy(row.scopes) } : {}) },
      },
      expires_at: row.expires_at,
      allowed_ips: row.allowed_ips,
      until: now.getTime() + memory_ms,
    };
  }
}

const byKeyHash = `select k.id, k.kind, k.expires_at, k.revoked_at, k.scopes, k.allowed_ips, ${accountColumns}
  from api_key_hashes h join api_keys k on k.account_id = h.account_id and k.id = h.key_id
  join accounts a on a.account_id = k.account_id join merchants m on m.id = a.merchant_id where h.hash = $1`;

const invalid = (why: string) => new Fault('key_invalid', `This API key is not valid. ${why}`);
