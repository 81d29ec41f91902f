// Reads what an invoice or a credit note shows. The amounts are those that were billed; names and places are those of the day it was made.
// A logo is drawn only when it is kept here: nothing is fetched from anywhere.

import { brandingOf } from '../../identity/branding.ts';
import { readPicture } from '../../identity/picture.ts';
import type { Ctx } from '../../operation/context.ts';
import { peekPayment } from '../../payments/payment.ts';
import { findCreditNote, linesOfNotes, noteNumber, notesOf } from '../credit-note.ts';
import { creditNotePdfUrl } from '../hosted-invoice.ts';
import { findInvoice, type InvoiceRow, type LineRow, linesOf } from '../invoice.ts';
import { numberText } from '../invoice-object.ts';
import { sellerAt } from '../seller.ts';
import type { DocumentFacts } from './draw.ts';
import type { DocumentView } from './view.ts';

const iso = (at: Date | string) => new Date(at).toISOString();

export async function invoiceView(ctx: Ctx, id: string): Promise<DocumentView> {
  const { query } = ctx.env.db;
  const { account_id } = ctx.account;
  const invoice = await findInvoice(query, account_id, id);
  const lines = (await linesOf(query, account_id, [id])).get(id) ?? [];
  const notes = (await notesOf(query, account_id, id)).filter((note) => note.status === 'issued');
  const open = invoice.status === 'open' || invoice.status === 'uncollectible';
  return {
    ...(await common(ctx, invoice)),
    kind: 'invoice',
    id,
    number: numberText(invoice.number),
    status: invoice.status,
    created_at: iso(invoice.created_at),
    paid_at: invoice.paid_at && iso(invoice.paid_at),
    due_at: invoice.due_at && iso(invoice.due_at),
    days_until_due: invoice.days_until_due,
    overdue: invoice.status === 'open' && invoice.overdue_at !== null,
    period:
      invoice.subscription_id === null ? null : { start: iso(invoice.period_start), end: iso(invoice.period_end) },
    invoice_number: null,
    method: null,
    memo: invoice.description,
    lines: lines.map((line) => ({
      description: line.description,
      product_name: line.product_name,
      localized_name: line.localized_name,
      part: line.part,
      quantity: line.quantity,
      unit_amount: line.unit_amount,
      amount: line.amount,
      period: line.recurring === null ? null : { start: iso(line.period_start), end: iso(line.period_end) },
    })),
    subtotal: invoice.subtotal,
    discounts: discountsOf(invoice),
    taxes: invoice.taxes,
    total: invoice.total,
    credit_applied: invoice.credit_applied,
    credited_due: invoice.credited_due,
    amount_due: invoice.amount_due,
    amount_paid: invoice.amount_paid,
    payments: await paymentsOf(ctx, invoice),
    credit_notes: notes.map((note) => ({
      number: noteNumber(note.number),
      at: iso(note.created_at),
      total: note.total,
      method: note.method,
      url: creditNotePdfUrl(ctx.env, note),
    })),
    payable: open && invoice.amount_due > 0 && (!invoice.charging || invoice.on_page),
    under_way: invoice.charging && !invoice.on_page,
  };
}

export async function creditNoteView(ctx: Ctx, id: string): Promise<DocumentView> {
  const { query } = ctx.env.db;
  const { account_id } = ctx.account;
  const note = await findCreditNote(query, account_id, id);
  const invoice = await findInvoice(query, account_id, note.invoice_id);
  const lines = (await linesOfNotes(query, account_id, [id])).get(id) ?? [];
  const all = (await linesOf(query, account_id, [note.invoice_id])).get(note.invoice_id) ?? [];
  const billed = new Map(all.map((line) => [line.id, line]));
  return {
    ...(await common(ctx, invoice)),
    kind: 'credit_note',
    id,
    number: noteNumber(note.number),
    status: note.status,
    created_at: iso(note.created_at),
    paid_at: null,
    due_at: null,
    days_until_due: null,
    overdue: false,
    period: null,
    invoice_number: numberText(invoice.number),
    method: note.method,
    memo: note.memo,
    lines: lines.map(({ description, amount, invoice_line_id }) => ({
      description,
      ...namedBy(billed.get(invoice_line_id)),
      quantity: null,
      unit_amount: null,
      amount,
      period: null,
    })),
    subtotal: note.subtotal,
    discounts: note.discount === 0 ? [] : [{ name: null, amount: note.discount }],
    taxes: note.taxes,
    total: note.total,
    credit_applied: 0,
    credited_due: 0,
    amount_due: 0,
    amount_paid: 0,
    payments: [],
    credit_notes: [],
    payable: false,
    under_way: false,
  };
}

/** A credit note calls everything what its invoice called it. */
const namedBy = (line: LineRow | undefined) => ({
  product_name: line?.product_name ?? null,
  localized_name: line?.localized_name ?? null,
  part: line?.part ?? null,
});

async function common({ env, account }: Ctx, invoice: InvoiceRow) {
  const { query } = env.db;
  const { footer, object: _, ...seller } = await sellerAt(query, account.account_id, invoice.seller);
  const { name, email, address, tax_id = null } = invoice.customer_details;
  const customer = await query
    .selectFrom('customers')
    .select('language')
    .where('account_id', '=', account.account_id)
    .where('id', '=', invoice.customer_id)
    .executeTakeFirst();
  return {
    mode: account.mode,
    locale: customer?.language ?? null,
    time_zone: account.time_zone,
    currency: invoice.currency,
    merchant: { name: account.merchant_name, logo_url: account.merchant_logo_url },
    branding: await brandingOf(query, account.merchant_id),
    seller,
    footer,
    customer: { name, email, address, tax_id, phone: null },
  };
}

function discountsOf(invoice: InvoiceRow): DocumentView['discounts'] {
  if (invoice.discount === 0) return [];
  const named = invoice.discounts.map(({ name, code, amount }) => ({
    name: code === null ? name : `${name} (${code})`,
    amount,
  }));
  return named.length > 0 ? named : [{ name: null, amount: invoice.discount }];
}

async function paymentsOf(ctx: Ctx, invoice: InvoiceRow): Promise<DocumentView['payments']> {
  const { amount_paid: amount, paid_at, paid_out_of_band: out_of_band } = invoice;
  if (amount === 0 || paid_at === null) return [];
  const at = iso(paid_at);
  if (out_of_band) return [{ at, amount, brand: null, last_four: null, out_of_band }];
  if (invoice.payment_id === null) return [];
  const payment = await peekPayment(ctx.env.db.query, invoice.account_id, invoice.payment_id);
  const card = payment?.payment_method?.type === 'card' ? payment.payment_method.card : undefined;
  return [{ at, amount, brand: card?.brand ?? null, last_four: card?.last_four ?? null, out_of_band }];
}

/** What is printed, with the picture of the merchant. */
export async function factsOf(ctx: Ctx, view: DocumentView): Promise<DocumentFacts> {
  const { env } = ctx;
  const ours = `${env.config.public_url}/pictures/`;
  const url = view.merchant.logo_url;
  const picture = url?.startsWith(ours) ? await readPicture(env.db.query, url.slice(ours.length)) : undefined;
  if (!picture) return { view, logo: null };
  const { default: sharp } = await import('sharp');
  // On white and without a channel of its own for what shines through: half the bytes, and always the same ones.
  const logo = await sharp(picture)
    .flatten({ background: '#ffffff' })
    .resize({ width: 680, height: 184, fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: 90, chromaSubsampling: '4:4:4' })
    .toBuffer();
  return { view, logo };
}
