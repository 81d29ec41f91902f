// A person: the public object, and how one is found inside a company. Must never show a password's hash or a TOTP secret.

import type { Selectable } from 'kysely';
import Type, { type Static } from 'typebox';
import type { Executor, Tx } from '../db/db.ts';
import type { Users } from '../db/types.ts';
import { Fault, notFound } from '../kit/fault.ts';
import type { Ctx } from '../operation/context.ts';
import { nullable } from '../operation/fields.ts';
import { roles } from './roles.ts';

export type UserRow = Selectable<Users>;

export const RoleNames = Type.Array(Type.Enum([...roles]), { minItems: 1, maxItems: roles.length, uniqueItems: true });

export const Email = Type.String({
  minLength: 3,
  maxLength: 254,
  pattern: '^[^\\s@<>,;"]{1,64}@[^\\s@<>,;"]{1,190}$',
  description: 'an e-mail address such as ada@example.com',
});

/** One address, one spelling. */
export const emailOf = (text: string): string => text.trim().toLowerCase();

const Time = Type.String({ format: 'date-time' });

export const UserObject = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('user'),
    email: Type.String(),
    nickname: nullable(Type.String()),
    phone: nullable(Type.String()),
    avatar_url: nullable(Type.String()),
    roles: Type.Array(Type.Enum([...roles])),
    merchants: Type.Array(Type.String(), { description: 'Ids of the merchants that this person may work for.' }),
    status: Type.Enum(['invited', 'active', 'disabled']),
    mfa_enrolled: Type.Boolean(),
    password_temporary: Type.Boolean({ description: 'It was made by the installation and is to be changed.' }),
    installation_admin: Type.Boolean({ description: 'May approve merchants.' }),
    created_at: Time,
    last_sign_in_at: nullable(Time),
  },
  { title: 'User' },
);
export type UserObject = Static<typeof UserObject>;

export const userObject = (row: UserRow, merchants: string[]): UserObject => ({
  id: row.id,
  object: 'user',
  email: row.email,
  nickname: row.nickname,
  phone: row.phone,
  avatar_url: row.avatar_url,
  roles: row.roles as UserObject['roles'],
  merchants,
  status: row.status as UserObject['status'],
  mfa_enrolled: row.totp_secret !== null,
  password_temporary: row.password_temporary,
  installation_admin: row.installation_admin,
  created_at: row.created_at.toISOString(),
  last_sign_in_at: row.last_sign_in_at?.toISOString() ?? null,
});

export async function merchantsOf(query: Executor, user_ids: string[]): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>(user_ids.map((id) => [id, []]));
  if (user_ids.length === 0) return found;
  const rows = await query
    .selectFrom('user_merchants')
    .selectAll()
    .where('user_id', 'in', user_ids)
    .orderBy('merchant_id')
    .execute();
  for (const row of rows) found.get(row.user_id)?.push(row.merchant_id);
  return found;
}

export const showUser = async (query: Executor, row: UserRow): Promise<UserObject> =>
  userObject(row, (await merchantsOf(query, [row.id])).get(row.id) ?? []);

export function callerId(ctx: Ctx): { user_id: string; session_id: string } {
  if (ctx.actor.kind !== 'user') throw new Fault('permission_denied', 'This is for a person who is signed in.');
  return ctx.actor;
}

export async function companyOf(ctx: Ctx, query: Executor = ctx.env.db.query): Promise<string> {
  const row = await query
    .selectFrom('merchants')
    .select('company_id')
    .where('id', '=', ctx.account.merchant_id)
    .executeTakeFirstOrThrow();
  return row.company_id;
}

export const noUser = (id: string) => notFound('user', id);

export async function findUser(query: Executor, company_id: string, id: string): Promise<UserRow> {
  const row = await query
    .selectFrom('users')
    .selectAll()
    .where('company_id', '=', company_id)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) throw noUser(id);
  return row;
}

/** Locks every person of the company in one order, so that two administrators cannot end each other at once. */
export async function lockUsers(tx: Tx, company_id: string): Promise<UserRow[]> {
  return await tx
    .selectFrom('users')
    .selectAll()
    .where('company_id', '=', company_id)
    .orderBy('id')
    .forUpdate()
    .execute();
}
