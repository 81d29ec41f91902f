// From an access token to what it opens. A token is proved once and remembered by its hash until it expires; the access key behind it
// is asked for anew every few seconds, so what was revoked or taken away is closed within that time. Accepts one algorithm only.

import { createLocalJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import { sha256 } from '../kit/crypto.ts';
import { Fault } from '../kit/fault.ts';
import type { Account, Env, Scopes } from '../operation/context.ts';
import { type AccountRow, accountColumns, toAccount } from './account.ts';
import { openedBy } from './scopes.ts';
import { loadSigningKeys } from './signing-key.ts';

const memory_ms = 5_000;
const keys_ms = 60_000;
const rememberedMax = 10_000;

export type TokenIdentity = {
  account: Account;
  actor: { kind: 'token'; access_key_id: string; scopes: Scopes };
};

type Proved = { access_key_id: string; scopes: string[]; expires_at: number };
type Behind = { account: Account; opens: Scopes; until: number } | { revoked: true; until: number };

/** Three parts of base64url, of which the first begins as JSON does. */
export const looksLikeToken = (text: string): boolean => /^eyJ[\w-]*\.[\w-]*\.[\w-]*$/.test(text);

export class AccessTokens {
  readonly #env: Env;
  readonly #proved = new Map<string, Proved>();
  readonly #behind = new Map<string, Behind>();
  #keys: { find: ReturnType<typeof createLocalJWKSet>; at: number } | undefined;

  constructor(env: Env) {
    this.#env = env;
  }

  async identify(text: string): Promise<TokenIdentity> {
    const now = this.#env.clock.now().getTime();
    const hash = sha256(text).toString('base64');
    let proved = this.#proved.get(hash);
    if (!proved) {
      proved = await this.#prove(text);
      if (this.#proved.size >= rememberedMax) this.#proved.clear();
      this.#proved.set(hash, proved);
    }
    if (proved.expires_at <= now) {
      this.#proved.delete(hash);
      throw expired();
    }
    const behind = await this.#behindOf(proved.access_key_id, now);
    if ('revoked' in behind) throw invalid('The access key behind it was revoked.');
    const scopes = new Set([...openedBy(proved.scopes)].filter((scope) => behind.opens.has(scope)));
    return {
      account: behind.account,
      actor: { kind: 'token', access_key_id: proved.access_key_id, scopes },
    };
  }

  async #prove(text: string): Promise<Proved> {
    const { public_url } = this.#env.config;
    const options = {
      // One algorithm, of one kind of key: `none`, and a public key taken for a shared secret, are no choice a token has.
      algorithms: ['ES256'],
      typ: 'at+jwt',
      issuer: public_url,
      audience: public_url,
      requiredClaims: ['sub', 'client_id', 'exp', 'iat'],
      currentDate: this.#env.clock.now(),
    };
    try {
      const { payload } = await jwtVerify(text, await this.#keySet(), options);
      return provedBy(payload);
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw expired();
      if (error instanceof errors.JOSEError) throw invalid('It was not made here, or was changed since.');
      throw error;
    }
  }

  async #keySet() {
    const keys = this.#keys;
    // A key that is younger than what is remembered is asked for, once a second at most: strangers can name as many as they like.
    return async (...given: Parameters<ReturnType<typeof createLocalJWKSet>>) => {
      const now = this.#env.clock.now().getTime();
      const find = keys && now - keys.at < keys_ms ? keys.find : await this.#loadKeys(now);
      try {
        return await find(...given);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey) || now - (this.#keys?.at ?? 0) < 1_000) throw error;
        return await (await this.#loadKeys(now))(...given);
      }
    };
  }

  async #loadKeys(now: number) {
    const keys = await loadSigningKeys(this.#env);
    const find = createLocalJWKSet({ keys: keys.map((key) => key.public_jwk) });
    this.#keys = { find, at: now };
    return find;
  }

  async #behindOf(id: string, now: number): Promise<Behind> {
    const remembered = this.#behind.get(id);
    if (remembered && remembered.until > now) return remembered;
    const [row] = await this.#env.db.point<AccountRow & { scopes: string[]; revoked_at: Date | null }>({
      name: 'account_by_access_key',
      text: byAccessKey,
      values: [id],
    });
    const until = now + memory_ms;
    const found: Behind =
      row && row.revoked_at === null
        ? { account: toAccount(row), opens: openedBy(row.scopes), until }
        : { revoked: true, until };
    if (this.#behind.size >= rememberedMax) this.#behind.clear();
    this.#behind.set(id, found);
    return found;
  }
}

const byAccessKey = `select k.scopes, k.revoked_at, ${accountColumns}
  from access_key_secrets s join access_keys k on k.account_id = s.account_id and k.id = s.id
  join accounts a on a.account_id = k.account_id join merchants m on m.id = a.merchant_id where s.id = $1`;

function provedBy(payload: JWTPayload): Proved {
  const { client_id, exp, scope } = payload;
  if (typeof client_id !== 'string' || payload.sub !== client_id || typeof exp !== 'number')
    throw invalid('It says nothing of its access key.');
  const scopes = typeof scope === 'string' ? scope.split(' ') : [];
  return { access_key_id: client_id, scopes, expires_at: exp * 1000 };
}

const expired = () =>
  new Fault('key_expired', 'This access token has expired. Ask for a new one at /oauth/token and use that.');
const invalid = (why: string) => new Fault('key_invalid', `This access token is not valid. ${why}`);
