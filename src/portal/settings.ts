// What an account lets its customers do in the portal, and where the portal's own page of signing in is.

import Type, { type Static } from 'typebox';
import { type Proration, prorations } from '../billing/proration.ts';
import { findPrices } from '../catalog/price.ts';
import type { Executor, Tx } from '../db/db.ts';
import { Fault } from '../kit/fault.ts';
import type { Ctx, Env } from '../operation/context.ts';
import { Id, nullable, Url } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';

export const Ids = Type.Array(Id, { maxItems: 20, uniqueItems: true });

export const PortalSettingsObject = Type.Object(
  {
    object: Type.Literal('portal_settings'),
    login_url: Type.String({ description: 'Where customers ask for a link by their e-mail address.' }),
    email_login: Type.Boolean({ description: 'Whether that page is there.' }),
    cancel_at: Type.Array(Type.Enum(['period_end', 'now']), {
      description: 'When a customer may end a subscription. Empty: not in the portal.',
    }),
    change_to_products: Type.Array(Type.String(), {
      description: 'A subscription may be changed to any active recurring price of these.',
    }),
    change_to_prices: Type.Array(Type.String(), { description: 'And to these prices.' }),
    change_quantity: Type.Boolean(),
    proration: Type.Enum([...prorations], { description: 'Of a change that a customer makes.' }),
    pause: Type.Boolean({ description: 'Whether customers may pause and resume.' }),
    return_url: nullable(Type.String({ description: 'Where the portal leads back to when a session names nothing.' })),
    terms_url: nullable(Type.String()),
    privacy_url: nullable(Type.String()),
  },
  { title: 'Portal settings' },
);
type PortalSettingsObject = Static<typeof PortalSettingsObject>;

export type PortalSettings = {
  email_login: boolean;
  cancel_at: ('period_end' | 'now')[];
  change_to_products: string[];
  change_to_prices: string[];
  change_quantity: boolean;
  proration: Proration;
  pause: boolean;
  return_url: string | null;
  terms_url: string | null;
  privacy_url: string | null;
};

const defaults: PortalSettings = {
  email_login: true,
  cancel_at: ['period_end'],
  change_to_products: [],
  change_to_prices: [],
  change_quantity: false,
  proration: 'prorate_now',
  pause: false,
  return_url: null,
  terms_url: null,
  privacy_url: null,
};

export async function portalSettings(query: Executor | Tx, account_id: string): Promise<PortalSettings> {
  const row = await query
    .selectFrom('portal_settings')
    .selectAll()
    .where('account_id', '=', account_id)
    .executeTakeFirst();
  if (!row) return defaults;
  const { account_id: _, updated_at: __, ...settings } = row;
  return settings as PortalSettings;
}

/** The account's id is no secret: it opens nothing but a page that takes an address. */
export const loginUrl = (env: Pick<Env, 'config'>, account_id: string): string =>
  `${env.config.public_url}/portal/${account_id}/login`;

const shown = (ctx: Ctx, settings: PortalSettings): PortalSettingsObject => ({
  object: 'portal_settings',
  login_url: loginUrl(ctx.env, ctx.account.account_id),
  ...settings,
});

export const getPortalSettings = operation({
  name: 'portal_settings.get',
  scope: 'portal_settings:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get the portal settings',
  description: 'What your customers may do by themselves, and the address of the page where they ask for a link.',
  input: Type.Object({}, { additionalProperties: false }),
  output: PortalSettingsObject,
  faults: [],
  run: async (ctx) => shown(ctx, await portalSettings(ctx.env.db.query, ctx.account.account_id)),
});

export const updatePortalSettings = operation({
  name: 'portal_settings.update',
  scope: 'portal_settings:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Update the portal settings',
  description: 'Holds at once, also for customers who are in the portal. Fields left out stay as they are.',
  input: Type.Object(
    {
      email_login: Type.Optional(Type.Boolean()),
      cancel_at: Type.Optional(Type.Array(Type.Enum(['period_end', 'now']), { maxItems: 2, uniqueItems: true })),
      change_to_products: Type.Optional(Ids),
      change_to_prices: Type.Optional(Ids),
      change_quantity: Type.Optional(Type.Boolean()),
      proration: Type.Optional(Type.Enum([...prorations])),
      pause: Type.Optional(Type.Boolean()),
      return_url: Type.Optional(nullable(Url)),
      terms_url: Type.Optional(nullable(Url)),
      privacy_url: Type.Optional(nullable(Url)),
    },
    { additionalProperties: false },
  ),
  output: PortalSettingsObject,
  faults: ['parameter_invalid'],
  example: { cancel_at: ['period_end'], change_to_products: ['{product}'], pause: true },
  async run(ctx, input, tx) {
    const { account_id } = ctx.account;
    if (input.change_to_products) await refuseForeignProducts(tx, account_id, input.change_to_products);
    if (input.change_to_prices) await refuseForeignPrices(tx, account_id, input.change_to_prices);
    const settings: PortalSettings = { ...(await portalSettings(tx, account_id)), ...input };
    const row = { ...settings, updated_at: ctx.env.clock.now() };
    await tx
      .insertInto('portal_settings')
      .values({ account_id, ...row })
      .onConflict((c) => c.column('account_id').doUpdateSet(row))
      .execute();
    return shown(ctx, settings);
  },
});

export async function refuseForeignProducts(query: Executor | Tx, account_id: string, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  const rows = await query
    .selectFrom('products')
    .select('id')
    .where('account_id', '=', account_id)
    .where('id', 'in', ids)
    .execute();
  refuseMissing('product', 'change_to_products', ids, rows);
}

async function refuseForeignPrices(query: Executor | Tx, account_id: string, ids: string[]): Promise<void> {
  const found = await findPrices(query, account_id, ids);
  const recurring = found.filter(({ price }) => price.type === 'recurring').map(({ price }) => price);
  refuseMissing('recurring price', 'change_to_prices', ids, recurring);
}

function refuseMissing(noun: string, param: string, ids: string[], rows: { id: string }[]): void {
  const there = new Set(rows.map((row) => row.id));
  const at = ids.findIndex((id) => !there.has(id));
  if (at < 0) return;
  throw new Fault('parameter_invalid', `No ${noun} with this id exists in this account. Take it out of the list.`, {
    param: `${param}[${at}]`,
  });
}
