// What a payment is paid with: a fresh token or a saved card. Finds it, and hands the opened card to the provider's call.

import { sql } from 'kysely';
import type { AuthorizeCall } from '../connectors/connector.ts';
import type { Executor, Statement, Tx } from '../db/db.ts';
import type { Question } from '../db/lookup.ts';
import { rowChange } from '../db/rows.ts';
import { Fault } from '../kit/fault.ts';
import type { Ctx } from '../operation/context.ts';
import type { Address } from '../operation/fields.ts';
import { findPaymentMethod, tokenFault } from '../vault/payment-method.ts';
import { type CardRow, openCard } from '../vault/sealed-card.ts';
import { cardSummary } from '../vault/summary.ts';
import { parseToken } from '../vault/token.ts';
import type { AttemptRow } from './attempt-row.ts';
import type { Method, PaymentRow } from './payment.ts';

export type Source = {
  card: CardRow;
  billing_address: Address | null;
  token_id: string | undefined;
  cvc: string | undefined;
  payment_method_id: string | null;
  customer_id: string | null;
};

export type SourceInput = { token?: string; payment_method?: string; customer?: string };

const card = 'c.*, t.billing_address';
const ofToken: Question = {
  name: 'source_of_token',
  one: `select ${card} from tokens t join cards c on c.account_id = t.account_id and c.id = t.card_id where t.account_id = $1 and t.id = $2`,
  many: `select ${card}, x.place from unnest($1::text[]) with ordinality as x (account_id, place)
    join tokens t on t.account_id = x.account_id and t.id = ($2::text[])[x.place] join cards c on c.account_id = x.account_id and c.id = t.card_id`,
};

/** Undefined when neither is given. Whether a token is still good is decided by the transaction that uses it up. */
export async function findSource(ctx: Ctx, input: SourceInput): Promise<Source | undefined> {
  const { account_id } = ctx.account;
  if (input.token !== undefined) {
    const { id, cvc } = parseToken(ctx.env, account_id, input.token);
    const row = await ctx.env.db.lookup<CardRow & { billing_address: unknown }>(ofToken, [account_id, id]);
    if (!row) throw await tokenFault(ctx, id);
    const { billing_address, ...card } = row;
    return {
      card,
      billing_address: billing_address as Address | null,
      token_id: id,
      cvc,
      payment_method_id: null,
      customer_id: null,
    };
  }
  if (input.payment_method !== undefined) {
    const { row, card } = await findPaymentMethod(ctx.env.db.query, account_id, input.payment_method);
    if (input.customer !== undefined && row.customer_id !== input.customer) {
      throw new Fault('parameter_invalid', 'This payment method belongs to another customer.', {
        param: 'payment_method',
      });
    }
    return {
      card,
      billing_address: row.billing_address as Address | null,
      token_id: undefined,
      cvc: undefined,
      payment_method_id: row.id,
      customer_id: row.customer_id,
    };
  }
  return undefined;
}

/** Of many saved cards at once, by id; what is detached, or a deleted customer's, is not among them. */
export async function savedSources(
  query: Executor | Tx,
  account_id: string,
  ids: string[],
): Promise<Map<string, Source>> {
  const { rows } = await sql<CardRow & { pm_id: string; pm_customer_id: string; pm_address: Address | null }>`
    select c.*, p.id as pm_id, p.customer_id as pm_customer_id, p.billing_address as pm_address
    from unnest(${ids}::text[]) as u (id)
    join payment_methods p on p.account_id = ${account_id} and p.id = u.id and p.detached_at is null
    join customers k on k.account_id = ${account_id} and k.id = p.customer_id and k.deleted_at is null
    join cards c on c.account_id = ${account_id} and c.id = p.card_id`.execute(query);
  return new Map(
    rows.map(({ pm_id, pm_customer_id, pm_address, ...card }) => [
      pm_id,
      {
        card,
        billing_address: pm_address,
        token_id: undefined,
        cvc: undefined,
        payment_method_id: pm_id,
        customer_id: pm_customer_id,
      },
    ]),
  );
}

export const methodOf = (source: Source): Method => ({
  type: 'card',
  card: cardSummary(source.card),
  billing_address: source.billing_address,
});

/** Of a card that is put on file: nothing is held. */
export async function setupCall(
  ctx: Ctx,
  setup: Pick<AuthorizeCall, 'reference' | 'currency' | 'return_url'>,
  source: Source,
): Promise<AuthorizeCall> {
  return {
    ...setup,
    amount: 0,
    capture: false,
    card: await openCard(ctx.env, source.card, source.cvc),
    billing_address: source.billing_address ?? undefined,
    description: undefined,
    entry: 'typed',
  };
}

export async function authorizeCall(
  ctx: Ctx,
  payment: PaymentRow,
  attempt: AttemptRow,
  source: Source,
): Promise<AuthorizeCall> {
  const page = payment.checkout_session_id ?? payment.id;
  return {
    reference: attempt.id,
    amount: attempt.amount,
    currency: payment.currency,
    capture: payment.capture,
    card: await openCard(ctx.env, source.card, source.cvc),
    return_url: `${ctx.env.config.public_url}/pay/${page}/return`,
    billing_address: source.billing_address ?? undefined,
    description: payment.description ?? undefined,
    entry: source.token_id === undefined ? 'stored' : 'typed',
  };
}

export type TokenUse = { account_id: string; token_id: string; used_by: string; at: Date };

const useRows = rowChange(
  'tokens_use',
  { account_id: 'text', token_id: 'text', used_by: 'text', at: 'timestamptz' },
  ({ from, count }) => ({
    change: `update tokens t set used_by = u.used_by from ${from}
      where t.account_id = u.account_id and t.id = u.token_id and t.used_by is null and t.expires_at > u.at`,
    expect: `florin_expect((select count(*) from done), ${count}, 'token')`,
  }),
);

/** Uses tokens up; one that was used or has lapsed fails the guard `token`. */
export const tokenStatements = (uses: TokenUse[]): Statement[] => useRows(uses);
