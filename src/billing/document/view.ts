// What an invoice or a credit note shows to its customer: on the page, and printed. Made by read-document.ts, drawn elsewhere; holds
// nothing that a customer may not see.

import Type, { type Static } from 'typebox';
import { Branding } from '../../identity/branding.ts';
import { Address, nullable } from '../../operation/fields.ts';
import { creditMethods } from '../credit-note.ts';
import { invoiceStatuses } from '../invoice.ts';
import { TaxObject } from '../invoice-object.ts';
import { lineParts } from '../invoice-sums.ts';

const Instant = Type.String({ format: 'date-time' });

const Party = Type.Object({
  name: nullable(Type.String()),
  address: nullable(Address),
  tax_id: nullable(Type.String()),
  email: nullable(Type.String()),
  phone: nullable(Type.String()),
});
export type Party = Static<typeof Party>;

export const DocumentView = Type.Object({
  kind: Type.Enum(['invoice', 'credit_note']),
  id: Type.String(),
  number: Type.String(),
  status: Type.Enum([...invoiceStatuses, 'issued']),
  mode: Type.Enum(['sandbox', 'live']),
  /** Of the customer; null: nobody said. */
  locale: nullable(Type.String()),
  time_zone: Type.String(),
  currency: Type.String(),
  merchant: Type.Object({ name: Type.String(), logo_url: nullable(Type.String()) }),
  branding: Branding,
  seller: Party,
  footer: nullable(Type.String()),
  customer: Party,
  created_at: Instant,
  paid_at: nullable(Instant),
  /** Of one that is sent: the last day to pay it, and in how many days that was. */
  due_at: nullable(Instant),
  days_until_due: nullable(Type.Integer()),
  overdue: Type.Boolean(),
  period: nullable(Type.Object({ start: Instant, end: Instant })),
  /** Of a credit note: the invoice that it is for. */
  invoice_number: nullable(Type.String()),
  method: nullable(Type.Enum([...creditMethods])),
  memo: nullable(Type.String()),
  lines: Type.Array(
    Type.Object({
      description: Type.String(),
      /** How the reader is told of it is worded where it is shown. */
      product_name: nullable(Type.String()),
      localized_name: nullable(Type.String()),
      part: nullable(Type.Enum([...lineParts])),
      quantity: nullable(Type.Integer()),
      unit_amount: nullable(Type.Integer()),
      amount: Type.Integer(),
      period: nullable(Type.Object({ start: Instant, end: Instant })),
    }),
  ),
  subtotal: Type.Integer(),
  discounts: Type.Array(Type.Object({ name: nullable(Type.String()), amount: Type.Integer() })),
  taxes: Type.Array(TaxObject),
  total: Type.Integer(),
  credit_applied: Type.Integer(),
  credited_due: Type.Integer(),
  amount_due: Type.Integer(),
  amount_paid: Type.Integer(),
  payments: Type.Array(
    Type.Object({
      at: Instant,
      amount: Type.Integer(),
      brand: nullable(Type.String()),
      last_four: nullable(Type.String()),
      /** It came by a way of the merchant's own. */
      out_of_band: Type.Boolean(),
    }),
  ),
  credit_notes: Type.Array(
    Type.Object({
      number: Type.String(),
      at: Instant,
      total: Type.Integer(),
      method: Type.Enum([...creditMethods]),
      url: Type.String(),
    }),
  ),
  /** Whether the page may offer to pay it now; and whether a payment is under way already. */
  payable: Type.Boolean(),
  under_way: Type.Boolean(),
});
export type DocumentView = Static<typeof DocumentView>;
