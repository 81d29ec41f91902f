// A link to the portal for one customer, made by the merchant's program, and ending what came of one.

import Type from 'typebox';
import { isEnded } from '../billing/subscription.ts';
import { findCustomer } from '../customers/customer.ts';
import type { Tx } from '../db/db.ts';
import { Fault, notFound } from '../kit/fault.ts';
import type { Ctx } from '../operation/context.ts';
import { Id, Url } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import {
  beginSession,
  columns,
  endMailedLinks,
  type Flow,
  FlowField,
  linkMinutes,
  PortalSessionObject,
  type PortalSessionRow,
  portalSessionObject,
} from './portal-session.ts';
import { Ids, refuseForeignProducts } from './settings.ts';

export const createPortalSession = operation({
  name: 'portal_sessions.create',
  scope: 'portal_sessions:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Create a portal session',
  description:
    'Answers with a link that signs this customer in to the portal, once, in one browser. Make it when the customer asks for it, and redirect them at once.',
  input: Type.Object(
    {
      customer: Id,
      return_url: Type.Optional(Url),
      locale: Type.Optional(
        Type.String({
          minLength: 2,
          maxLength: 35,
          pattern: '^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$',
          description: 'a BCP 47 tag such as de or de-CH; the customer’s language when left out',
        }),
      ),
      flow: Type.Optional(FlowField),
      change_to_products: Type.Optional(
        Type.Array(Ids.items, {
          maxItems: 20,
          uniqueItems: true,
          description: 'What subscriptions may be changed to in this session, in place of what the settings say.',
        }),
      ),
      link_minutes: Type.Optional(
        Type.Integer({
          minimum: linkMinutes.least,
          maximum: linkMinutes.most,
          description: `How long the link may wait to be opened; ${linkMinutes.usual} when left out.`,
        }),
      ),
    },
    { additionalProperties: false },
  ),
  output: PortalSessionObject,
  faults: ['not_found', 'parameter_missing', 'parameter_invalid', 'state_invalid'],
  example: { customer: '{customer}', return_url: 'https://shop.example.com/account' },
  keep: (session) => ({ ...session, url: null }),
  async run(ctx, input, tx) {
    const { account_id } = ctx.account;
    await findCustomer(tx, account_id, input.customer);
    if (input.flow) await refuseFlow(ctx, tx, input.customer, input.flow);
    if (input.change_to_products) await refuseForeignProducts(tx, account_id, input.change_to_products);
    const { customer, link_minutes, ...rest } = input;
    const { row, url } = await beginSession(ctx, tx, {
      ...rest,
      customer_id: customer,
      by_mail: false,
      minutes: link_minutes ?? linkMinutes.usual,
    });
    return portalSessionObject(row, url);
  },
});

async function refuseFlow(ctx: Ctx, tx: Tx, customer_id: string, { type, subscription }: Flow): Promise<void> {
  const param = 'flow.subscription';
  if (type === 'payment_method_update') {
    if (subscription === undefined) return;
    throw new Fault('parameter_invalid', 'A card is the customer’s, not of one subscription. Leave this out.', {
      param,
    });
  }
  if (subscription === undefined)
    throw new Fault('parameter_missing', `'${param}' is required with '${type}': which one?`, { param });
  const row = await tx
    .selectFrom('subscriptions')
    .select(['status'])
    .where('account_id', '=', ctx.account.account_id)
    .where('id', '=', subscription)
    .where('customer_id', '=', customer_id)
    .executeTakeFirst();
  if (!row) throw notFound('subscription of this customer', subscription, param);
  if (isEnded(row as Parameters<typeof isEnded>[0]))
    throw new Fault('state_invalid', 'This subscription has ended: there is nothing to cancel or change.', { param });
}

export const revokePortalSession = operation({
  name: 'portal_sessions.revoke',
  scope: 'portal_sessions:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Revoke a portal session',
  description:
    'Its link opens nothing any more, and who came in by it is signed out at once. A new e-mail address that waits for its link does so in vain.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: PortalSessionObject,
  faults: ['not_found'],
  example: { id: '{portal_session}' },
  async run(ctx, input, tx) {
    const row = await endSession(ctx, tx, input.id);
    if (!row) throw notFound('portal session', input.id);
    await endMailedLinks(ctx, tx, row.customer_id, 'of_new_addresses');
    return portalSessionObject(row, null);
  },
});

/** Ended twice is ended once. */
export async function endSession(ctx: Ctx, tx: Tx, id: string): Promise<PortalSessionRow | undefined> {
  const row = await tx
    .updateTable('portal_sessions')
    .set((eb) => ({ ended_at: eb.fn.coalesce('ended_at', eb.val(ctx.env.clock.now())) }))
    .where('account_id', '=', ctx.account.account_id)
    .where('id', '=', id)
    .returning(columns)
    .executeTakeFirst();
  return row as PortalSessionRow | undefined;
}
