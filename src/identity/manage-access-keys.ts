// The operations on access keys: make, show, change, rotate the secret, revoke. Tokens themselves are made by api/oauth.ts. Whoever is
// limited gives nobody more than they have.

import { type Selectable, sql } from 'kysely';
import Type from 'typebox';
import type { AccessKeys } from '../db/types.ts';
import { Fault, notFound } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import { Id, ListOf, pageFields, text } from '../operation/fields.ts';
import { each, readList } from '../operation/list.ts';
import { operation } from '../operation/operation.ts';
import {
  AccessKeyObject,
  AccessKeyWithSecret,
  type AccessSecrets,
  accessKeyObject,
  accessKeys,
  lockAccessKey,
  newAccessSecret,
} from './access-key.ts';
import { endFrom } from './change-api-key.ts';
import { refuseWider, scopesFrom } from './scopes.ts';

const Scopes = Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
  minItems: 1,
  maxItems: 200,
  description: 'Areas such as `payments`, or verbs of them such as `payments:read`. docs/scopes.md lists all.',
});

const revoked = () =>
  new Fault('state_invalid', 'This access key is revoked. Create a new one instead.', { param: 'id' });

export const createAccessKey = operation({
  name: 'access_keys.create',
  scope: 'access_keys:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Create an access key',
  description:
    'The client id (`id`) and `secret` by which a program asks for access tokens at `/oauth/token`. The secret is in the answer of this call and nowhere else. ' +
    'A replay by idempotency key shows the same access key with `secret: null`.',
  input: Type.Object({ name: text(100), scopes: Scopes }, { additionalProperties: false }),
  output: AccessKeyWithSecret,
  faults: ['parameter_invalid'],
  example: { name: 'reporting job', scopes: ['payments:read', 'reports'] },
  keep: (output) => ({ ...output, secret: null }),
  async run(ctx, input, tx) {
    const scopes = scopesFrom(input.scopes);
    refuseWider(ctx.actor, scopes);
    const { account_id } = ctx.account;
    const id = newId('ack', ctx.env);
    const now = ctx.env.clock.now();
    const secret = newAccessSecret(ctx.env, id);
    const row = await tx
      .insertInto('access_keys')
      .values({ account_id, id, name: input.name, scopes, hint: secret.hint, created_at: now })
      .returningAll()
      .executeTakeFirstOrThrow();
    await tx.insertInto('access_key_secrets').values({ id, account_id, secret_hash: secret.hash }).execute();
    return { ...accessKeyObject(row, null, now), secret: secret.text };
  },
});

type AccessKeyRow = Selectable<AccessKeys> & Pick<AccessSecrets, 'previous_until'>;

export const listAccessKeys = operation({
  name: 'access_keys.list',
  scope: 'access_keys:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List access keys',
  description: 'Newest first. Secrets are shown by their hint, never in full.',
  input: Type.Object(pageFields, { additionalProperties: false }),
  output: ListOf(AccessKeyObject),
  faults: [],
  async run(ctx, input) {
    const now = ctx.env.clock.now();
    return await readList(ctx.env.db.query, input, {
      from: 'access_keys',
      where: { account_id: ctx.account.account_id },
      columns: [
        sql`*, (select s.previous_until from access_key_secrets s
          where s.account_id = access_keys.account_id and s.id = access_keys.id) as previous_until`,
      ],
      show: each((row: AccessKeyRow) => accessKeyObject(row, row.previous_until, now)),
    });
  },
});

export const getAccessKey = operation({
  name: 'access_keys.get',
  scope: 'access_keys:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Retrieve an access key',
  description: 'By its id; the secret is not shown again.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: AccessKeyObject,
  faults: ['not_found'],
  example: { id: '{unused_access_key}' },
  async run(ctx, { id }) {
    const row = await accessKeys(ctx.env.db.query, ctx.account.account_id).where('k.id', '=', id).executeTakeFirst();
    if (!row) throw notFound('access key', id);
    return accessKeyObject(row, row.previous_until, ctx.env.clock.now());
  },
});

export const updateAccessKey = operation({
  name: 'access_keys.update',
  scope: 'access_keys:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Update an access key',
  description:
    'Its name or its scopes. A scope that is taken away is closed to the tokens that are out already, too, within ten seconds; one that is added comes with the next token.',
  input: Type.Object(
    { id: Id, name: Type.Optional(text(100)), scopes: Type.Optional(Scopes) },
    { additionalProperties: false },
  ),
  output: AccessKeyObject,
  faults: ['not_found', 'state_invalid'],
  example: { id: '{unused_access_key}', scopes: ['payments:read'] },
  async run(ctx, input, tx) {
    const { account_id } = ctx.account;
    const { row, secrets } = await lockAccessKey(tx, account_id, input.id);
    if (row.revoked_at) throw revoked();
    const scopes = input.scopes ? scopesFrom(input.scopes) : row.scopes;
    refuseWider(ctx.actor, [...row.scopes, ...scopes]);
    const changed = await tx
      .updateTable('access_keys')
      .set({ name: input.name ?? row.name, scopes })
      .where('account_id', '=', account_id)
      .where('id', '=', row.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    return accessKeyObject(changed, secrets.previous_until, ctx.env.clock.now());
  },
});

export const rotateAccessSecret = operation({
  name: 'access_keys.rotate_secret',
  scope: 'access_keys:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Rotate the secret of an access key',
  description:
    'The new `secret` works at once and is shown in this answer alone. The old one ends now, or at `old_secret_expires_at`, at most 30 days ahead. ' +
    'A second rotation within that time drops the oldest. Tokens that are out already go on until they expire: to end them, revoke the access key.',
  input: Type.Object(
    {
      id: Id,
      old_secret_expires_at: Type.Optional(
        text(40, 'When the old secret ends, in ISO 8601 with a zone. Left out: now.'),
      ),
    },
    { additionalProperties: false },
  ),
  output: AccessKeyWithSecret,
  faults: ['not_found', 'state_invalid'],
  example: { id: '{unused_access_key}' },
  keep: (output) => ({ ...output, secret: null }),
  async run(ctx, input, tx) {
    const { account_id } = ctx.account;
    const { row, secrets } = await lockAccessKey(tx, account_id, input.id);
    if (row.revoked_at) throw revoked();
    refuseWider(ctx.actor, row.scopes);
    const now = ctx.env.clock.now();
    const given = input.old_secret_expires_at;
    const until = given === undefined ? null : endFrom(given, 'old_secret_expires_at', now, 30);
    const secret = newAccessSecret(ctx.env, row.id);
    await tx
      .updateTable('access_key_secrets')
      .set({
        secret_hash: secret.hash,
        previous_hash: until === null ? null : secrets.secret_hash,
        previous_until: until,
      })
      .where('account_id', '=', account_id)
      .where('id', '=', row.id)
      .execute();
    const changed = await tx
      .updateTable('access_keys')
      .set({ hint: secret.hint })
      .where('account_id', '=', account_id)
      .where('id', '=', row.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    return { ...accessKeyObject(changed, until, now), secret: secret.text };
  },
});

export const revokeAccessKey = operation({
  name: 'access_keys.revoke',
  scope: 'access_keys:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Revoke an access key',
  description: 'It gets no more tokens, and those that are out already are refused within ten seconds, everywhere.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: AccessKeyObject,
  faults: ['not_found'],
  example: { id: '{unused_access_key}' },
  async run(ctx, input, tx) {
    const { account_id } = ctx.account;
    const { row, secrets } = await lockAccessKey(tx, account_id, input.id);
    const now = ctx.env.clock.now();
    const revoked_at = row.revoked_at ?? now;
    await tx
      .updateTable('access_keys')
      .set({ revoked_at })
      .where('account_id', '=', account_id)
      .where('id', '=', row.id)
      .execute();
    return accessKeyObject({ ...row, revoked_at }, secrets.previous_until, now);
  },
});
