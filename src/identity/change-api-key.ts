// Changing an API key while it is in use: its name, its end, from where it may be used; and rolling it, which makes a new key beside
// the old one for as long as programs need to change over.

import Type from 'typebox';
import type { Tx } from '../db/db.ts';
import { days, plus } from '../kit/clock.ts';
import { Fault } from '../kit/fault.ts';
import type { Ctx } from '../operation/context.ts';
import { Id, instantOf, nullable, text } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { AllowedIps, allowedIpsFrom, isAllowed } from './allowed-ips.ts';
import { ApiKeyObject, apiKeyObject, mintKey } from './api-key.ts';
import { keyOf, lockKeys, refuseLast } from './last-key.ts';
import { refuseWider } from './scopes.ts';

const overlap_days = 30;

/** A moment from now on, `overlap_days` away at most where one is given. */
export function endFrom(value: string, param: string, now: Date, most_days?: number): Date {
  const at = instantOf(value, param);
  if (at < now) throw new Fault('parameter_invalid', `'${param}' is over already: give a time to come.`, { param });
  if (most_days !== undefined && at > plus(now, days(most_days))) {
    throw new Fault('parameter_invalid', `'${param}' may be at most ${most_days} days ahead.`, { param });
  }
  return at;
}

async function lockActive(ctx: Ctx, tx: Tx, id: string) {
  const now = ctx.env.clock.now();
  const rows = await lockKeys(tx, ctx.account.account_id);
  const row = keyOf(rows, id);
  const { status } = apiKeyObject(row, now);
  if (status !== 'active')
    throw new Fault('state_invalid', `This key is ${status}. Create a new one instead.`, { param: 'id' });
  if (row.kind === 'secret') refuseWider(ctx.actor, row.scopes);
  return { rows, row, now };
}

export const updateApiKey = operation({
  name: 'api_keys.update',
  scope: 'api_keys:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Update an API key',
  description:
    'Names it, schedules its end (`expires_at`; null: never) or says from where it may be used. What is left out stays. The change holds within five seconds. ' +
    'The end of the last secret key cannot be scheduled: create its successor first.',
  input: Type.Object(
    {
      id: Id,
      name: Type.Optional(text(100)),
      expires_at: Type.Optional(nullable(text(40, 'A time to come in ISO 8601 with a zone; null: never.'))),
      allowed_ips: Type.Optional(AllowedIps),
    },
    { additionalProperties: false },
  ),
  output: ApiKeyObject,
  faults: ['not_found', 'last_key', 'state_invalid'],
  example: { id: '{unused_api_key}', name: 'web shop', allowed_ips: ['203.0.113.0/24', '2001:db8::/48'] },
  async run(ctx, input, tx) {
    const { rows, row, now } = await lockActive(ctx, tx, input.id);
    const { name, expires_at } = input;
    const until = expires_at === undefined || expires_at === null ? null : endFrom(expires_at, 'expires_at', now);
    if (until !== null) refuseLast(rows, row, now, 'Create another one before you schedule its end.');
    const allowed_ips = input.allowed_ips && allowedIpsFrom(input.allowed_ips);
    if (allowed_ips) refuseShutOut(ctx, row.id, allowed_ips);
    const changed = await tx
      .updateTable('api_keys')
      .set({
        name: name ?? row.name,
        expires_at: expires_at === undefined ? row.expires_at : until,
        allowed_ips: allowed_ips ?? row.allowed_ips,
      })
      .where('account_id', '=', ctx.account.account_id)
      .where('id', '=', row.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    return apiKeyObject(changed, now);
  },
});

/** Whoever locks the door from outside by mistake could not open it again with that key. */
function refuseShutOut(ctx: Ctx, key_id: string, allowed_ips: readonly string[]): void {
  const own = 'key_id' in ctx.actor && ctx.actor.key_id === key_id;
  if (!own || !ctx.from || isAllowed(allowed_ips, ctx.from.address)) return;
  throw new Fault(
    'parameter_invalid',
    `'allowed_ips' would shut out this very call, which comes from ${ctx.from.address} with this key. Add that address, or change the key by another one.`,
    { param: 'allowed_ips' },
  );
}

export const rollApiKey = operation({
  name: 'api_keys.roll',
  scope: 'api_keys:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Roll an API key',
  description:
    'Makes a new key of the same kind, name, scopes and addresses; it works at once and is shown in this answer alone. ' +
    'The old key ends now, or at `old_key_expires_at`, at most 30 days ahead, so that programs can change over without a gap.',
  input: Type.Object(
    {
      id: Id,
      old_key_expires_at: Type.Optional(text(40, 'When the old key ends, in ISO 8601 with a zone. Left out: now.')),
    },
    { additionalProperties: false },
  ),
  output: Type.Interface([ApiKeyObject], {
    key: nullable(Type.String({ description: 'Shown this once.' })),
    old_key: ApiKeyObject,
  }),
  faults: ['not_found', 'state_invalid'],
  example: { id: '{unused_api_key}' },
  keep: (output) => ({ ...output, key: null }),
  async run(ctx, input, tx) {
    const { row, now } = await lockActive(ctx, tx, input.id);
    const { account_id } = ctx.account;
    const given = input.old_key_expires_at;
    const asked = given === undefined ? now : endFrom(given, 'old_key_expires_at', now, overlap_days);
    const ends = row.expires_at && row.expires_at < asked ? row.expires_at : asked;
    const { name, scopes, allowed_ips } = row;
    const kind = row.kind === 'secret' ? 'secret' : 'publishable';
    // The successor of a key that was to end does not end: what was scheduled was the old one's end.
    const next = await mintKey(ctx.env, tx, ctx.account, { kind, name, expires_at: null, scopes, allowed_ips });
    const old = await tx
      .updateTable('api_keys')
      .set(given === undefined ? { revoked_at: now } : { expires_at: ends })
      .where('account_id', '=', account_id)
      .where('id', '=', row.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    return { ...apiKeyObject(next.row, now), key: next.text, old_key: apiKeyObject(old, now) };
  },
});
