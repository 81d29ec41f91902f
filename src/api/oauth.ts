// Access tokens over HTTP: the token endpoint of OAuth 2.0 for client credentials, the public keys, and the documents by which a client
// finds both. The protocol is the library's (docs/adr/0030-oauth.md); what an access key is and what it may do is identity's. Only the
// addresses mounted here are reachable: of the library's others there is none.

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Client, errors, Provider, type TokenContext } from 'oidc-provider';
import { opensWith } from '../identity/access-key.ts';
import { findAccessKey } from '../identity/find-access-key.ts';
import { asOneWord, isScope, scopeNames } from '../identity/scopes.ts';
import { loadSigningKeys, type SigningKey, token_life_s } from '../identity/signing-key.ts';
import type { Env } from '../operation/context.ts';

const refresh_ms = 60_000;

type Parts = {
  env: Env;
  /** A token was asked for, with the right secret. */
  granted(request: FastifyRequest, access_key_id: string): Promise<void>;
};

export const oauth =
  ({ env, granted }: Parts) =>
  async (app: FastifyInstance): Promise<void> => {
    // The library reads the body itself.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, _payload, done) => done(null));

    const asking = new WeakMap<object, FastifyRequest>();
    const onGranted = async (ctx: TokenContext, id: string) => {
      const request = asking.get(ctx.req);
      if (request) await granted(request, id);
    };
    let held: { serve: ReturnType<Provider['callback']>; keys: string; at: number } | undefined;

    /** The library takes its keys when it is made, so it is made anew when they change. */
    async function server() {
      const now = env.clock.now().getTime();
      if (held && now - held.at < refresh_ms) return held.serve;
      const keys = await loadSigningKeys(env);
      const names = keys.map((key) => key.id).join(' ');
      if (held?.keys !== names) held = { serve: provider(env, keys, onGranted).callback(), keys: names, at: now };
      held.at = now;
      return held.serve;
    }

    const mount = (method: 'GET' | 'POST', path: string, inside: string) =>
      app.route({
        method,
        url: path,
        exposeHeadRoute: false,
        handler: async (request, reply) => {
          const serve = await server();
          asking.set(request.raw, request);
          for (const [name, value] of Object.entries(reply.getHeaders())) {
            if (value !== undefined) reply.raw.setHeader(name, value);
          }
          request.raw.url = inside;
          reply.hijack();
          await serve(request.raw, reply.raw);
        },
      });
    mount('POST', '/oauth/token', '/oauth/token');
    // As clients of another documented API spell it.
    mount('POST', '/connect/token', '/oauth/token');
    mount('GET', '/.well-known/jwks.json', '/.well-known/jwks.json');

    for (const path of ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']) {
      app.get(path, async (_request, reply) =>
        reply
          .header('access-control-allow-origin', '*')
          .header('cache-control', 'public, max-age=300')
          .send(found(env)),
      );
    }
  };

/** RFC 8414. The addresses are those of the settings: what a caller claims to have asked is not repeated. */
const found = ({ config: { public_url } }: Env) => ({
  issuer: public_url,
  token_endpoint: `${public_url}/oauth/token`,
  jwks_uri: `${public_url}/.well-known/jwks.json`,
  grant_types_supported: ['client_credentials'],
  response_types_supported: [],
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  scopes_supported: scopeNames,
  service_documentation: `${public_url}/docs`,
});

function provider(env: Env, keys: SigningKey[], onGranted: (ctx: TokenContext, id: string) => Promise<void>): Provider {
  const { public_url } = env.config;
  const off = { enabled: false };
  const made = new Provider(public_url, {
    adapter: adapterOf(env),
    // The present key stands first, and is the one that signs.
    jwks: { keys: keys.map((key) => key.private_jwk) },
    scopes: scopeNames,
    claims: {},
    responseTypes: [],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post'],
    clientBasedCORS: () => false,
    routes: { token: '/oauth/token', jwks: '/.well-known/jwks.json' },
    // There is no cookie; the library asks for the setting all the same.
    cookies: { keys: ['unused'] },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    ttl: { ClientCredentials: token_life_s },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: off,
      userinfo: off,
      rpInitiatedLogout: off,
      dPoP: off,
      pushedAuthorizationRequests: off,
      resourceIndicators: {
        enabled: true,
        defaultResource: () => public_url,
        getResourceServerInfo: async (ctx: TokenContext, resource: string, client: Client) => {
          if (resource !== public_url) throw new errors.InvalidTarget(`the only resource here is ${public_url}`);
          ctx.oidc.params.scope = scopeAsked(ctx.oidc.params.scope, client);
          await onGranted(ctx, client.clientId);
          return {
            scope: client.scope,
            audience: public_url,
            accessTokenFormat: 'jwt',
            accessTokenTTL: token_life_s,
            jwt: { sign: { alg: 'ES256' } },
          };
        },
      },
    },
  });
  made.Client.prototype.compareClientSecret = async function compare(actual) {
    const row = await findAccessKey(env, this.clientId);
    return row !== undefined && opensWith(env, this.clientId, actual, row);
  };
  made.on('server_error', (_context, error) => env.log.error({ error }, 'a token could not be given'));
  return made;
}

/** Nothing asked is everything the access key has (RFC 6749, section 3.3, lets us choose); what nobody knows is refused, not dropped. */
function scopeAsked(asked: string | undefined, client: Client): string | undefined {
  const names = asOneWord(asked ?? '')
    .split(' ')
    .filter(Boolean);
  if (names.length === 0) return client.scope;
  for (const name of names)
    if (!isScope(name)) throw new errors.InvalidScope('there is no such scope', name.slice(0, 64));
  return names.join(' ');
}

/** The library's store. It looks for clients; an access token of ours is its own proof and is stored nowhere. */
function adapterOf(env: Env) {
  return class {
    readonly #kind: string;
    constructor(kind: string) {
      this.#kind = kind;
    }
    async find(id: string) {
      if (this.#kind !== 'Client') return undefined;
      const row = await findAccessKey(env, id);
      if (!row || row.revoked_at) return undefined;
      return {
        client_id: id,
        // Asked for by the library, compared with nothing: `compareClientSecret` looks at the keyed hash.
        client_secret: 'kept as a hash',
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
        token_endpoint_auth_method: 'client_secret_basic',
        id_token_signed_response_alg: 'ES256',
        scope: row.scopes.join(' '),
      };
    }
    async upsert() {}
    async consume() {}
    async destroy() {}
    async revokeByGrantId() {}
  };
}
