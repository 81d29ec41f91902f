// A portal session: a link that works once, then a cookie of one browser. Its row, its public shape, how it begins and is found. Must
// never keep the text of a link or a cookie: only their hashes.

import { sql } from 'kysely';
import Type, { type Static } from 'typebox';
import type { Executor, Tx } from '../db/db.ts';
import { minutes, plus } from '../kit/clock.ts';
import { sha256 } from '../kit/crypto.ts';
import { newId, secretText } from '../kit/id.ts';
import type { Ctx, Env } from '../operation/context.ts';
import { nullable } from '../operation/fields.ts';
import { linkPage } from '../payments/page-link.ts';

const flows = ['cancel', 'change', 'payment_method_update'] as const;

export const FlowField = Type.Object(
  {
    type: Type.Enum([...flows]),
    subscription: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, description: 'Which one; with `cancel` and `change`.' }),
    ),
  },
  { additionalProperties: false, description: 'The page that the link opens at; the first page when left out.' },
);
export type Flow = Static<typeof FlowField>;

/** `email`: this address was written to, and is the customer's once the link is opened, where theirs is still the one `from` which it was asked. */
export type StoredFlow = Flow | { type: 'email'; email: string; from: string | null };

export type PortalSessionRow = {
  account_id: string;
  id: string;
  customer_id: string;
  by_mail: boolean;
  link_expires_at: Date;
  return_url: string | null;
  locale: string | null;
  flow: StoredFlow | null;
  change_to_products: string[] | null;
  opened_at: Date | null;
  last_seen_at: Date | null;
  expires_at: Date | null;
  ended_at: Date | null;
  created_at: Date;
};

export const PortalSessionObject = Type.Object(
  {
    id: Type.String({ description: '`ps_…`' }),
    object: Type.Literal('portal_session'),
    customer: Type.String(),
    url: nullable(
      Type.String({
        description:
          'Send the customer there. It signs in whoever opens it first, once, and is told once: a repeat of this call with the same idempotency key has null.',
      }),
    ),
    expires_at: Type.String({ format: 'date-time', description: 'Until when the link may be opened.' }),
    return_url: nullable(Type.String()),
    locale: nullable(Type.String()),
    flow: nullable(FlowField),
    change_to_products: nullable(Type.Array(Type.String())),
    opened_at: nullable(Type.String({ format: 'date-time' })),
    ended_at: nullable(Type.String({ format: 'date-time' })),
    created_at: Type.String({ format: 'date-time' }),
  },
  { title: 'Portal session' },
);

export const portalSessionObject = (row: PortalSessionRow, url: string | null): Static<typeof PortalSessionObject> => ({
  id: row.id,
  object: 'portal_session',
  customer: row.customer_id,
  url,
  expires_at: row.link_expires_at.toISOString(),
  return_url: row.return_url,
  locale: row.locale,
  flow: row.flow?.type === 'email' ? null : row.flow,
  change_to_products: row.change_to_products,
  opened_at: row.opened_at?.toISOString() ?? null,
  ended_at: row.ended_at?.toISOString() ?? null,
  created_at: row.created_at.toISOString(),
});

/** Good until opened; a mail may lie for a while. */
export const linkMinutes = { least: 15, usual: 30, most: 60 } as const;

export const columns = [
  'account_id',
  'id',
  'customer_id',
  'by_mail',
  'link_expires_at',
  'return_url',
  'locale',
  'flow',
  'change_to_products',
  'opened_at',
  'last_seen_at',
  'expires_at',
  'ended_at',
  'created_at',
] as const;

type NewSession = {
  customer_id: string;
  by_mail: boolean;
  minutes: number;
  return_url?: string | undefined;
  locale?: string | null | undefined;
  flow?: StoredFlow | undefined;
  change_to_products?: string[] | undefined;
};

export const newSecret = (env: Env): string => secretText(43, env.random);

export async function beginSession(
  ctx: Pick<Ctx, 'env' | 'account'>,
  tx: Tx,
  input: NewSession,
): Promise<{ row: PortalSessionRow; url: string }> {
  const { env } = ctx;
  const { account_id } = ctx.account;
  const now = env.clock.now();
  const id = newId('ps', env);
  const secret = newSecret(env);
  const row = await tx
    .insertInto('portal_sessions')
    .values({
      account_id,
      id,
      customer_id: input.customer_id,
      link_hash: sha256(secret),
      by_mail: input.by_mail,
      link_expires_at: plus(now, minutes(input.minutes)),
      return_url: input.return_url ?? null,
      locale: input.locale ?? null,
      flow: input.flow ? JSON.stringify(input.flow) : null,
      change_to_products: input.change_to_products ?? null,
      created_at: now,
    })
    .returning(columns)
    .executeTakeFirstOrThrow();
  await linkPage(tx, id, account_id);
  return { row: row as PortalSessionRow, url: `${env.config.public_url}/portal/${id}/enter/${secret}` };
}

/** What was mailed to the customer, or to an address that was to be theirs, and nobody opened: it opens nothing any more. */
export async function endMailedLinks(
  { env, account }: Pick<Ctx, 'env' | 'account'>,
  tx: Executor | Tx,
  customer_id: string,
  which: 'all' | 'of_new_addresses',
): Promise<void> {
  await sql`update portal_sessions set ended_at = ${env.clock.now()}
    where account_id = ${account.account_id} and customer_id = ${customer_id}
      and by_mail and opened_at is null and ended_at is null
      ${which === 'all' ? sql`` : sql`and flow ->> 'type' = 'email'`}`.execute(tx);
}
