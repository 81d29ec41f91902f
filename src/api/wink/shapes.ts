// Wink's objects and parameters, and the way from and to ours: one function per object and direction, every field by name. Pure.

import Type, { type Static } from 'typebox';
import type { SessionLine, SessionObject } from '../../checkout/session.ts';
import { plainLine } from '../../checkout/sums.ts';
import type { CustomerObject } from '../../customers/customer.ts';
import { currencyOf } from '../../kit/money.ts';
import type { List } from '../../kit/page.ts';
import { CurrencyCode, Email, Id, Metadata, nullable, text, Url } from '../../operation/fields.ts';
import type { PaymentObject, PaymentStatus } from '../../payments/payment.ts';
import type { RefundObject } from '../../payments/refund.ts';
import { majorOf, minorOf, Price, Total } from './amounts.ts';

const Time = Type.String({ format: 'date-time' });

const LineItem = Type.Object(
  {
    name: text(250),
    description: Type.Optional(text(500)),
    quantity: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    unitPrice: Price,
    imageUrl: Type.Optional(Url),
  },
  { additionalProperties: false },
);
const Part = Type.Object({ name: text(100), amount: Price }, { additionalProperties: false });

export const CreateSession = Type.Object(
  {
    totalPrice: Total,
    currency: CurrencyCode,
    lineItems: Type.Optional(Type.Array(LineItem, { maxItems: 100 })),
    taxes: Type.Optional(Type.Array(Part, { maxItems: 20 })),
    discounts: Type.Optional(Type.Array(Part, { maxItems: 20 })),
    successUrl: Url,
    cancelUrl: Url,
    customerEmail: Type.Optional(Email),
    reference: Type.Optional(text(200)),
    metadata: Type.Optional(Metadata),
  },
  { additionalProperties: false, title: 'CreateCheckoutSession' },
);

export function sessionInput(body: Static<typeof CreateSession>) {
  const currency = currencyOf(body.currency);
  const part = (list: string) => (p: Static<typeof Part>, i: number) => ({
    name: p.name,
    amount: minorOf(p.amount, currency, `${list}[${i}].amount`),
  });
  return {
    amount_total: minorOf(body.totalPrice, currency, 'totalPrice'),
    currency,
    line_items: (body.lineItems ?? []).map((item, i) => ({
      name: item.name,
      ...(item.description === undefined ? {} : { description: item.description }),
      quantity: item.quantity,
      unit_amount: minorOf(item.unitPrice, currency, `lineItems[${i}].unitPrice`),
      ...(item.imageUrl === undefined ? {} : { image_url: item.imageUrl }),
    })),
    taxes: (body.taxes ?? []).map(part('taxes')),
    discounts: (body.discounts ?? []).map(part('discounts')),
    success_url: body.successUrl,
    cancel_url: body.cancelUrl,
    ...(body.customerEmail === undefined ? {} : { customer_email: body.customerEmail }),
    ...(body.reference === undefined ? {} : { merchant_reference: body.reference }),
    ...(body.metadata === undefined ? {} : { metadata: body.metadata }),
  };
}

export const Session = Type.Object(
  {
    id: Type.String(),
    status: Type.Enum(['open', 'complete', 'expired']),
    paymentStatus: Type.Enum(['unpaid', 'processing', 'paid']),
    url: nullable(Type.String({ description: 'Send the customer here; null when the session is no longer open.' })),
    totalPrice: Type.Number({ description: 'What the customer is charged.' }),
    currency: Type.String(),
    lineItems: Type.Array(LineItem),
    taxes: Type.Array(Part),
    discounts: Type.Array(Part),
    successUrl: nullable(Type.String()),
    cancelUrl: nullable(Type.String()),
    customerId: nullable(Type.String()),
    customerEmail: nullable(Type.String()),
    transactionId: nullable(Type.String()),
    reference: nullable(Type.String()),
    metadata: Metadata,
    expiresAt: Time,
    createdAt: Time,
  },
  { title: 'CheckoutSession' },
);

export function sessionOf(s: SessionObject): Static<typeof Session> {
  const part = (p: { name: string; amount: number }) => ({ name: p.name, amount: majorOf(p.amount, s.currency) });
  return {
    id: s.id,
    status: s.status,
    // This API knows no order of nothing: complete is paid.
    paymentStatus: s.payment_status === 'no_payment_required' ? 'paid' : s.payment_status,
    url: s.url,
    totalPrice: majorOf(s.amount_total, s.currency),
    currency: s.currency,
    lineItems: s.line_items.map((item: SessionLine) => {
      const { name, quantity, unit_amount } = plainLine(item);
      return {
        name,
        ...(item.description === undefined ? {} : { description: item.description }),
        quantity,
        unitPrice: majorOf(unit_amount, s.currency),
        ...(item.image_url === undefined ? {} : { imageUrl: item.image_url }),
      };
    }),
    taxes: s.taxes.filter((tax) => !tax.inclusive).map(part),
    discounts: s.discounts.map(part),
    successUrl: s.success_url,
    cancelUrl: s.cancel_url,
    customerId: s.customer,
    customerEmail: s.customer_email,
    transactionId: s.payment,
    reference: s.merchant_reference,
    metadata: s.metadata,
    expiresAt: s.expires_at,
    createdAt: s.created_at,
  };
}

export const Customer = Type.Object(
  {
    id: Type.String(),
    email: nullable(Type.String()),
    name: nullable(Type.String()),
    phone: nullable(Type.String()),
    metadata: Metadata,
    createdAt: Time,
  },
  { title: 'Customer' },
);

export const customerOf = (c: CustomerObject): Static<typeof Customer> => ({
  id: c.id,
  email: c.email,
  name: c.name,
  phone: c.phone,
  metadata: c.metadata,
  createdAt: c.created_at,
});

const statuses = ['pending', 'authorized', 'completed', 'failed', 'cancelled'] as const;

const statusOf = {
  pending: 'pending',
  requires_authentication: 'pending',
  processing: 'pending',
  authorized: 'authorized',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
} as const satisfies Record<PaymentStatus, (typeof statuses)[number]>;

export const Transaction = Type.Object(
  {
    id: Type.String(),
    status: Type.Enum([...statuses]),
    amount: Type.Number(),
    currency: Type.String(),
    amountRefunded: Type.Number(),
    amountRefundable: Type.Number({ description: 'The most that a new refund may ask for.' }),
    exchangeFee: Type.Number({
      description:
        'What it cost that the currency is neither the merchant’s own nor BTC; within the fees of the ledger.',
    }),
    description: nullable(Type.String()),
    reference: nullable(Type.String()),
    customerId: nullable(Type.String()),
    customerEmail: nullable(Type.String()),
    checkoutSessionId: nullable(Type.String()),
    declineReason: nullable(Type.String({ description: 'May be shown to the customer.' })),
    metadata: Metadata,
    createdAt: Time,
  },
  { title: 'Transaction' },
);

export const transactionOf = (p: PaymentObject): Static<typeof Transaction> => ({
  id: p.id,
  status: statusOf[p.status],
  amount: majorOf(p.amount, p.currency),
  currency: p.currency,
  amountRefunded: majorOf(p.amount_refunded, p.currency),
  amountRefundable: majorOf(p.amount_refundable, p.currency),
  exchangeFee: majorOf(p.exchange_fee, p.currency),
  description: p.description,
  reference: p.merchant_reference,
  customerId: p.customer,
  customerEmail: p.email,
  checkoutSessionId: p.checkout_session,
  declineReason: p.decline?.message ?? null,
  metadata: p.metadata,
  createdAt: p.created_at,
});

export const CreateRefund = Type.Object(
  {
    transactionId: Id,
    amount: Type.Optional(Total),
    reason: Type.Optional(Type.Enum(['duplicate', 'fraudulent', 'requested_by_customer', 'other'])),
  },
  { additionalProperties: false, title: 'IssueRefund' },
);

export const Refund = Type.Object(
  {
    id: Type.String(),
    transactionId: Type.String(),
    status: Type.Enum(['pending', 'succeeded', 'failed']),
    amount: Type.Number(),
    currency: Type.String(),
    reason: Type.Enum(['duplicate', 'fraudulent', 'requested_by_customer', 'other']),
    createdAt: Time,
  },
  { title: 'Refund' },
);

export const refundOf = (r: RefundObject): Static<typeof Refund> => ({
  id: r.id,
  transactionId: r.payment,
  status: r.status,
  amount: majorOf(r.amount, r.currency),
  currency: r.currency,
  reason: r.reason,
  createdAt: r.created_at,
});

const cursor = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 64, description }));
const pageFields = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: 'Rows of a page; 25 when left out.' })),
  startingAfter: cursor('Id of the last row of the page before.'),
  endingBefore: cursor('Id of the first row of the page after.'),
};
export const Paging = Type.Object(pageFields, { additionalProperties: false });
export const RefundFilter = Type.Object(
  { ...pageFields, transactionId: Type.Optional(Id) },
  { additionalProperties: false },
);

export const pageInput = (query: Static<typeof Paging>) => ({
  ...(query.limit === undefined ? {} : { limit: query.limit }),
  ...(query.startingAfter === undefined ? {} : { starting_after: query.startingAfter }),
  ...(query.endingBefore === undefined ? {} : { ending_before: query.endingBefore }),
});

export const ListOf = (item: ReturnType<typeof Type.Object>) =>
  Type.Object({ data: Type.Array(item), hasMore: Type.Boolean() });

export const listOf = <T, S>(list: List<T>, show: (item: T) => S) => ({
  data: list.data.map(show),
  hasMore: list.has_more,
});
