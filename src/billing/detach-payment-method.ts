// Detaching a saved card, unless something renews with it. The rule is billing's, so the operation stands here; what detaching is, is the
// vault's.

import { sql } from 'kysely';
import Type from 'typebox';
import { findCustomer } from '../customers/customer.ts';
import type { Executor, Tx } from '../db/db.ts';
import { Fault } from '../kit/fault.ts';
import type { Ctx } from '../operation/context.ts';
import { Id } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { detachCard, findPaymentMethod, PaymentMethodObject } from '../vault/payment-method.ts';

export const detachPaymentMethod = operation({
  name: 'payment_methods.detach',
  scope: 'payment_methods:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Detach a payment method',
  description:
    'It can no longer be charged. Past payments keep what they show of it and can still be refunded. A card that a subscription renews with stays: make another one the default, or give the subscription another card, first.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: PaymentMethodObject,
  faults: ['not_found', 'state_invalid'],
  example: { id: '{unused_payment_method}' },
  async run(ctx, input, tx) {
    const { account_id } = ctx.account;
    const { row } = await findPaymentMethod(tx, account_id, input.id, 'id');
    // A subscription that is being made holds its customer until it is there: whoever is first is seen by the other.
    await sql`select 1 from customers where account_id = ${account_id} and id = ${row.customer_id} for update`.execute(
      tx,
    );
    await refuseRenewing(ctx, tx, input.id, row.customer_id);
    return await detachCard(ctx, tx, input.id);
  },
});

/**
 * Until the transaction ends no card of this customer is detached. Whoever is about to renew with one asks for this first and looks at the
 * card then, so that of the two the second one sees the first.
 */
export async function keepCards(tx: Tx, account_id: string, customer_id: string): Promise<void> {
  await sql`select 1 from customers where account_id = ${account_id} and id = ${customer_id} for key share`.execute(tx);
}

async function refuseRenewing(ctx: Ctx, tx: Tx, id: string, customer_id: string): Promise<void> {
  const subscription = (await renewingCards(tx, ctx.account.account_id, customer_id)).get(id);
  if (subscription === undefined) return;
  throw new Fault(
    'state_invalid',
    `Subscription '${subscription}' renews with this card. Make another card the default, or give the subscription another one, first.`,
    { param: 'id' },
  );
}

/**
 * The cards of a customer that something renews with, each with one subscription that does: its own card, and the default, which every
 * subscription falls back on. What ends with its period renews no more.
 */
export async function renewingCards(
  query: Executor | Tx,
  account_id: string,
  customer_id: string,
): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; payment_method_id: string | null }>`
    select id, payment_method_id from subscriptions
    where account_id = ${account_id} and customer_id = ${customer_id}
      and status in ('incomplete', 'trialing', 'active', 'past_due') and not cancel_at_period_end
      and collection_method = 'charge_automatically'
    order by id`.execute(query);
  const [first] = rows;
  if (!first) return new Map();
  const found = new Map<string, string>();
  const { default_payment_method } = await findCustomer(query, account_id, customer_id);
  if (default_payment_method) {
    const on_default = rows.find((row) => row.payment_method_id === null) ?? first;
    found.set(default_payment_method, on_default.id);
  }
  for (const { id, payment_method_id } of rows) if (payment_method_id) found.set(payment_method_id, id);
  return found;
}
