// The merchant's operations on checkout sessions that are there: get, list, expire. How one is made is in create-session.ts.

import Type from 'typebox';
import type { Tx } from '../db/db.ts';
import { emit } from '../events/emit.ts';
import { Fault } from '../kit/fault.ts';
import type { Ctx } from '../operation/context.ts';
import { Id, ListOf, pageFields, text } from '../operation/fields.ts';
import { each, readList } from '../operation/list.ts';
import { operation } from '../operation/operation.ts';
import { findSession, lockSession, SessionObject, type SessionRow, sessionObject } from './session.ts';

export const getSession = operation({
  name: 'checkout_sessions.get',
  scope: 'checkout_sessions:read',
  actors: ['secret', 'publishable', 'system'],
  kind: 'read',
  summary: 'Get a checkout session',
  description: 'A publishable key may ask too: the id is known only to whom you gave the link.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: SessionObject,
  faults: ['not_found'],
  example: { id: '{checkout_session}' },
  async run(ctx, input) {
    const row = await findSession(ctx.env.db.query, ctx.account.account_id, input.id);
    // A browser asks: whether the address that its guest typed is a customer's is not for it to learn.
    const unsaid = ctx.actor.kind === 'publishable' && row.guest;
    return sessionObject(ctx.env, unsaid ? { ...row, customer_id: null } : row);
  },
});

export const listSessions = operation({
  name: 'checkout_sessions.list',
  scope: 'checkout_sessions:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List checkout sessions',
  description: 'Newest first.',
  input: Type.Object(
    {
      ...pageFields,
      status: Type.Optional(Type.Enum(['open', 'complete', 'expired'])),
      customer: Type.Optional(Id),
      merchant_reference: Type.Optional(text(200)),
      payment_link: Type.Optional(Id),
    },
    { additionalProperties: false },
  ),
  output: ListOf(SessionObject),
  faults: ['parameter_invalid'],
  run: (ctx, input) =>
    readList(ctx.env.db.query, input, {
      from: 'checkout_sessions',
      where: {
        account_id: ctx.account.account_id,
        status: input.status,
        customer_id: input.customer,
        merchant_reference: input.merchant_reference,
        payment_link_id: input.payment_link,
      },
      show: each((row: SessionRow) => sessionObject(ctx.env, row)),
    }),
});

export const expireSession = operation({
  name: 'checkout_sessions.expire',
  scope: 'checkout_sessions:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Expire a checkout session',
  description:
    'Closes an open session at once. A payment already under way may still succeed; the session then becomes `complete` and `checkout_session.late_payment` tells of it.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: SessionObject,
  faults: ['not_found', 'session_complete'],
  example: { id: '{unused_checkout_session}' },
  async run(ctx, input, tx) {
    const row = await lockSession(tx, ctx.account.account_id, input.id);
    if (row.status === 'complete')
      throw new Fault(
        'session_complete',
        'This session was paid already and cannot be expired. Refund its payment instead.',
        { param: 'id' },
      );
    if (row.status === 'expired') return sessionObject(ctx.env, row);
    return sessionObject(ctx.env, await markExpired(ctx, tx, row));
  },
});

export async function markExpired(ctx: Ctx, tx: Tx, row: SessionRow): Promise<SessionRow> {
  const changed = await tx
    .updateTable('checkout_sessions')
    .set({ status: 'expired', updated_at: ctx.env.clock.now() })
    .where('account_id', '=', row.account_id)
    .where('id', '=', row.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  const expired = changed as unknown as SessionRow;
  await emit(ctx, tx, 'checkout_session.expired', sessionObject(ctx.env, expired));
  return expired;
}
