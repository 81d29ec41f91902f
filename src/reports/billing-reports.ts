// Reports of what was asked of customers and taken back: invoices and credit notes, a row each, without their lines. The addresses of
// their pages and documents are left out: whoever has one may open it, and files are passed on.

import { sql } from 'kysely';
import { type CreditNoteRow, noteNumber } from '../billing/credit-note.ts';
import type { InvoiceRow } from '../billing/invoice.ts';
import { numberText } from '../billing/invoice-object.ts';
import { createdIn, money, report, time } from './report.ts';

type Invoice = Omit<InvoiceRow, 'customer_details' | 'metadata'> & {
  customer_name: string | null;
  customer_email: string | null;
  customer_country: string | null;
  customer_tax_id: string | null;
  metadata: string;
};

/** An invoice is final from the moment it is created: there is no other time of that. */
export const invoices = report<Invoice>(
  'invoices',
  [
    ['id', (i) => i.id],
    ['number', (i) => numberText(i.number)],
    ['created_at', (i) => time(i.created_at)],
    ['updated_at', (i) => time(i.updated_at)],
    ['status', (i) => i.status],
    ['customer', (i) => i.customer_id],
    ['customer_name', (i) => i.customer_name],
    ['customer_email', (i) => i.customer_email],
    ['customer_country', (i) => i.customer_country],
    ['customer_tax_id', (i) => i.customer_tax_id],
    ['subscription', (i) => i.subscription_id],
    ['billing_reason', (i) => i.billing_reason],
    ['period_start', (i) => time(i.period_start)],
    ['period_end', (i) => time(i.period_end)],
    ['currency', (i) => i.currency],
    ...money<Invoice>('subtotal', (i) => i.subtotal),
    ...money<Invoice>('discount', (i) => i.discount),
    ...money<Invoice>('tax', (i) => i.tax),
    ...money<Invoice>('total', (i) => i.total),
    ...money<Invoice>('credit_applied', (i) => i.credit_applied),
    ...money<Invoice>('amount_due', (i) => i.amount_due),
    ...money<Invoice>('amount_paid', (i) => i.amount_paid),
    ...money<Invoice>('amount_credited', (i) => i.amount_credited),
    ['collection_method', (i) => i.collection_method],
    ['due_at', (i) => time(i.due_at)],
    ['overdue', (i) => i.status === 'open' && i.overdue_at !== null],
    ['paid_at', (i) => time(i.paid_at)],
    ['payment', (i) => i.payment_id],
    ['paid_out_of_band', (i) => i.paid_out_of_band],
    ['out_of_band_reference', (i) => i.out_of_band_reference],
    ['voided_at', (i) => time(i.voided_at)],
    ['uncollectible_at', (i) => time(i.uncollectible_at)],
    ['description', (i) => i.description],
    ['merchant_reference', (i) => i.merchant_reference],
    ['test_clock', (i) => i.test_clock_id],
    ['metadata', (i) => i.metadata],
  ],
  createdIn(
    'invoices',
    'in',
    sql`id, number, created_at, updated_at, status, customer_id, customer_details->>'name' as customer_name,
      customer_details->>'email' as customer_email, customer_details->'address'->>'country' as customer_country,
      customer_details->>'tax_id' as customer_tax_id, subscription_id, billing_reason, period_start, period_end, currency,
      subtotal, discount, tax, total, credit_applied, amount_due, amount_paid, amount_credited, collection_method, due_at, overdue_at,
      paid_at, payment_id, paid_out_of_band, out_of_band_reference, voided_at, uncollectible_at, description, merchant_reference,
      test_clock_id, metadata::text as metadata`,
    true,
  ),
);

type CreditNote = Omit<CreditNoteRow, 'metadata'> & { metadata: string };

export const creditNotes = report<CreditNote>(
  'credit_notes',
  [
    ['id', (n) => n.id],
    ['number', (n) => noteNumber(n.number)],
    ['created_at', (n) => time(n.created_at)],
    ['updated_at', (n) => time(n.updated_at)],
    ['status', (n) => n.status],
    ['invoice', (n) => n.invoice_id],
    ['customer', (n) => n.customer_id],
    ['subscription', (n) => n.subscription_id],
    ['method', (n) => n.method],
    ['refund', (n) => n.refund_id],
    ['reason', (n) => n.reason],
    ['memo', (n) => n.memo],
    ['currency', (n) => n.currency],
    ...money<CreditNote>('subtotal', (n) => n.subtotal),
    ...money<CreditNote>('discount', (n) => n.discount),
    ...money<CreditNote>('tax', (n) => n.tax),
    ...money<CreditNote>('total', (n) => n.total),
    ['voided_at', (n) => time(n.voided_at)],
    ['void_reason', (n) => n.void_reason],
    ['test_clock', (n) => n.test_clock_id],
    ['metadata', (n) => n.metadata],
  ],
  createdIn(
    'credit_notes',
    'cn',
    sql`id, number, created_at, updated_at, status, invoice_id, customer_id, subscription_id, method, refund_id, reason, memo, currency,
      subtotal, discount, tax, total, voided_at, void_reason, test_clock_id, metadata::text as metadata`,
    true,
  ),
);
