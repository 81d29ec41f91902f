// The noun: an address of the merchant's that is told of events. Secrets are sealed in the row, and shown only by the
// operations that make one; this file never shows them.

import type { Selectable } from 'kysely';
import Type, { type Static } from 'typebox';
import type { Executor, Tx } from '../db/db.ts';
import type { WebhookEndpoints } from '../db/types.ts';
import { type EventType, eventTypes } from '../events/event.ts';
import { openGuard } from '../kit/address.ts';
import { seal, unseal } from '../kit/crypto.ts';
import { Fault, notFound } from '../kit/fault.ts';
import { checkUrl } from '../kit/outbound.ts';
import type { Ctx, Env } from '../operation/context.ts';
import { Metadata, nullable, text } from '../operation/fields.ts';
import { nativeDialect } from './sign.ts';

export type EndpointRow = Selectable<WebhookEndpoints>;

const EventChoice = Type.Enum(['*', ...eventTypes]);
type EventChoice = '*' | EventType;

export const endpointFields = {
  url: Type.String({
    minLength: 8,
    maxLength: 2048,
    description: 'Where events are sent by POST: https://, in the sandbox also http://.',
  }),
  events: Type.Array(EventChoice, {
    minItems: 1,
    maxItems: 100,
    description: "Types to be told of, or `['*']` for all, also those to come.",
  }),
  description: Type.Optional(nullable(text(500))),
  metadata: Type.Optional(Metadata),
};

/** Chosen once: what is frozen for one wire format is not read by another's program. */
export const Dialect = Type.String({
  minLength: 1,
  maxLength: 40,
  pattern: '^[a-z][a-z_]*$',
  description:
    'The wire format of the deliveries: `native` (when left out), or the name of another dialect served here.',
});

export const EndpointObject = Type.Object(
  {
    id: Type.String({ description: '`we_…`' }),
    object: Type.Literal('webhook_endpoint'),
    url: Type.String(),
    description: nullable(Type.String()),
    events: Type.Array(EventChoice),
    dialect: Type.String({ description: '`native`, or the dialect whose payloads and signature it gets.' }),
    status: Type.Enum(['enabled', 'disabled']),
    disabled_reason: nullable(
      Type.Enum(['by_request', 'gone', 'failing'], {
        description: '`gone`: it answered 410. `failing`: nothing but failures for three days.',
      }),
    ),
    failing_since: nullable(
      Type.String({ format: 'date-time', description: 'Start of the present run of nothing but failures.' }),
    ),
    previous_secret_until: nullable(
      Type.String({
        format: 'date-time',
        description: 'Until then deliveries are also signed with the secret before.',
      }),
    ),
    metadata: Metadata,
    created_at: Type.String({ format: 'date-time' }),
    updated_at: Type.String({ format: 'date-time' }),
  },
  { title: 'WebhookEndpoint' },
);
export type EndpointObject = Static<typeof EndpointObject>;

export const EndpointWithSecret = Type.Interface([EndpointObject], {
  secret: Type.Union([Type.String(), Type.Null()], {
    description:
      '`whsec_…`, for any library of Standard Webhooks. Shown this once: store it now. Null in a replay by idempotency key.',
  }),
});
export type EndpointWithSecret = Static<typeof EndpointWithSecret>;

/** What a stored answer keeps: everything but the secret. */
export const withoutSecret = (output: EndpointWithSecret): EndpointWithSecret => ({ ...output, secret: null });

export function endpointObject(row: EndpointRow, now: Date): EndpointObject {
  const overlapping = row.previous_secret_until !== null && row.previous_secret_until > now;
  return {
    id: row.id,
    object: 'webhook_endpoint',
    url: row.url,
    description: row.description,
    events: row.events as EventChoice[],
    dialect: row.dialect,
    status: row.status as EndpointObject['status'],
    disabled_reason: row.disabled_reason as EndpointObject['disabled_reason'],
    failing_since: row.failing_since?.toISOString() ?? null,
    previous_secret_until: overlapping ? (row.previous_secret_until?.toISOString() ?? null) : null,
    metadata: row.metadata as Metadata,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

export async function findEndpoint(query: Executor, account_id: string, id: string): Promise<EndpointRow> {
  const row = await query
    .selectFrom('webhook_endpoints')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) throw notFound('webhook endpoint', id);
  return row;
}

/** For verbs that decide by what they read: nobody else changes the row until the transaction ends. */
export async function lockEndpoint(tx: Tx, account_id: string, id: string): Promise<EndpointRow> {
  const row = await tx
    .selectFrom('webhook_endpoints')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!row) throw notFound('webhook endpoint', id);
  return row;
}

/** Refusals of what a merchant asks for; `*` beside a type would be a choice that says two things. */
export function checkChoice(ctx: Ctx, input: { url?: string; events?: string[] }): void {
  if (input.url !== undefined) checkUrl(input.url, ctx.account.mode, openGuard(ctx.env.config.outbound_allow));
  if (input.events?.includes('*') && input.events.length > 1) {
    throw new Fault('parameter_invalid', "Give either ['*'] for all events or a list of types, not both.", {
      param: 'events',
    });
  }
}

/** What is kept of a choice: `*` in another dialect is what that dialect has names for. */
export function chosenEvents(ctx: Ctx, dialect: string, events: string[]): string[] {
  const chosen = [...new Set(events)];
  if (dialect === nativeDialect) return chosen;
  const spoken = spokenBy(ctx.env, dialect);
  if (chosen.includes('*')) return [...spoken];
  const silent = chosen.find((type) => !spoken.includes(type));
  if (silent === undefined) return chosen;
  throw new Fault(
    'parameter_invalid',
    `The dialect '${dialect}' has no name for '${silent}'. Choose among ${spoken.join(', ')}.`,
    { param: 'events' },
  );
}

function spokenBy(env: Env, dialect: string): readonly string[] {
  const known = Object.hasOwn(env.webhook_dialects, dialect) ? env.webhook_dialects[dialect] : undefined;
  if (known) return known.event_types;
  const names = [nativeDialect, ...Object.keys(env.webhook_dialects)];
  throw new Fault('parameter_invalid', `'dialect' must be one of ${names.join(', ')}.`, { param: 'dialect' });
}

/** 256 bits; Standard Webhooks asks for 192 to 512. */
export const newSecret = (env: Env) => Buffer.from(env.random.bytes(32));

// Bound to the endpoint: a sealed secret copied into another row does not open there.
export const sealSecret = (env: Env, endpoint_id: string, secret: Uint8Array) =>
  seal(env.keys.webhooks, secret, endpoint_id);

export type SigningRow = Pick<EndpointRow, 'id' | 'secret' | 'previous_secret' | 'previous_secret_until'>;

/** What a delivery at this time is signed with, the present secret first. */
export function signingSecrets(env: Env, row: SigningRow, at: Date): Buffer[] {
  const secrets = [unseal(env.keys.webhooks, row.secret, row.id)];
  const { previous_secret, previous_secret_until: until } = row;
  if (previous_secret !== null && until !== null && until > at)
    secrets.push(unseal(env.keys.webhooks, previous_secret, row.id));
  return secrets;
}
