// The operations on API keys that make, show and end one. Changing and rolling stand in change-api-key.ts. Whoever is limited gives
// nobody more than they have.

import Type from 'typebox';
import { plus, seconds } from '../kit/clock.ts';
import { Fault, notFound } from '../kit/fault.ts';
import { Id } from '../operation/fields.ts';
import { readList } from '../operation/list.ts';
import { operation } from '../operation/operation.ts';
import { AllowedIps, allowedIpsFrom } from './allowed-ips.ts';
import { ApiKeyObject, apiKeyObject, mintKey } from './api-key.ts';
import { keyOf, lockKeys, refuseLast } from './last-key.ts';
import { refuseWider, scopesFrom } from './scopes.ts';

export const ScopeList = Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
  maxItems: 200,
  description: 'Areas such as `payments`, or verbs of them such as `payments:read`. Left out: everything.',
});

export const createApiKey = operation({
  name: 'api_keys.create',
  scope: 'api_keys:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Create an API key',
  description:
    'The full key is in the answer of this call (`key`) and nowhere else: store it now. It belongs to the account of the key that made it, so a sandbox key makes sandbox keys. ' +
    'With `scopes` a secret key may do only that; with `allowed_ips` a key works only from there. ' +
    'A replay by idempotency key shows the same key object with `key: null`: the text is not kept anywhere.',
  input: Type.Object(
    {
      kind: Type.Enum(['secret', 'publishable']),
      name: Type.String({ minLength: 1, maxLength: 100 }),
      expires_in: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 315_360_000,
          description: 'Seconds until it stops working. Left out: never.',
        }),
      ),
      scopes: Type.Optional(ScopeList),
      allowed_ips: Type.Optional(AllowedIps),
    },
    { additionalProperties: false },
  ),
  output: Type.Interface([ApiKeyObject], {
    key: Type.Union([Type.String(), Type.Null()], { description: 'Shown this once.' }),
  }),
  faults: ['parameter_invalid'],
  example: { kind: 'publishable', name: 'web shop' },
  keep: (output) => ({ ...output, key: null }),
  async run(ctx, input, tx) {
    const scopes = scopesFrom(input.scopes ?? []);
    if (input.kind === 'publishable' && scopes.length > 0) {
      throw new Fault('parameter_invalid', "'scopes' are for secret keys: what a publishable key may do is fixed.", {
        param: 'scopes',
      });
    }
    if (input.kind === 'secret') refuseWider(ctx.actor, scopes);
    const allowed_ips = allowedIpsFrom(input.allowed_ips ?? []);
    const now = ctx.env.clock.now();
    const expires_at = input.expires_in === undefined ? null : plus(now, seconds(input.expires_in));
    const { kind, name } = input;
    const { row, text } = await mintKey(ctx.env, tx, ctx.account, { kind, name, expires_at, scopes, allowed_ips });
    return { ...apiKeyObject(row, now), key: text };
  },
});

export const listApiKeys = operation({
  name: 'api_keys.list',
  scope: 'api_keys:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List API keys',
  description: 'Newest first. Keys are shown by their hint, never in full.',
  input: Type.Object(
    {
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
      starting_after: Type.Optional(Type.String({ maxLength: 64 })),
      ending_before: Type.Optional(Type.String({ maxLength: 64 })),
    },
    { additionalProperties: false },
  ),
  output: Type.Object({ object: Type.Literal('list'), data: Type.Array(ApiKeyObject), has_more: Type.Boolean() }),
  faults: [],
  run(ctx, input) {
    const now = ctx.env.clock.now();
    return readList(ctx.env.db.query, input, {
      from: 'api_keys',
      where: { account_id: ctx.account.account_id },
      show: (rows) => rows.map((row) => apiKeyObject(row, now)),
    });
  },
});

export const getApiKey = operation({
  name: 'api_keys.get',
  scope: 'api_keys:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Retrieve an API key',
  description: 'By its id; the key itself is not shown again.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: ApiKeyObject,
  faults: ['not_found'],
  example: { id: '{unused_api_key}' },
  async run(ctx, { id }) {
    const row = await ctx.env.db.query
      .selectFrom('api_keys')
      .selectAll()
      .where('account_id', '=', ctx.account.account_id)
      .where('id', '=', id)
      .executeTakeFirst();
    if (!row) throw notFound('API key', id);
    return apiKeyObject(row, ctx.env.clock.now());
  },
});

export const revokeApiKey = operation({
  name: 'api_keys.revoke',
  scope: 'api_keys:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Revoke an API key',
  description:
    'The key stops working within five seconds, everywhere. The last valid secret key of an account cannot be revoked: create its successor first.',
  input: Type.Object({ id: Type.String({ maxLength: 64 }) }, { additionalProperties: false }),
  output: ApiKeyObject,
  faults: ['not_found', 'last_key'],
  example: { id: '{unused_api_key}' },
  async run(ctx, input, tx) {
    const { account_id } = ctx.account;
    const now = ctx.env.clock.now();
    const rows = await lockKeys(tx, account_id);
    const row = keyOf(rows, input.id);
    if (row.revoked_at) return apiKeyObject(row, now);
    refuseLast(rows, row, now, 'Create another one before you revoke it.');
    await tx
      .updateTable('api_keys')
      .set({ revoked_at: now })
      .where('account_id', '=', account_id)
      .where('id', '=', row.id)
      .execute();
    return apiKeyObject({ ...row, revoked_at: now }, now);
  },
});
