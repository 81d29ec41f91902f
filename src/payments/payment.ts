// A payment: one customer's money on its way to one merchant. Its public shape, its transitions and how it is found.

import type { Selectable } from 'kysely';
import Type, { type Static } from 'typebox';
import type { CheckResult, Processing, ThreeDSecure } from '../connectors/connector.ts';
import type { Executor, Tx } from '../db/db.ts';
import { insertRows } from '../db/rows.ts';
import type { Payments } from '../db/types.ts';
import { type Exchange, ExchangeObject } from '../fx/exchange.ts';
import { notFound } from '../kit/fault.ts';
import type { Currency } from '../kit/money.ts';
import type { Paid } from '../ledger/fees.ts';
import type { Env } from '../operation/context.ts';
import { Address, Metadata, nullable } from '../operation/fields.ts';
import { CardSummary } from '../vault/summary.ts';
import { BitcoinObject, bitcoinObject } from './bitcoin-object.ts';
import { declineText } from './decline.ts';

export const paymentStatuses = [
  'pending',
  'requires_authentication',
  'authorized',
  'processing',
  'completed',
  'failed',
  'cancelled',
] as const;
export type PaymentStatus = (typeof paymentStatuses)[number];

/** Every step a payment can take. What is not here does not happen, whatever a provider says. */
export const transitions: Record<PaymentStatus, readonly PaymentStatus[]> = {
  pending: ['processing', 'cancelled'],
  processing: ['pending', 'requires_authentication', 'authorized', 'completed', 'failed', 'cancelled'],
  requires_authentication: ['pending', 'processing', 'authorized', 'completed', 'failed', 'cancelled'],
  authorized: ['processing', 'completed', 'cancelled'],
  completed: [],
  // Bitcoin that comes late, and is all of what was asked for, pays it after all (watch-invoices.ts).
  failed: ['processing'],
  cancelled: [],
};

export type Method = { type: 'card'; card: CardSummary; billing_address: Address | null } | { type: 'bitcoin' };

/** `exchange_fee`: of all its captures. `exchange`: what the merchant priced, where the customer chose to be charged in another currency. */
export type PaymentProcessing = Processing & { exchange_fee?: number; exchange?: Exchange };

export type Breakdown = {
  subtotal: number;
  tax: number;
  discount: number;
  total: number;
  line_items: { name: string; quantity: number; unit_amount: number; amount: number }[];
};

type Columns = Selectable<Payments>;
export type PaymentRow = Omit<
  Columns,
  'status' | 'currency' | 'payment_method' | 'breakdown' | 'processing' | 'metadata'
> & {
  status: PaymentStatus;
  currency: Currency;
  payment_method: Method | null;
  breakdown: Breakdown | null;
  processing: PaymentProcessing;
  metadata: Metadata;
};

const Check = Type.Enum(['pass', 'fail', 'unavailable', 'unchecked']);

export const PaymentObject = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('payment'),
    status: Type.Enum([...paymentStatuses]),
    amount: Type.Integer({ description: 'Minor units of `currency`.' }),
    currency: Type.String(),
    amount_authorized: Type.Integer({ description: 'Held or taken by the issuer in all.' }),
    amount_capturable: Type.Integer({ description: 'What can still be captured.' }),
    amount_captured: Type.Integer(),
    amount_refunded: Type.Integer({ description: 'Pending refunds included.' }),
    amount_disputed: Type.Integer({ description: 'Held back by open disputes, or lost to them.' }),
    amount_refundable: Type.Integer({ description: 'The most that a new refund may ask for.' }),
    capture: Type.Boolean({ description: 'False: the amount was only held, and waits for a capture.' }),
    description: nullable(Type.String()),
    merchant_reference: nullable(Type.String()),
    metadata: Metadata,
    customer: nullable(Type.String()),
    email: nullable(Type.String()),
    checkout_session: nullable(Type.String()),
    invoice: nullable(Type.String({ description: 'The invoice of a subscription that it pays.' })),
    payment_method: nullable(
      Type.Union([
        Type.Object({
          id: nullable(Type.String()),
          type: Type.Literal('card'),
          card: CardSummary,
          billing_address: nullable(Address),
        }),
        Type.Object({ id: Type.Null(), type: Type.Literal('bitcoin') }),
      ]),
    ),
    bitcoin: nullable(BitcoinObject),
    processing: Type.Object({
      provider: nullable(Type.String()),
      provider_reference: nullable(Type.String()),
      authorization_code: nullable(Type.String()),
      cvc_result: nullable(Check),
      avs_result: nullable(Check),
      three_d_secure: nullable(
        Type.Object({
          flow: Type.Enum(['challenge', 'frictionless']),
          result: Type.Enum(['authenticated', 'failed', 'attempted']),
          version: Type.String(),
          liability_shift: Type.Boolean(),
        }),
      ),
      risk_level: nullable(Type.Enum(['low', 'medium', 'high'])),
    }),
    exchange_fee: Type.Integer({
      description:
        'Charged within the fees of its captures, because its currency is neither the account’s own nor BTC.',
    }),
    exchange: nullable(ExchangeObject),
    decline: nullable(
      Type.Object({
        code: Type.String(),
        message: Type.String({ description: 'May be shown to the customer.' }),
        advice: Type.String({ description: 'What the customer can do next.' }),
      }),
    ),
    breakdown: nullable(
      Type.Object({
        subtotal: Type.Integer(),
        tax: Type.Integer(),
        discount: Type.Integer(),
        total: Type.Integer(),
        line_items: Type.Array(
          Type.Object({
            name: Type.String(),
            quantity: Type.Integer(),
            unit_amount: Type.Integer(),
            amount: Type.Integer(),
          }),
        ),
      }),
    ),
    return_url: nullable(Type.String()),
    checkout_url: nullable(
      Type.String({ description: 'Send the customer here while it is set: they must pay or authenticate.' }),
    ),
    request_id: nullable(
      Type.String({ description: 'The call that made it: `GET /v1/request_logs/{id}` tells of a call of the API.' }),
    ),
    created_at: Type.String({ format: 'date-time' }),
    updated_at: Type.String({ format: 'date-time' }),
  },
  { title: 'Payment' },
);
export type PaymentObject = Static<typeof PaymentObject>;

/** What a fee may depend on. */
export const paidBy = (p: PaymentRow): Paid => ({
  method: p.payment_method?.type ?? 'card',
  card_country: p.payment_method?.type === 'card' ? p.payment_method.card.country : null,
});

export const capturable = (p: PaymentRow) =>
  p.released || p.status !== 'authorized' ? 0 : p.amount_authorized - p.amount_captured - p.amount_capture_pending;
export const refundable = (p: PaymentRow) => p.amount_captured - p.amount_refunded - p.amount_disputed;

export function paymentObject(env: Env, p: PaymentRow): PaymentObject {
  const { processing } = p;
  // A payment inside a checkout session is acted on at the session's page.
  const page = p.checkout_session_id ?? p.id;
  const waits = p.status === 'requires_authentication' || (p.status === 'pending' && p.hosted);
  return {
    id: p.id,
    object: 'payment',
    status: p.status,
    amount: p.amount,
    currency: p.currency,
    amount_authorized: p.amount_authorized,
    amount_capturable: capturable(p),
    amount_captured: p.amount_captured,
    amount_refunded: p.amount_refunded,
    amount_disputed: p.amount_disputed,
    amount_refundable: refundable(p),
    capture: p.capture,
    description: p.description,
    merchant_reference: p.merchant_reference,
    metadata: p.metadata,
    customer: p.customer_id,
    email: p.email,
    checkout_session: p.checkout_session_id,
    invoice: p.invoice_id ?? null,
    payment_method:
      p.payment_method?.type === 'bitcoin'
        ? { id: null, type: 'bitcoin' }
        : p.payment_method && { id: p.payment_method_id, ...p.payment_method },
    bitcoin: processing.bitcoin ? bitcoinObject(processing.bitcoin) : null,
    processing: {
      provider: p.provider,
      provider_reference: p.provider_reference,
      authorization_code: processing.authorization_code ?? null,
      cvc_result: check(processing.cvc_result),
      avs_result: check(processing.avs_result),
      three_d_secure: secure(processing.three_d_secure),
      risk_level: processing.risk_level ?? null,
    },
    exchange_fee: processing.exchange_fee ?? 0,
    exchange: processing.exchange ?? null,
    decline: p.decline_code === null ? null : declineText(p.decline_code),
    breakdown: p.breakdown,
    return_url: p.return_url,
    checkout_url: waits ? `${env.config.public_url}/pay/${page}` : null,
    request_id: p.request_id,
    created_at: p.created_at.toISOString(),
    updated_at: p.updated_at.toISOString(),
  };
}

const check = (result: CheckResult | undefined) => result ?? null;
const secure = (result: ThreeDSecure | undefined) => result ?? null;

export async function findPayment(
  query: Executor | Tx,
  account_id: string,
  id: string,
  param = 'id',
): Promise<PaymentRow> {
  const row = await peekPayment(query, account_id, id);
  if (!row) throw notFound('payment', id, param);
  return row;
}

/** Undefined while its first answer is awaited: its row is written with that. */
export async function peekPayment(
  query: Executor | Tx,
  account_id: string,
  id: string,
): Promise<PaymentRow | undefined> {
  const row = await query
    .selectFrom('payments')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('id', '=', id)
    .executeTakeFirst();
  return row as PaymentRow | undefined;
}

/** With the row lock: nobody else changes the payment until the transaction ends. */
export async function lockPayment(tx: Tx, account_id: string, id: string, param = 'id'): Promise<PaymentRow> {
  const row = await tx
    .selectFrom('payments')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!row) throw notFound('payment', id, param);
  return row as PaymentRow;
}

export const paymentColumns = {
  account_id: 'text',
  id: 'text',
  status: 'text',
  amount: 'bigint',
  currency: 'text',
  capture: 'boolean',
  hosted: 'boolean',
  amount_authorized: 'bigint',
  amount_captured: 'bigint',
  amount_capture_pending: 'bigint',
  amount_refunded: 'bigint',
  released: 'boolean',
  description: 'text',
  merchant_reference: 'text',
  metadata: 'jsonb',
  return_url: 'text',
  cancel_url: 'text',
  customer_id: 'text',
  email: 'text',
  checkout_session_id: 'text',
  invoice_id: 'text',
  card_id: 'text',
  payment_method_id: 'text',
  payment_method: 'jsonb',
  card_last_four: 'text',
  breakdown: 'jsonb',
  tax: 'bigint',
  processing: 'jsonb',
  decline_code: 'text',
  provider: 'text',
  provider_reference: 'text',
  next_action_url: 'text',
  version: 'integer',
  request_id: 'text',
  created_at: 'timestamptz',
  updated_at: 'timestamptz',
};

/** Of a new payment, by whoever writes it first: the one who records it, or who settles its first attempt. */
export const insertPayments = insertRows('payments', paymentColumns);
