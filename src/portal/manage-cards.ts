// The customer's saved cards: adding one with their bank's consent, making one the default, removing one. In the portal the default is what
// everything renews with, so making one the default also moves subscriptions that had a card of their own.

import { sql } from 'kysely';
import Type, { type Static } from 'typebox';
import { detachPaymentMethod } from '../billing/detach-payment-method.ts';
import { updateSubscription } from '../billing/update-subscription.ts';
import { findCustomer } from '../customers/customer.ts';
import { updateCustomer } from '../customers/manage-customers.ts';
import { hours, plus } from '../kit/clock.ts';
import { isFault, notFound } from '../kit/fault.ts';
import type { Ctx } from '../operation/context.ts';
import { Address, Id, nullable } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { findSetup, type SetupRow } from '../payments/card-setup.ts';
import { beginCardSetup, refreshCardSetup } from '../payments/set-up-card.ts';
import { updatePaymentMethod } from '../vault/payment-method.ts';
import { payNow } from './pay-invoice.ts';
import { act, customerIn, homeOf, refuseForeignCard } from './reach.ts';

export const CardAnswer = Type.Object({
  id: Type.String(),
  state: Type.Enum(['processing', 'requires_authentication', 'succeeded', 'failed']),
  /** The page of the customer's bank. */
  url: nullable(Type.String()),
  decline_code: nullable(Type.String()),
});
export type CardAnswer = Static<typeof CardAnswer>;

export const addPortalCard = operation({
  name: 'portal.add_card',
  scope: 'portal:write',
  actors: ['portal'],
  kind: 'process',
  summary: 'Save a card',
  description: 'Asks the customer’s bank. A default card pays at once what could not be paid.',
  input: Type.Object(
    { token: Type.String({ minLength: 1, maxLength: 255 }), set_default: Type.Optional(Type.Boolean()) },
    { additionalProperties: false },
  ),
  output: CardAnswer,
  faults: ['not_found', 'token_used', 'token_expired'],
  async run(ctx, { token, set_default = false }) {
    const customer = customerIn(ctx);
    const return_url = `${homeOf(ctx)}/cards/return`;
    return await cardAnswer(ctx, await beginCardSetup(ctx, { customer, token, return_url, set_default }));
  },
});

export const portalCardStatus = operation({
  name: 'portal.card_status',
  scope: 'portal:read',
  actors: ['portal'],
  kind: 'process',
  summary: 'Ask how saving a card stands',
  description: 'The provider is asked while it is open.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: CardAnswer,
  faults: ['not_found'],
  run: (ctx, { id }) => cardStatus(ctx, id),
});

export const lastPortalCard = operation({
  name: 'portal.last_card',
  scope: 'portal:read',
  actors: ['portal'],
  kind: 'process',
  summary: 'Ask how the card stands that was saved last',
  description:
    'For somebody whom the bank sent back without our page around it. Null: none was begun in the last hour.',
  input: Type.Object({}, { additionalProperties: false }),
  output: nullable(CardAnswer),
  faults: [],
  async run(ctx) {
    const { rows } = await sql<{ id: string }>`
      select id from card_setups where account_id = ${ctx.account.account_id} and customer_id = ${customerIn(ctx)}
        and created_at > ${plus(ctx.env.clock.now(), -hours(1))} order by id desc limit 1`.execute(ctx.env.db.query);
    return rows[0] ? await cardStatus(ctx, rows[0].id) : null;
  },
});

export async function cardStatus(ctx: Ctx, id: string): Promise<CardAnswer> {
  const setup = await findSetup(ctx.env.db.query, ctx.account.account_id, id);
  if (setup.customer_id !== customerIn(ctx)) throw notFound('card setup', id);
  return await cardAnswer(ctx, await refreshCardSetup(ctx, id));
}

async function cardAnswer(ctx: Ctx, setup: SetupRow): Promise<CardAnswer> {
  if (setup.status === 'succeeded' && setup.payment_method_id) await takeOver(ctx, setup.payment_method_id);
  return {
    id: setup.id,
    state: setup.status,
    url: setup.next_action_url,
    decline_code: setup.decline_code,
  };
}

export const setPortalDefault = operation({
  name: 'portal.set_default_card',
  scope: 'portal:write',
  actors: ['portal'],
  kind: 'process',
  summary: 'Make a card the default',
  description: 'From now on everything renews with it, and what could not be paid is charged at once.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: Type.Object({ id: Type.String() }),
  faults: ['not_found'],
  async run(ctx, { id }) {
    await refuseForeignCard(ctx, id);
    await act(ctx, updateCustomer, { id: customerIn(ctx), default_payment_method: id });
    await takeOver(ctx, id);
    return { id };
  },
});

export const updatePortalCard = operation({
  name: 'portal.update_card',
  scope: 'portal:write',
  actors: ['portal'],
  kind: 'process',
  summary: 'Change the billing address of a card',
  description: 'Replaced whole.',
  input: Type.Object({ id: Id, billing_address: Address }, { additionalProperties: false }),
  output: Type.Object({ id: Type.String() }),
  faults: ['not_found', 'parameter_invalid'],
  async run(ctx, { id, billing_address }) {
    await refuseForeignCard(ctx, id);
    await act(ctx, updatePaymentMethod, { id, billing_address });
    return { id };
  },
});

export const removePortalCard = operation({
  name: 'portal.remove_card',
  scope: 'portal:write',
  actors: ['portal'],
  kind: 'process',
  summary: 'Remove a card',
  description: 'Never one that something renews with.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: Type.Object({ id: Type.String() }),
  faults: ['not_found', 'state_invalid'],
  async run(ctx, { id }) {
    await refuseForeignCard(ctx, id);
    await act(ctx, detachPaymentMethod, { id });
    return { id };
  },
});

/**
 * What follows when this card is the default: subscriptions with a card of their own use it, and what is past due is charged. May run
 * twice. The reaction to the customer's change (billing/new-card.ts) does the last part, too, should this process die here.
 */
async function takeOver(ctx: Ctx, payment_method: string): Promise<void> {
  const { query } = ctx.env.db;
  const { account_id } = ctx.account;
  const customer_id = customerIn(ctx);
  const { default_payment_method } = await findCustomer(query, account_id, customer_id);
  if (default_payment_method !== payment_method) return;
  const { rows } = await sql<{ id: string; own: string | null; open_invoice_id: string | null; status: string }>`
    select id, payment_method_id as own, open_invoice_id, status from subscriptions
    where account_id = ${account_id} and customer_id = ${customer_id} and status in ('trialing', 'active', 'past_due')
    order by id limit 100`.execute(query);
  for (const { id, own } of rows.filter((row) => row.own !== null && row.own !== payment_method)) {
    await act(ctx, updateSubscription, { id, payment_method: null, return_url: homeOf(ctx) }).catch(
      unlessPassing(ctx, id, own),
    );
  }
  for (const { open_invoice_id, status } of rows) {
    if (status === 'past_due' && open_invoice_id !== null) await chargeOnce(ctx, open_invoice_id, payment_method);
  }
}

/** Asked again by somebody who waits at the page: a card that was charged for it already is not charged once more. */
async function chargeOnce(ctx: Ctx, invoice_id: string, payment_method: string): Promise<void> {
  const { rows } = await sql<{ charging: boolean; status: string; last: string | null }>`
    select i.charging, i.status, p.payment_method_id as last from invoices i
    left join payments p on p.account_id = i.account_id and p.id = i.payment_id
    where i.account_id = ${ctx.account.account_id} and i.id = ${invoice_id}`.execute(ctx.env.db.query);
  const [invoice] = rows;
  if (invoice?.status !== 'open' || invoice.charging || invoice.last === payment_method) return;
  await payNow(ctx, invoice_id, payment_method).catch(unlessPassing(ctx, invoice_id, payment_method));
}

/** The card is saved whatever becomes of the rest, and the page shows how that stands. */
const unlessPassing = (ctx: Ctx, id: string, card: string | null) => (error: unknown) => {
  if (!isFault(error)) throw error;
  ctx.env.log.warn({ id, card, code: error.code }, 'a new default card could not take over');
};
