// The people of a company, for its administrators: invite, look at, change roles and merchants. What concerns their safety (reset,
// disable) is in secure-user.ts. Must never leave a company without an administrator who can sign in.

import Type from 'typebox';
import { isDuplicate, type Tx } from '../db/db.ts';
import { Fault } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import type { Ctx } from '../operation/context.ts';
import { Id, ListOf, pageFields, text } from '../operation/fields.ts';
import { readList } from '../operation/list.ts';
import { operation } from '../operation/operation.ts';
import { mailInvitation } from './invitation.ts';
import { endSessions } from './session.ts';
import {
  companyOf,
  Email,
  emailOf,
  findUser,
  lockUsers,
  merchantsOf,
  noUser,
  RoleNames,
  showUser,
  UserObject,
  type UserRow,
  userObject,
} from './user.ts';

const Merchants = Type.Array(Id, {
  minItems: 1,
  maxItems: 100,
  uniqueItems: true,
  description: 'Ids of merchants of the company.',
});

export const listUsers = operation({
  name: 'users.list',
  scope: 'users:read',
  actors: ['user'],
  kind: 'read',
  summary: 'List people',
  description: 'Everybody of the company, the newest first.',
  input: Type.Object(pageFields, { additionalProperties: false }),
  output: ListOf(UserObject),
  faults: [],
  async run(ctx, input) {
    const { query } = ctx.env.db;
    return await readList(query, input, {
      from: 'users',
      where: { company_id: await companyOf(ctx) },
      async show(rows: UserRow[]) {
        const merchants = await merchantsOf(
          query,
          rows.map((row) => row.id),
        );
        return rows.map((row) => userObject(row, merchants.get(row.id) ?? []));
      },
    });
  },
});

export const getUser = operation({
  name: 'users.get',
  scope: 'users:read',
  actors: ['user'],
  kind: 'read',
  summary: 'Get a person',
  description: 'Roles, merchants and state of one person of the company.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: UserObject,
  faults: ['not_found'],
  async run(ctx, { id }) {
    const { query } = ctx.env.db;
    return await showUser(query, await findUser(query, await companyOf(ctx), id));
  },
});

export const inviteUser = operation({
  name: 'users.invite',
  scope: 'users:write',
  actors: ['user'],
  kind: 'write',
  summary: 'Invite a person',
  description: 'Sends a link by mail that works once, for seven days. An address belongs to one person only.',
  input: Type.Object(
    { email: Email, roles: RoleNames, merchants: Merchants, nickname: Type.Optional(text(100)) },
    { additionalProperties: false },
  ),
  output: UserObject,
  faults: ['not_found', 'state_invalid'],
  async run(ctx, input, tx) {
    const company_id = await companyOf(ctx, tx);
    const user = await addUser(ctx, tx, {
      company_id,
      email: emailOf(input.email),
      roles: input.roles,
      nickname: input.nickname ?? null,
    });
    await setMerchants(tx, company_id, user.id, input.merchants);
    await mailInvitation(ctx, tx, user);
    return await showUser(tx, user);
  },
});

type NewUser = { company_id: string; email: string; roles: string[]; nickname: string | null };

async function addUser(ctx: Ctx, tx: Tx, input: NewUser): Promise<UserRow> {
  const { env } = ctx;
  const row = { id: newId('user', env), ...input, status: 'invited', created_at: env.clock.now() };
  try {
    return await tx.insertInto('users').values(row).returningAll().executeTakeFirstOrThrow();
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    throw new Fault('state_invalid', 'Somebody has this address already. Change their roles, or use another address.', {
      param: 'email',
    });
  }
}

/** Only merchants of the company; a stranger's id is as unknown as one that never was. */
async function setMerchants(tx: Tx, company_id: string, user_id: string, ids: string[]): Promise<void> {
  const known = await tx
    .selectFrom('merchants')
    .select('id')
    .where('company_id', '=', company_id)
    .where('id', 'in', ids)
    .execute();
  const missing = ids.find((id) => !known.some((row) => row.id === id));
  if (missing !== undefined)
    throw new Fault('not_found', 'No such merchant belongs to this company. GET /v1/merchants lists them.', {
      param: 'merchants',
    });
  await tx.deleteFrom('user_merchants').where('user_id', '=', user_id).execute();
  await tx
    .insertInto('user_merchants')
    .values(ids.map((merchant_id) => ({ user_id, merchant_id })))
    .execute();
}

export const updateUser = operation({
  name: 'users.update',
  scope: 'users:write',
  actors: ['user'],
  kind: 'write',
  summary: 'Change a person’s roles or merchants',
  description: 'What is left out stays. The person’s sessions end at once, so that no old permission lives on.',
  input: Type.Object(
    { id: Id, roles: Type.Optional(RoleNames), merchants: Type.Optional(Merchants) },
    { additionalProperties: false },
  ),
  output: UserObject,
  faults: ['not_found', 'state_invalid'],
  async run(ctx, { id, roles, merchants }, tx) {
    const company_id = await companyOf(ctx, tx);
    const users = await lockUsers(tx, company_id);
    const user = users.find((row) => row.id === id);
    if (!user) throw noUser(id);
    if (roles !== undefined) {
      if (!roles.includes('admin')) refuseLastAdmin(users, user);
      await tx.updateTable('users').set({ roles }).where('id', '=', id).execute();
    }
    if (merchants !== undefined) await setMerchants(tx, company_id, id, merchants);
    const own = ctx.actor.kind === 'user' && ctx.actor.user_id === id;
    // Whoever changes their own merchants goes on working; a session never remembers what it may do.
    const keep = own && ctx.actor.kind === 'user' && roles === undefined ? ctx.actor.session_id : undefined;
    await endSessions(tx, id, ctx.env.clock.now(), keep);
    return await showUser(tx, { ...user, roles: roles ?? user.roles });
  },
});

/** `users` are all of the company, and locked. */
export function refuseLastAdmin(users: UserRow[], leaving: UserRow): void {
  const stay = users.some((row) => row.id !== leaving.id && row.status === 'active' && row.roles.includes('admin'));
  if (stay || !leaving.roles.includes('admin')) return;
  throw new Fault(
    'state_invalid',
    'This is the only administrator of the company. Make somebody else an administrator first.',
    { param: 'id' },
  );
}
