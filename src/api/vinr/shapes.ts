// VINR's objects and parameters, and the way from and to ours: one function per object and direction, every field by name. Pure.

import Type, { type Static } from 'typebox';
import { Fault } from '../../kit/fault.ts';
import type { List } from '../../kit/page.ts';
import { Amount, CurrencyCode, Id, Metadata, pageFields, text, Url } from '../../operation/fields.ts';
import type { CreatePaymentInput } from '../../payments/create-payment.ts';
import type { PaymentObject, PaymentStatus } from '../../payments/payment.ts';
import type { RefundObject } from '../../payments/refund.ts';
import type { ActivityObject } from '../../settlements/activity.ts';
import type { SettlementObject } from '../../settlements/settlement.ts';

/** As the reference writes it: ISO 8601 in UTC, whole seconds. */
export const timeOf = (iso: string) => `${iso.slice(0, 19)}Z`;
const Time = Type.String({ format: 'date-time', description: 'ISO 8601 in UTC, whole seconds.' });

export const statuses = ['pending', 'requires_authentication', 'completed', 'failed', 'cancelled'] as const;

/** Five statuses for our seven. Held is not yet paid: `amountCapturable` tells that a capture is due. */
export const statusOf = {
  pending: 'pending',
  processing: 'pending',
  authorized: 'pending',
  requires_authentication: 'requires_authentication',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
} as const satisfies Record<PaymentStatus, (typeof statuses)[number]>;

export const Payment = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('payment'),
    status: Type.Enum([...statuses]),
    amount: Type.Integer({ description: 'Minor units of `currency`.' }),
    currency: Type.String(),
    description: Type.Optional(Type.String()),
    returnUrl: Type.Optional(Type.String()),
    checkoutUrl: Type.Optional(
      Type.String({ description: 'Send the customer here; left out when nothing is to be done there.' }),
    ),
    amountCapturable: Type.Integer(),
    amountCaptured: Type.Integer(),
    amountRefunded: Type.Integer(),
    created_at: Time,
    metadata: Metadata,
  },
  { title: 'Payment' },
);
export type Payment = Static<typeof Payment>;

export function paymentOf(p: PaymentObject): Payment {
  return {
    id: p.id,
    object: 'payment',
    status: statusOf[p.status],
    amount: p.amount,
    currency: p.currency,
    ...(p.description === null ? {} : { description: p.description }),
    ...(p.return_url === null ? {} : { returnUrl: p.return_url }),
    ...(p.checkout_url === null ? {} : { checkoutUrl: p.checkout_url }),
    amountCapturable: p.amount_capturable,
    amountCaptured: p.amount_captured,
    amountRefunded: p.amount_refunded,
    created_at: timeOf(p.created_at),
    metadata: p.metadata,
  };
}

export const CreatePayment = Type.Object(
  {
    amount: Amount,
    currency: CurrencyCode,
    description: Type.Optional(text(500)),
    returnUrl: Type.Optional(Url),
    metadata: Type.Optional(Metadata),
    idempotencyKey: Type.Optional(text(255, 'As the Idempotency-Key header.')),
    capture: Type.Optional(Type.Boolean({ description: 'False: only hold the amount. True when left out.' })),
  },
  { additionalProperties: false, title: 'CreatePayment' },
);

export function paymentInput(body: Static<typeof CreatePayment>): CreatePaymentInput {
  return {
    amount: body.amount,
    currency: body.currency,
    ...(body.description === undefined ? {} : { description: body.description }),
    ...(body.returnUrl === undefined ? {} : { return_url: body.returnUrl }),
    ...(body.metadata === undefined ? {} : { metadata: body.metadata }),
    ...(body.capture === undefined ? {} : { capture: body.capture }),
  };
}

/** The reference names the body's parameter, the guides the header: two that differ say two things. */
export function idempotencyKey(header: string | undefined, body: string | undefined): string | undefined {
  if (header !== undefined && body !== undefined && header !== body) {
    throw new Fault(
      'idempotency_key_invalid',
      "The Idempotency-Key header and 'idempotencyKey' differ. Send one of them, or the same text in both.",
      { param: 'idempotencyKey' },
    );
  }
  return header ?? body;
}

const reasons = ['duplicate', 'fraudulent', 'requested_by_customer', 'product_not_received'] as const;

export const Refund = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('refund'),
    payment: Type.String(),
    status: Type.Enum(['pending', 'succeeded', 'failed']),
    amount: Type.Integer({ description: 'Minor units of `currency`.' }),
    currency: Type.String(),
    reason: Type.Optional(Type.Enum([...reasons])),
    created_at: Time,
    metadata: Metadata,
  },
  { title: 'Refund' },
);
export type Refund = Static<typeof Refund>;

/** We know three of VINR's four reasons; the fourth is kept as `other` with its name as the note. */
const notReceived = 'product_not_received';

export function refundOf(r: RefundObject): Refund {
  const reason = r.reason === 'other' ? (r.note === notReceived ? notReceived : undefined) : r.reason;
  return {
    id: r.id,
    object: 'refund',
    payment: r.payment,
    status: r.status,
    amount: r.amount,
    currency: r.currency,
    ...(reason === undefined ? {} : { reason }),
    created_at: timeOf(r.created_at),
    metadata: r.metadata,
  };
}

export const CreateRefund = Type.Object(
  {
    payment: Id,
    amount: Type.Optional(Amount),
    reason: Type.Optional(Type.Enum([...reasons])),
    metadata: Type.Optional(Metadata),
  },
  { additionalProperties: false, title: 'CreateRefund' },
);

export function refundInput(body: Static<typeof CreateRefund>) {
  const { payment, amount, reason, metadata } = body;
  return {
    payment,
    ...(amount === undefined ? {} : { amount }),
    ...(reason === undefined
      ? {}
      : reason === notReceived
        ? { reason: 'other' as const, note: notReceived }
        : { reason }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

export const Settlement = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('settlement'),
    status: Type.Literal('completed'),
    currency: Type.String(),
    grossAmount: Type.Integer(),
    refundedAmount: Type.Integer(),
    feeAmount: Type.Integer(),
    netAmount: Type.Integer({ description: 'gross − refunded − fee. Minor units.' }),
    transactionCount: Type.Integer(),
    payoutId: Type.Null({ description: 'Payouts here are made of the balance, not of one settlement.' }),
    periodStart: Time,
    periodEnd: Time,
    created_at: Time,
  },
  { title: 'Settlement' },
);
export type Settlement = Static<typeof Settlement>;

export const settlementOf = (s: SettlementObject): Settlement => ({
  id: s.id,
  object: 'settlement',
  // Ours is made when its money has become available; before that there is none.
  status: 'completed',
  currency: s.currency,
  grossAmount: s.gross,
  refundedAmount: s.refunded,
  feeAmount: s.fees,
  netAmount: s.net,
  transactionCount: s.transaction_count,
  payoutId: null,
  periodStart: timeOf(s.period_start),
  periodEnd: timeOf(s.period_end),
  created_at: timeOf(s.created_at),
});

export const Transaction = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('settlement_transaction'),
    type: Type.String({ description: 'charge, refund, refund_failure, dispute …' }),
    payment: Type.Optional(Type.String()),
    amount: Type.Integer({ description: 'Minor units; negative when it left the balance.' }),
    fee: Type.Integer(),
    net: Type.Integer(),
    currency: Type.String(),
    created_at: Time,
  },
  { title: 'SettlementTransaction' },
);
export type Transaction = Static<typeof Transaction>;

export const transactionOf = (a: ActivityObject): Transaction => ({
  id: a.id,
  object: 'settlement_transaction',
  type: a.type,
  ...(a.payment === null ? {} : { payment: a.payment }),
  amount: a.amount,
  fee: a.fee,
  net: a.net,
  currency: a.currency,
  created_at: timeOf(a.created_at),
});

export const Paging = Type.Object(pageFields, { additionalProperties: false });
export const RefundFilter = Type.Object({ ...pageFields, payment: Type.Optional(Id) }, { additionalProperties: false });

const nothing = Type.Union([Type.String(), Type.Null()]);

export const PageOf = (item: ReturnType<typeof Type.Object>) =>
  Type.Object({
    object: Type.Literal('list'),
    data: Type.Array(item),
    page: Type.Object({
      has_more: Type.Boolean(),
      next_cursor: nothing,
      total_estimate: Type.Union([Type.Integer(), Type.Null()]),
    }),
  });

type Asked = { starting_after?: string; ending_before?: string };

/** The cursor goes on in the direction that was asked: to be sent as `starting_after`, or as `ending_before` when that was sent. */
export function pageOf<T extends { id: string }, S>(list: List<T>, asked: Asked, show: (item: T) => S) {
  const backwards = asked.ending_before !== undefined;
  const last = backwards ? list.data[0] : list.data.at(-1);
  const whole = !list.has_more && !backwards && asked.starting_after === undefined;
  return {
    object: 'list' as const,
    data: list.data.map(show),
    page: {
      has_more: list.has_more,
      next_cursor: list.has_more && last ? last.id : null,
      // Counting costs a read of every row; where this page is all there is, it is known.
      total_estimate: whole ? list.data.length : null,
    },
  };
}
