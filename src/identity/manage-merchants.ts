// The merchants of a company: list, add, rename, logo, time zone, switch off and on; and the installation's review of a new one. A
// merchant that was never approved takes no live payment, however often it is switched off and on.

import type { Selectable } from 'kysely';
import Type from 'typebox';
import type { Executor, Tx } from '../db/db.ts';
import type { Merchants } from '../db/types.ts';
import { Fault, notFound } from '../kit/fault.ts';
import { currencies } from '../kit/money.ts';
import type { Ctx } from '../operation/context.ts';
import { Id, ListOf, nullable, pageFields, text } from '../operation/fields.ts';
import { readList } from '../operation/list.ts';
import { operation } from '../operation/operation.ts';
import { addMerchant } from './account.ts';
import { Branding, brandingObject } from './branding.ts';
import { isTimeZone } from './configure-account.ts';
import { keepPicture, Picture } from './picture.ts';
import { companyOf } from './user.ts';

type MerchantRow = Selectable<Merchants>;

const Time = Type.String({ format: 'date-time' });
export const MerchantObject = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('merchant'),
    name: Type.String(),
    logo_url: nullable(Type.String()),
    time_zone: Type.String(),
    country: Type.String(),
    status: Type.Enum(['pending_review', 'active', 'disabled']),
    branding: Branding,
    accounts: Type.Array(
      Type.Object({ id: Type.String(), mode: Type.Enum(['sandbox', 'live']), currency: Type.String() }),
    ),
    approved_at: nullable(Time),
    created_at: Time,
  },
  { title: 'Merchant' },
);

async function shown(query: Executor, rows: MerchantRow[]) {
  const accounts =
    rows.length === 0
      ? []
      : await query
          .selectFrom('accounts')
          .select(['account_id', 'merchant_id', 'mode', 'currency'])
          .where(
            'merchant_id',
            'in',
            rows.map((row) => row.id),
          )
          .orderBy('mode', 'desc')
          .execute();
  return (row: MerchantRow) => ({
    id: row.id,
    object: 'merchant' as const,
    name: row.name,
    logo_url: row.logo_url,
    time_zone: row.time_zone,
    country: row.country,
    status: row.status as 'pending_review' | 'active' | 'disabled',
    branding: brandingObject(row),
    accounts: accounts
      .filter((a) => a.merchant_id === row.id)
      .map((a) => ({ id: a.account_id, mode: a.mode as 'sandbox' | 'live', currency: a.currency })),
    approved_at: row.approved_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
  });
}

export const merchantObject = async (query: Executor, row: MerchantRow) => (await shown(query, [row]))(row);

/** Whether the caller sees to the whole installation. */
const ofInstallation = (ctx: Ctx) =>
  ctx.actor.kind === 'system' || (ctx.actor.kind === 'user' && ctx.actor.scopes.has('installation:write'));

/** Of the caller's company; the installation's administrators reach every one of it. */
export async function lockMerchant(ctx: Ctx, tx: Tx, id: string, anywhere = false): Promise<MerchantRow> {
  let query = tx.selectFrom('merchants').selectAll().where('id', '=', id).forUpdate();
  if (!anywhere) query = query.where('company_id', '=', await companyOf(ctx, tx));
  const row = await query.executeTakeFirst();
  if (!row) throw notFound('merchant', id);
  return row;
}

export async function changeMerchant(tx: Tx, id: string, changes: Partial<MerchantRow>) {
  const row = await tx
    .updateTable('merchants')
    .set(changes)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return await merchantObject(tx, row);
}

const ById = Type.Object({ id: Id }, { additionalProperties: false });
const TimeZone = Type.String({ minLength: 1, maxLength: 64, description: 'IANA name, such as Europe/Berlin' });
const Country = Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166-1 alpha-2 in capitals, such as DE' });

function checkTimeZone(name: string | undefined): void {
  if (name === undefined || isTimeZone(name)) return;
  throw new Fault('parameter_invalid', `'${name}' is no time zone. Use a name such as Europe/Berlin or UTC.`, {
    param: 'time_zone',
  });
}

export const listMerchants = operation({
  name: 'merchants.list',
  scope: 'merchants:read',
  actors: ['user'],
  kind: 'read',
  summary: 'List merchants',
  description:
    'Those of your company, the newest first. With `scope=installation` an administrator of the installation sees all that wait for review.',
  input: Type.Object(
    { ...pageFields, scope: Type.Optional(Type.Enum(['company', 'installation'])) },
    { additionalProperties: false },
  ),
  output: ListOf(MerchantObject),
  faults: ['permission_denied'],
  async run(ctx, { scope, ...page }) {
    const { query } = ctx.env.db;
    if (scope === 'installation' && !ofInstallation(ctx))
      throw new Fault('permission_denied', 'Only an administrator of the installation sees every company.');
    return await readList(query, page, {
      from: 'merchants',
      where: scope === 'installation' ? { status: 'pending_review' } : { company_id: await companyOf(ctx) },
      show: async (rows: MerchantRow[]) => rows.map(await shown(query, rows)),
    });
  },
});

export const getMerchant = operation({
  name: 'merchants.get',
  scope: 'merchants:read',
  actors: ['user'],
  kind: 'read',
  summary: 'Get a merchant',
  description: 'Name, logo, time zone, state and accounts.',
  input: ById,
  output: MerchantObject,
  faults: ['not_found'],
  async run(ctx, { id }) {
    const { query } = ctx.env.db;
    let found = query.selectFrom('merchants').selectAll().where('id', '=', id);
    if (!ofInstallation(ctx)) found = found.where('company_id', '=', await companyOf(ctx));
    const row = await found.executeTakeFirst();
    if (!row) throw notFound('merchant', id);
    return await merchantObject(query, row);
  },
});

export const createMerchant = operation({
  name: 'merchants.create',
  scope: 'merchants:write',
  actors: ['user'],
  kind: 'write',
  summary: 'Add a merchant',
  description:
    'With a sandbox and a live account, open to you. It is `pending_review`: its sandbox works at once, live payments are refused until the installation approves it.',
  input: Type.Object(
    {
      name: text(100),
      currency: Type.Enum(Object.keys(currencies) as (keyof typeof currencies)[]),
      time_zone: Type.Optional(TimeZone),
      country: Type.Optional(Country),
    },
    { additionalProperties: false },
  ),
  output: MerchantObject,
  faults: ['parameter_invalid'],
  async run(ctx, input, tx) {
    checkTimeZone(input.time_zone);
    const made = await addMerchant(ctx.env, tx, await companyOf(ctx, tx), { ...input, status: 'pending_review' });
    if (ctx.actor.kind === 'user') {
      const grant = { user_id: ctx.actor.user_id, merchant_id: made.merchant_id };
      await tx.insertInto('user_merchants').values(grant).execute();
    }
    return await merchantObject(tx, await lockMerchant(ctx, tx, made.merchant_id));
  },
});

export const updateMerchant = operation({
  name: 'merchants.update',
  scope: 'merchants:write',
  actors: ['user'],
  kind: 'write',
  summary: 'Change a merchant',
  description:
    'Name and logo are shown to customers; the time zone decides which day it is for settlements and statements.',
  input: Type.Object(
    {
      id: Id,
      name: Type.Optional(text(100)),
      time_zone: Type.Optional(TimeZone),
      logo: Type.Optional(nullable(Picture)),
    },
    { additionalProperties: false },
  ),
  output: MerchantObject,
  faults: ['not_found', 'parameter_invalid'],
  async run(ctx, { id, logo, ...plain }, tx) {
    checkTimeZone(plain.time_zone);
    const row = await lockMerchant(ctx, tx, id);
    const drawn = logo ? await keepPicture(ctx.env, tx, row.company_id, logo, 'logo') : null;
    const changes = { ...plain, ...(logo === undefined ? {} : { logo_url: drawn }) };
    return Object.keys(changes).length === 0 ? await merchantObject(tx, row) : await changeMerchant(tx, id, changes);
  },
});

export const setLogo = operation({
  name: 'merchants.set_logo',
  scope: 'merchants:write',
  actors: ['user'],
  kind: 'write',
  summary: 'Set a merchant’s logo',
  description: 'A PNG, JPEG or WebP of at most 2 MB; it is drawn anew at 512 pixels at most.',
  input: Type.Object({ id: Id, ...Picture.properties }, { additionalProperties: false }),
  output: MerchantObject,
  faults: ['not_found', 'parameter_invalid'],
  async run(ctx, { id, ...picture }, tx) {
    const row = await lockMerchant(ctx, tx, id);
    return await changeMerchant(tx, id, { logo_url: await keepPicture(ctx.env, tx, row.company_id, picture, 'logo') });
  },
});

export const approveMerchant = operation({
  name: 'merchants.approve',
  scope: 'installation:write',
  actors: ['user', 'system'],
  kind: 'write',
  summary: 'Approve a merchant',
  description: 'For the installation’s administrators: from now on it may take live payments.',
  input: ById,
  output: MerchantObject,
  faults: ['not_found', 'state_invalid'],
  async run(ctx, { id }, tx) {
    const row = await lockMerchant(ctx, tx, id, true);
    if (row.status !== 'pending_review')
      throw new Fault('state_invalid', `This merchant is '${row.status}'; only one 'pending_review' is approved.`, {
        param: 'id',
      });
    return await changeMerchant(tx, id, { status: 'active', approved_at: ctx.env.clock.now() });
  },
});

export const disableMerchant = operation({
  name: 'merchants.disable',
  scope: 'merchants:write',
  actors: ['user', 'system'],
  kind: 'write',
  summary: 'Disable a merchant',
  description:
    'It takes no payments from now on, within five seconds. What was paid can still be refunded and paid out.',
  input: ById,
  output: MerchantObject,
  faults: ['not_found', 'state_invalid'],
  async run(ctx, { id }, tx) {
    const by_installation = ofInstallation(ctx);
    const row = await lockMerchant(ctx, tx, id, by_installation);
    // Disabling one's own merchant again is no way to take over who may enable it.
    if (row.status === 'disabled') return await merchantObject(tx, row);
    return await changeMerchant(tx, id, {
      status: 'disabled',
      disabled_by: by_installation ? 'installation' : 'company',
    });
  },
});

export const enableMerchant = operation({
  name: 'merchants.enable',
  scope: 'merchants:write',
  actors: ['user', 'system'],
  kind: 'write',
  summary: 'Enable a merchant',
  description:
    'Back to `active`, or to `pending_review` when it was never approved. What the installation disabled only it enables.',
  input: ById,
  output: MerchantObject,
  faults: ['not_found', 'state_invalid', 'permission_denied'],
  async run(ctx, { id }, tx) {
    const row = await lockMerchant(ctx, tx, id, ofInstallation(ctx));
    if (row.status !== 'disabled')
      throw new Fault('state_invalid', `This merchant is '${row.status}'; only a disabled one is enabled.`, {
        param: 'id',
      });
    if (row.disabled_by !== 'company' && !ofInstallation(ctx))
      throw new Fault('permission_denied', 'The operator of this installation disabled this merchant. Ask them.');
    return await changeMerchant(tx, id, { status: row.approved_at ? 'active' : 'pending_review', disabled_by: null });
  },
});
