// Creating a payment. First transaction: idempotency claim, token used up, attempt with the payment's draft, in a shared batch. Then
// the provider is called (attempt.ts), then payment, ledger and events are written with its answer. Without a card the payment
// waits on our page for its customer.

import Type, { type Static } from 'typebox';
import { findCustomer } from '../customers/customer.ts';
import { GuardFailed, type Statement } from '../db/db.ts';
import { emitStatements, type NewEvent } from '../events/emit.ts';
import type { Exchange } from '../fx/exchange.ts';
import { Fault, isFault } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import { currencyOf } from '../kit/money.ts';
import type { Ctx } from '../operation/context.ts';
import { Amount, CurrencyCode, Email, Id, Metadata, text, Url } from '../operation/fields.ts';
import { answered, claimStatements, type NewClaim, standing } from '../operation/once.ts';
import { operation, Replay } from '../operation/operation.ts';
import { tokenFault } from '../vault/payment-method.ts';
import { act, attemptStatements, settle } from './attempt.ts';
import { type AttemptRow, newAttempt } from './attempt-row.ts';
import { firstEvent, firstEventId } from './first-event.ts';
import { linkStatements } from './page-link.ts';
import { type BitcoinBegin, bitcoinBegin } from './pay-bitcoin.ts';
import { type Breakdown, insertPayments, PaymentObject, type PaymentRow, paymentObject } from './payment.ts';
import { authorizeCall, findSource, methodOf, type Source, type TokenUse, tokenStatements } from './source.ts';

export const CreatePaymentInput = Type.Object(
  {
    amount: Amount,
    currency: CurrencyCode,
    token: Type.Optional(
      Type.String({ minLength: 1, maxLength: 255, description: 'From the tokens call in the customer’s browser.' }),
    ),
    payment_method: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, description: 'A saved card of `customer`.' }),
    ),
    payment_method_type: Type.Optional(
      Type.Enum(['bitcoin'], {
        description:
          'Instead of a card: the answer has `bitcoin` with an address and the amount to send to it, good for 15 minutes.',
      }),
    ),
    capture: Type.Optional(
      Type.Boolean({ description: 'False: hold the amount and capture it later. True when left out.' }),
    ),
    customer: Type.Optional(Id),
    email: Type.Optional(Email),
    description: Type.Optional(text(500)),
    merchant_reference: Type.Optional(text(200)),
    metadata: Type.Optional(Metadata),
    return_url: Type.Optional(Url),
    cancel_url: Type.Optional(Url),
  },
  { additionalProperties: false },
);
export type CreatePaymentInput = Static<typeof CreatePaymentInput>;

export const createPayment = operation({
  name: 'payments.create',
  scope: 'payments:write',
  actors: ['secret', 'system'],
  kind: 'claiming',
  summary: 'Create a payment',
  description:
    'With `token` or `payment_method` the card is charged at once and the answer says how it went: a decline is a payment with status `failed` and a `decline`, not an error. ' +
    'Status `requires_authentication`: send the customer to `checkout_url`. Status `processing`: the provider has not answered yet; the outcome follows by event, and nothing is charged twice. ' +
    'Without a card the payment is `pending` and `checkout_url` is the page where the customer pays it.',
  input: CreatePaymentInput,
  output: PaymentObject,
  faults: [
    'currency_unsupported',
    'not_found',
    'token_used',
    'token_expired',
    'idempotency_conflict',
    'idempotency_in_flight',
    'feature_unavailable',
  ],
  example: {
    amount: 1999,
    currency: 'USD',
    token: '{token}',
    description: 'Two bags of coffee',
    merchant_reference: 'order_1042',
    metadata: { cart: 'c_77' },
  },
  async run(ctx, input) {
    try {
      const begun = await beginPayment(ctx, input, await extrasOf(ctx, input));
      return begun instanceof Replay ? begun : paymentObject(ctx.env, begun);
    } catch (error) {
      // What was possible the first time (a customer, a saved card) may be gone; a replay is owed all the same.
      if (isFault(error) && !error.code.startsWith('idempotency') && ctx.claim) {
        const before = await answered(ctx, ctx.claim);
        if (before) return new Replay(before.text);
      }
      throw error;
    }
  },
});

/** What checkout and billing add to a payment that they make for a session, for an invoice. */
export type Extras = {
  id?: string;
  checkout_session_id?: string;
  invoice_id?: string;
  /** The saved card that the input names and its customer, looked up for many payments at once. */
  source?: Source;
  breakdown?: Breakdown;
  /** What of the amount is tax, on top or within. */
  tax?: number;
  /** Charged in another currency than it was priced in. */
  exchange?: Exchange;
  /** Paid by Bitcoin instead of a card. */
  bitcoin?: BitcoinBegin;
  /** Written in the same transaction, first: a guard of theirs that fails keeps the payment from being recorded. */
  guards?: Statement[];
  /** The same of many payments in one statement. */
  shared_guards?: SharedGuard[];
};

/** `plan` makes the statements for all of a batch that have the very same one. */
export type SharedGuard = { plan: (items: unknown[]) => Statement[]; item: unknown };

/** Kept apart from its type here, so that a plan and its items fit together. */
export const sharedGuard = <Item>(plan: (items: Item[]) => Statement[], item: Item): SharedGuard => ({
  plan: plan as SharedGuard['plan'],
  item,
});

async function extrasOf(ctx: Ctx, input: CreatePaymentInput): Promise<Extras> {
  if (input.payment_method_type === undefined) return {};
  if (input.token !== undefined || input.payment_method !== undefined) {
    throw new Fault('parameter_invalid', 'Give either a card or payment_method_type, not both.', {
      param: 'payment_method_type',
    });
  }
  refuseAccount(ctx);
  const id = newId('pay', ctx.env);
  const { amount, capture = true } = input;
  return {
    id,
    bitcoin: await bitcoinBegin(ctx, { payment_id: id, amount, currency: currencyOf(input.currency), capture }),
  };
}

export async function beginPayment(ctx: Ctx, input: CreatePaymentInput, extras: Extras): Promise<PaymentRow | Replay> {
  const { env, account } = ctx;
  const currency = currencyOf(input.currency);
  refuseAccount(ctx);
  if (input.token !== undefined && input.payment_method !== undefined) {
    throw new Fault('parameter_invalid', 'Give either token or payment_method, not both.', { param: 'payment_method' });
  }
  if (input.customer !== undefined && !extras.source)
    await findCustomer(env.db.query, account.account_id, input.customer);
  const source = extras.source ?? (await findSource(ctx, input));

  const now = env.clock.now();
  const id = extras.id ?? newId('pay', env);
  const payment: PaymentRow = {
    account_id: account.account_id,
    id,
    status: source || extras.bitcoin ? 'processing' : 'pending',
    amount: input.amount,
    currency,
    capture: input.capture ?? true,
    hosted: source === undefined && extras.bitcoin === undefined,
    amount_authorized: 0,
    amount_captured: 0,
    amount_capture_pending: 0,
    amount_refunded: 0,
    amount_disputed: 0,
    released: false,
    description: input.description ?? null,
    merchant_reference: input.merchant_reference ?? null,
    metadata: input.metadata ?? {},
    return_url: input.return_url ?? null,
    cancel_url: input.cancel_url ?? null,
    customer_id: input.customer ?? source?.customer_id ?? null,
    email: input.email ?? null,
    checkout_session_id: extras.checkout_session_id ?? null,
    invoice_id: extras.invoice_id ?? null,
    card_id: source?.card.id ?? null,
    payment_method_id: source?.payment_method_id ?? null,
    payment_method: source ? methodOf(source) : extras.bitcoin ? { type: 'bitcoin' } : null,
    card_last_four: source?.card.last_four ?? null,
    breakdown: extras.breakdown ?? null,
    tax: extras.tax ?? null,
    processing: extras.exchange ? { exchange: extras.exchange } : {},
    decline_code: null,
    provider: extras.bitcoin?.provider ?? account.provider,
    provider_reference: null,
    next_action_url: null,
    version: 1,
    request_id: ctx.request_id,
    created_at: now,
    updated_at: now,
  };
  const attempt =
    (source || extras.bitcoin) &&
    newAttempt(ctx, {
      payment_id: id,
      kind: 'authorize',
      amount: input.amount,
      provider: extras.bitcoin?.provider ?? account.provider,
      draft: payment,
    });
  const record: Record_ = {
    payment,
    attempt,
    token:
      source?.token_id === undefined
        ? undefined
        : { account_id: account.account_id, token_id: source.token_id, used_by: id, at: now },
    claim: ctx.claim && {
      account_id: account.account_id,
      claim: ctx.claim,
      effect_id: id,
      answer_event: firstEventId(id),
      at: now,
    },
    event: attempt ? undefined : firstEvent(ctx, paymentObject(env, payment)),
    guards: [...(extras.guards ?? []), ...(extras.bitcoin?.record ?? [])],
    shared_guards: extras.shared_guards ?? [],
  };
  try {
    await env.lane<Record_>('payments.record', account.account_id, recordStatements).add(record);
  } catch (error) {
    if (!(error instanceof GuardFailed)) throw error;
    return await explain(ctx, error, source);
  }
  env.nudge();
  if (attempt && extras.bitcoin) return await extras.bitcoin.act(payment, attempt);
  if (!source || !attempt) return payment;

  const call = await authorizeCall(ctx, payment, attempt, source);
  const verdict = await act(ctx, attempt, (provider) => provider.authorize(call));
  const settled = await settle(ctx, { payment, attempt, refund: undefined }, verdict);
  return settled.payment;
}

/** Also asked when a payment that waits on our page is paid. */
export function refuseAccount(ctx: Ctx): void {
  const { account } = ctx;
  if (account.merchant_status === 'disabled')
    throw new Fault('permission_denied', 'This merchant is disabled and cannot take payments.');
  if (account.mode === 'sandbox') return;
  if (account.merchant_status === 'pending_review') {
    throw new Fault(
      'permission_denied',
      'This merchant is still under review and cannot take live payments. Use the sandbox until it is approved.',
    );
  }
  if (account.provider === 'simulator') {
    throw new Fault(
      'feature_unavailable',
      'No payment provider is connected to this live account. Live payments need a connection; use the sandbox key meanwhile.',
    );
  }
}

/** A guard failed: the claim or the token was somebody else's. */
async function explain(ctx: Ctx, failed: GuardFailed, source: Source | undefined): Promise<Replay> {
  if (failed.guard === 'token' && source?.token_id !== undefined) {
    // The claim came first in the batch and held, so this is no replay: the token was spent elsewhere.
    throw await tokenFault(ctx, source.token_id);
  }
  if (failed.guard === 'claim' && ctx.claim) {
    const before = await standing(ctx, ctx.claim);
    if (before) return new Replay(before.text);
    throw new Fault(
      'idempotency_in_flight',
      'A request with this idempotency key is still being worked on. Ask again with the same key.',
      {
        param: 'Idempotency-Key',
        retry_after: 1,
      },
    );
  }
  throw failed;
}

type Record_ = {
  payment: PaymentRow;
  attempt: AttemptRow | undefined;
  token: TokenUse | undefined;
  claim: NewClaim | undefined;
  /** Of a payment with an attempt the event comes with its first answer. */
  event: NewEvent | undefined;
  guards: Statement[];
  shared_guards: SharedGuard[];
};

function sharedStatements(guards: SharedGuard[]): Statement[] {
  return [...Map.groupBy(guards, ({ plan }) => plan)].flatMap(([plan, all]) => plan(all.map(({ item }) => item)));
}

function recordStatements(items: Record_[]): Statement[] {
  // With an attempt the payment travels as its draft.
  const payments = items.flatMap((i) => (i.attempt ? [] : [i.payment]));
  return [
    ...claimStatements(items.flatMap((i) => (i.claim ? [i.claim] : []))),
    ...items.flatMap((i) => i.guards),
    ...sharedStatements(items.flatMap((i) => i.shared_guards)),
    ...tokenStatements(items.flatMap((i) => (i.token ? [i.token] : []))),
    ...insertPayments(payments),
    ...attemptStatements(items.flatMap((i) => (i.attempt ? [i.attempt] : []))),
    ...linkStatements(payments),
    ...emitStatements(items.flatMap((i) => (i.event ? [i.event] : []))),
  ];
}
