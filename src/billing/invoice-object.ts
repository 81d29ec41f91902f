// How an invoice is shown: its public shape, its number, its lines.

import Type, { type Static } from 'typebox';
import { plainDecimal } from '../meters/value.ts';
import type { Env } from '../operation/context.ts';
import { Address, Metadata, nullable } from '../operation/fields.ts';
import { collectionMethods } from './due.ts';
import { hostedInvoiceUrl, invoicePdfUrl } from './hosted-invoice.ts';
import { billingReasons, type InvoiceRow, invoiceStatuses, type LineRow } from './invoice.ts';

const Instant = Type.String({ format: 'date-time' });

export const TaxObject = Type.Object({
  tax_rate: nullable(Type.String()),
  name: Type.String(),
  rate_ppm: nullable(Type.Integer({ description: 'Parts per million: 190000 is 19 %.' })),
  inclusive: Type.Boolean(),
  amount: Type.Integer(),
});

export const LineObject = Type.Object(
  {
    id: Type.String(),
    description: Type.String(),
    amount: Type.Integer({ description: 'Negative where something is given back.' }),
    discount: Type.Integer(),
    tax: Type.Integer({ description: 'On top of the amount.' }),
    taxes: Type.Array(TaxObject, { description: 'What of each rate is in this line.' }),
    quantity: Type.Integer(),
    unit_amount: nullable(Type.Integer()),
    product: nullable(Type.String({ description: 'Null where a line by hand is of an amount.' })),
    product_name: nullable(Type.String()),
    price: nullable(Type.String()),
    price_snapshot: nullable(Type.String()),
    recurring: nullable(
      Type.Object(
        {
          pricing_model: Type.String(),
          interval: Type.String(),
          interval_count: Type.Integer(),
          trial_days: Type.Integer(),
        },
        { description: 'Null of a line by hand: it is sold once.' },
      ),
    ),
    period_start: Instant,
    period_end: Instant,
    proration: Type.Boolean({ description: 'Of a change within a period, or of a part of one.' }),
    usage: nullable(
      Type.Object(
        { meter: Type.String(), value: Type.String({ description: 'A decimal. The quantity is it, rounded up.' }) },
        { description: 'What was metered from the beginning of the line’s period until before its end.' },
      ),
    ),
  },
  { title: 'Invoice line' },
);

export const InvoiceObject = Type.Object(
  {
    id: Type.String({ description: '`in_…`' }),
    object: Type.Literal('invoice'),
    number: Type.String({ description: 'Without a gap within the account.' }),
    status: Type.Enum([...invoiceStatuses]),
    subscription: nullable(Type.String({ description: 'Null: made by hand.' })),
    customer: Type.String(),
    customer_details: Type.Object(
      {
        name: nullable(Type.String()),
        email: nullable(Type.String()),
        address: nullable(Address),
        tax_id: nullable(Type.String()),
      },
      { description: 'As they were when the invoice was made.' },
    ),
    billing_reason: Type.Enum([...billingReasons]),
    collection_method: Type.Enum([...collectionMethods], {
      description: '`send_invoice`: the customer pays it by themselves until `due_at`, and no card is charged.',
    }),
    days_until_due: nullable(Type.Integer()),
    due_at: nullable(
      Type.String({
        format: 'date-time',
        description: 'The last second of the last day to pay it, in the merchant’s time zone. Null: it is charged.',
      }),
    ),
    overdue: Type.Boolean({ description: 'That day is over, and it is still open.' }),
    hosted_invoice_url: Type.String({
      description:
        'The page on which the customer reads and pays it. Whoever has the address may do so: keep it between you.',
    }),
    invoice_pdf: Type.String({ description: 'The same as a document.' }),
    merchant_reference: nullable(Type.String()),
    description: nullable(Type.String({ description: 'Printed on it.' })),
    currency: Type.String(),
    period_start: Instant,
    period_end: Instant,
    lines: Type.Array(LineObject),
    subtotal: Type.Integer(),
    discount: Type.Integer(),
    discounts: Type.Array(
      Type.Object({
        coupon: nullable(Type.String({ description: 'Null: taken off with a change that waited for this invoice.' })),
        name: Type.String(),
        promotion_code: nullable(Type.String()),
        code: nullable(Type.String()),
        amount: Type.Integer(),
      }),
    ),
    tax: Type.Integer({ description: 'What comes on top.' }),
    taxes: Type.Array(TaxObject),
    total: Type.Integer({ description: 'May be negative: then it was added to the subscription’s credit.' }),
    credit_applied: Type.Integer({ description: 'Taken from the subscription’s credit.' }),
    amount_due: Type.Integer({ description: 'Less what credit notes took off it while it was open.' }),
    amount_credited: Type.Integer({ description: 'All credit notes of it that are not void.' }),
    amount_paid: Type.Integer(),
    paid_out_of_band: Type.Boolean({
      description: 'You told that it was paid by a way of your own: no payment, and nothing in the balance.',
    }),
    out_of_band_reference: nullable(Type.String()),
    payment: nullable(Type.String({ description: 'The last one that was begun for it.' })),
    payment_under_way: Type.Boolean(),
    charges: Type.Integer({ description: 'Payments that were begun for it.' }),
    next_charge_at: nullable(Instant),
    decline_code: nullable(Type.String({ description: 'Why the last payment failed.' })),
    test_clock: nullable(Type.String()),
    metadata: Metadata,
    created_at: Instant,
    paid_at: nullable(Instant),
    voided_at: nullable(Instant),
    uncollectible_at: nullable(Instant),
    updated_at: Instant,
  },
  { title: 'Invoice' },
);
export type InvoiceObject = Static<typeof InvoiceObject>;

const time = (at: Date | null) => at?.toISOString() ?? null;

export const numberText = (number: number) => `INV-${String(number).padStart(6, '0')}`;

export const lineObject = (line: LineRow): Static<typeof LineObject> => ({
  id: line.id,
  description: line.description,
  amount: line.amount,
  discount: line.discount,
  tax: line.tax,
  taxes: line.taxes,
  quantity: line.quantity,
  unit_amount: line.unit_amount,
  product: line.product_id,
  product_name: line.product_name,
  price: line.price_id,
  price_snapshot: line.price_snapshot_id,
  recurring: line.recurring,
  period_start: new Date(line.period_start).toISOString(),
  period_end: new Date(line.period_end).toISOString(),
  proration: line.proration,
  usage: line.meter_id === null ? null : { meter: line.meter_id, value: plainDecimal(line.usage_value ?? '0') },
});

export function invoiceObject(env: Pick<Env, 'config' | 'keys'>, invoice: InvoiceRow, lines: LineRow[]): InvoiceObject {
  return {
    id: invoice.id,
    object: 'invoice',
    number: numberText(invoice.number),
    status: invoice.status,
    subscription: invoice.subscription_id,
    customer: invoice.customer_id,
    customer_details: { ...invoice.customer_details, tax_id: invoice.customer_details.tax_id ?? null },
    billing_reason: invoice.billing_reason,
    collection_method: invoice.collection_method,
    days_until_due: invoice.days_until_due,
    due_at: time(invoice.due_at),
    overdue: invoice.status === 'open' && invoice.overdue_at !== null,
    hosted_invoice_url: hostedInvoiceUrl(env, invoice),
    invoice_pdf: invoicePdfUrl(env, invoice),
    merchant_reference: invoice.merchant_reference,
    description: invoice.description,
    currency: invoice.currency,
    period_start: invoice.period_start.toISOString(),
    period_end: invoice.period_end.toISOString(),
    lines: lines.map(lineObject),
    subtotal: invoice.subtotal,
    discount: invoice.discount,
    discounts: invoice.discounts,
    tax: invoice.tax,
    taxes: invoice.taxes,
    total: invoice.total,
    credit_applied: invoice.credit_applied,
    amount_due: invoice.amount_due,
    amount_credited: invoice.amount_credited,
    amount_paid: invoice.amount_paid,
    paid_out_of_band: invoice.paid_out_of_band,
    out_of_band_reference: invoice.out_of_band_reference,
    payment: invoice.payment_id,
    payment_under_way: invoice.charging,
    charges: invoice.charges,
    next_charge_at: time(invoice.charge_at),
    decline_code: invoice.decline_code,
    test_clock: invoice.test_clock_id,
    metadata: invoice.metadata,
    created_at: invoice.created_at.toISOString(),
    paid_at: time(invoice.paid_at),
    voided_at: time(invoice.voided_at),
    uncollectible_at: time(invoice.uncollectible_at),
    updated_at: invoice.updated_at.toISOString(),
  };
}
