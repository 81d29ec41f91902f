// Putting a card on file without a charge: record, commit, ask the customer's bank, then keep the card or say why not. No money moves, so
// an answer that never comes ends in `failed`, and the customer tries again.

import Type from 'typebox';
import type { Look, Outcome } from '../connectors/connector.ts';
import { findCustomer } from '../customers/customer.ts';
import { asGuard, runAll, type Tx } from '../db/db.ts';
import { insertRows } from '../db/rows.ts';
import { emit } from '../events/emit.ts';
import { hours, minutes, plus, seconds } from '../kit/clock.ts';
import { Fault, isFault } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import type { Ctx } from '../operation/context.ts';
import { Id, Metadata, Url } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { attachCard, tokenFault } from '../vault/payment-method.ts';
import { CardSetupObject, cardSetupObject, findSetup, lockSetup, type SetupRow } from './card-setup.ts';
import { refuseAccount } from './create-payment.ts';
import { inTime } from './provider-time.ts';
import { findSource, type Source, setupCall, tokenStatements } from './source.ts';

/** A customer who left the challenge has this long to come back. */
const abandoned_ms = hours(1);

export const createCardSetup = operation({
  name: 'card_setups.create',
  scope: 'payment_methods:write',
  actors: ['secret', 'system'],
  kind: 'process',
  summary: 'Put a card on file',
  description:
    'Asks the customer’s bank whether the card is good, with 3-D Secure where the bank wants it, and saves it. Nothing is charged. Uses up the token. ' +
    'A decline is a setup with status `failed`, not an error.',
  input: Type.Object(
    {
      customer: Id,
      token: Type.String({ minLength: 1, maxLength: 255 }),
      return_url: Url,
      set_default: Type.Optional(
        Type.Boolean({
          description: 'True: it becomes the customer’s default. The first saved card does so in any case.',
        }),
      ),
      metadata: Type.Optional(Metadata),
    },
    { additionalProperties: false },
  ),
  output: CardSetupObject,
  faults: ['not_found', 'token_used', 'token_expired'],
  example: { customer: '{customer}', token: '{token}', return_url: 'https://shop.example.com/cards' },
  run: async (ctx, input) => cardSetupObject(await beginCardSetup(ctx, input)),
});

export const getCardSetup = operation({
  name: 'card_setups.get',
  scope: 'payment_methods:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get a card setup',
  description: 'While it is open, the provider is asked how it stands.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: CardSetupObject,
  faults: ['not_found'],
  example: { id: '{card_setup}' },
  run: async (ctx, input) => cardSetupObject(await refreshCardSetup(ctx, input.id)),
});

export type SetupInput = {
  customer: string;
  token: string;
  return_url: string;
  set_default?: boolean;
  metadata?: Metadata;
  /** The page where it happens; it is claimed by `record`, in the transaction that writes the setup. */
  checkout_session_id?: string;
  id?: string;
  record?(tx: Tx): Promise<void>;
};

export async function beginCardSetup(ctx: Ctx, input: SetupInput): Promise<SetupRow> {
  const { env, account } = ctx;
  const { account_id } = account;
  refuseAccount(ctx);
  await findCustomer(env.db.query, account_id, input.customer);
  const source = await findSource(ctx, { token: input.token });
  if (!source?.token_id) throw new Fault('parameter_missing', "'token' is required.", { param: 'token' });
  const now = env.clock.now();
  const row: SetupRow = {
    account_id,
    id: input.id ?? newId('cset', env),
    status: 'processing',
    customer_id: input.customer,
    card_id: source.card.id,
    billing_address: source.billing_address,
    currency: account.currency,
    provider: account.provider,
    provider_reference: null,
    next_action_url: null,
    return_url: input.return_url,
    set_default: input.set_default ?? false,
    payment_method_id: null,
    decline_code: null,
    checkout_session_id: input.checkout_session_id ?? null,
    request_key: ctx.claim?.key ?? null,
    metadata: input.metadata ?? {},
    resolve_at: plus(now, seconds(30)),
    looks: 0,
    created_at: now,
    updated_at: now,
  };
  const token_id = source.token_id;
  try {
    await env.db.tx(async (tx) => {
      await input.record?.(tx);
      await runAll(tx, [
        ...tokenStatements([{ account_id, token_id, used_by: row.id, at: now }]),
        ...insertSetups([row]),
      ]);
    });
  } catch (error) {
    if (asGuard(error)?.guard !== 'token') throw error;
    return await begunBefore(ctx, token_id);
  }
  env.probe('setup.recorded');
  return await ask(ctx, row, source);
}

const insertSetups = insertRows('card_setups', {
  account_id: 'text',
  id: 'text',
  status: 'text',
  customer_id: 'text',
  card_id: 'text',
  billing_address: 'jsonb',
  currency: 'text',
  provider: 'text',
  return_url: 'text',
  set_default: 'boolean',
  checkout_session_id: 'text',
  request_key: 'text',
  metadata: 'jsonb',
  resolve_at: 'timestamptz',
  created_at: 'timestamptz',
  updated_at: 'timestamptz',
});

/** A repeat of a request whose process died goes on with what that wrote; anybody else has used the token. */
async function begunBefore(ctx: Ctx, token_id: string): Promise<SetupRow> {
  const { account_id } = ctx.account;
  const token = await ctx.env.db.query
    .selectFrom('tokens')
    .select('used_by')
    .where('account_id', '=', account_id)
    .where('id', '=', token_id)
    .executeTakeFirst();
  if (ctx.claim && token?.used_by?.startsWith('cset_')) {
    const before = await findSetup(ctx.env.db.query, account_id, token.used_by);
    if (before.request_key === ctx.claim.key) return await refreshCardSetup(ctx, before.id);
  }
  throw await tokenFault(ctx, token_id);
}

async function ask(ctx: Ctx, row: SetupRow, source: Source): Promise<SetupRow> {
  const { env } = ctx;
  let outcome: Outcome;
  try {
    const { id: reference, currency, return_url } = row;
    const call = await setupCall(ctx, { reference, currency, return_url }, source);
    outcome = await inTime(env, env.connector(row.provider, row.account_id).authorize(call));
  } catch (error) {
    env.log.warn({ setup: row.id, provider: row.provider, error }, 'provider call without an outcome');
    return row;
  }
  env.probe('setup.acted');
  return await settleSetup(ctx, row.id, outcome);
}

/** Asks the provider how an open one stands. Silence changes nothing. */
export async function refreshCardSetup(ctx: Ctx, id: string): Promise<SetupRow> {
  const { env } = ctx;
  const row = await findSetup(env.db.query, ctx.account.account_id, id);
  if (row.resolve_at === null) return row;
  try {
    const look = await inTime(env, env.connector(row.provider, row.account_id).look(row.id));
    const outcome = await outcomeOf(ctx, row, look);
    return outcome ? await settleSetup(ctx, id, outcome) : row;
  } catch (error) {
    if (isFault(error)) throw error;
    env.log.warn({ setup: id, error }, 'the provider did not say how a card setup stands');
    return row;
  }
}

async function outcomeOf(ctx: Ctx, row: SetupRow, look: Look): Promise<Outcome | undefined> {
  const { env } = ctx;
  const age = env.clock.now().getTime() - row.created_at.getTime();
  const failed = (code: 'never_reached' | 'authentication_abandoned'): Outcome => ({
    kind: 'declined',
    code,
    provider_reference: undefined,
    retryable: true,
    processing: {},
  });
  if (look.kind === 'absent')
    return age < 2 * env.config.provider_timeout_ms + seconds(10) ? undefined : failed('never_reached');
  if (look.kind !== 'action' || age <= abandoned_ms) return look;
  // The bank's page may still be open somewhere: it is closed at the provider first, so that no late yes follows our no.
  const { provider_reference } = look;
  const call = { reference: `${row.id}_close`, provider_reference, amount: 0, currency: row.currency };
  const closed = await inTime(env, env.connector(row.provider, row.account_id).void(call));
  return closed.kind === 'approved' ? failed('authentication_abandoned') : undefined;
}

/** Applied once: who comes second finds it ended. */
async function settleSetup(ctx: Ctx, id: string, outcome: Outcome): Promise<SetupRow> {
  const { account_id } = ctx.account;
  const row = await ctx.env.db.tx(async (tx) => {
    const before = await lockSetup(tx, account_id, id);
    if (before.resolve_at === null) return before;
    const change = await changeOf(ctx, tx, before, outcome);
    await tx
      .updateTable('card_setups')
      .set({ ...change, updated_at: ctx.env.clock.now() })
      .where('account_id', '=', account_id)
      .where('id', '=', id)
      .execute();
    const after = await findSetup(tx, account_id, id);
    if (after.status === 'succeeded' || after.status === 'failed')
      await emit(ctx, tx, `card_setup.${after.status}`, cardSetupObject(after));
    return after;
  });
  return row;
}

type SetupChange = Partial<
  Pick<
    SetupRow,
    'status' | 'provider_reference' | 'next_action_url' | 'decline_code' | 'payment_method_id' | 'resolve_at'
  >
>;

async function changeOf(ctx: Ctx, tx: Tx, row: SetupRow, outcome: Outcome): Promise<SetupChange> {
  const provider_reference = outcome.provider_reference ?? null;
  const ended = { provider_reference, next_action_url: null, resolve_at: null };
  if (outcome.kind === 'declined') return { ...ended, status: 'failed', decline_code: outcome.code };
  const later = plus(ctx.env.clock.now(), minutes(1));
  if (outcome.kind === 'pending') return { provider_reference, status: 'processing', resolve_at: later };
  if (outcome.kind === 'action')
    return {
      provider_reference,
      status: 'requires_authentication',
      next_action_url: outcome.url,
      resolve_at: later,
    };
  // A customer who was deleted meanwhile keeps no card.
  const customer = await findCustomer(tx, row.account_id, row.customer_id).catch((error) => {
    if (isFault(error, 'not_found')) return undefined;
    throw error;
  });
  if (!customer) return { ...ended, status: 'failed', decline_code: 'generic_decline' };
  const { id } = await attachCard(ctx, tx, {
    customer_id: row.customer_id,
    card_id: row.card_id,
    billing_address: row.billing_address,
    set_default: row.set_default,
  });
  return { ...ended, status: 'succeeded', payment_method_id: id };
}
