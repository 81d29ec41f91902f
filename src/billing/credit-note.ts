// A credit note: what of an invoice is taken back, and where the money goes. Its rows, its public shape, how it is found and written.
// It is never changed after it was made; it is only voided, and its number stays.

import { sql } from 'kysely';
import Type, { type Static } from 'typebox';
import type { Executor, Statement, Tx } from '../db/db.ts';
import { insertRows } from '../db/rows.ts';
import { notFound } from '../kit/fault.ts';
import type { Currency } from '../kit/money.ts';
import type { Env } from '../operation/context.ts';
import { Metadata, nullable } from '../operation/fields.ts';
import type { CreditLine } from './credit-sums.ts';
import { creditNotePdfUrl } from './hosted-invoice.ts';
import { TaxObject } from './invoice-object.ts';
import type { InvoiceTax } from './invoice-sums.ts';
import { floorShare } from './proration.ts';
import type { SubscriptionRow } from './subscription.ts';

export const creditReasons = ['duplicate', 'fraudulent', 'order_change', 'product_unsatisfactory', 'other'] as const;
export const creditMethods = ['refund', 'credit_balance', 'amount_due', 'out_of_band'] as const;
export type CreditMethod = (typeof creditMethods)[number];

export type CreditNoteRow = {
  account_id: string;
  id: string;
  number: number;
  status: 'issued' | 'void';
  invoice_id: string;
  subscription_id: string | null;
  customer_id: string;
  method: CreditMethod;
  refund_id: string | null;
  reason: (typeof creditReasons)[number];
  memo: string | null;
  currency: Currency;
  subtotal: number;
  discount: number;
  tax: number;
  total: number;
  taxes: InvoiceTax[];
  metadata: Metadata;
  test_clock_id: string | null;
  created_at: Date;
  voided_at: Date | null;
  void_reason: 'refund_failed' | 'by_hand' | null;
  updated_at: Date;
};

export type CreditNoteLine = CreditLine & { account_id: string; credit_note_id: string; id: string };

const columns = {
  account_id: 'text',
  id: 'text',
  number: 'bigint',
  status: 'text',
  invoice_id: 'text',
  subscription_id: 'text',
  customer_id: 'text',
  method: 'text',
  refund_id: 'text',
  reason: 'text',
  memo: 'text',
  currency: 'text',
  subtotal: 'bigint',
  discount: 'bigint',
  tax: 'bigint',
  total: 'bigint',
  taxes: 'jsonb',
  metadata: 'jsonb',
  test_clock_id: 'text',
  created_at: 'timestamptz',
  updated_at: 'timestamptz',
};
const lineColumns = {
  account_id: 'text',
  credit_note_id: 'text',
  id: 'text',
  invoice_line_id: 'text',
  description: 'text',
  amount: 'bigint',
  discount: 'bigint',
  tax: 'bigint',
  taxes: 'jsonb',
  total: 'bigint',
};

const insertNotes = insertRows('credit_notes', columns);
const insertLines = insertRows('credit_note_lines', lineColumns);

export const insertCreditNote = (note: CreditNoteRow, lines: CreditNoteLine[]): Statement[] => [
  ...insertNotes([note]),
  ...insertLines(lines),
];

const LineOfNote = Type.Object(
  {
    id: Type.String(),
    invoice_line: Type.String(),
    description: Type.String(),
    amount: Type.Integer({ description: 'Below zero where the line of the invoice is.' }),
    discount: Type.Integer(),
    tax: Type.Integer({ description: 'On top of the amount.' }),
    taxes: Type.Array(TaxObject),
    total: Type.Integer(),
  },
  { title: 'Credit note line' },
);

/** What both a note and the preview of one say. */
export const creditSums = {
  currency: Type.String(),
  subtotal: Type.Integer(),
  discount: Type.Integer(),
  tax: Type.Integer({ description: 'What came on top.' }),
  taxes: Type.Array(TaxObject),
  total: Type.Integer(),
};

export const CreditNoteObject = Type.Object(
  {
    id: Type.String({ description: '`cn_…`' }),
    object: Type.Literal('credit_note'),
    number: Type.String({ description: 'A series of its own, without a gap within the account.' }),
    status: Type.Enum(['issued', 'void']),
    invoice: Type.String(),
    subscription: nullable(Type.String({ description: 'Null: of an invoice by hand.' })),
    customer: Type.String(),
    method: Type.Enum([...creditMethods], {
      description:
        'Where the money goes: back by the invoice’s payment, to the subscription’s credit, off what is still due, or by a way of your own.',
    }),
    refund: nullable(Type.String({ description: 'If it fails, the note becomes void.' })),
    reason: Type.Enum([...creditReasons]),
    memo: nullable(Type.String()),
    ...creditSums,
    lines: Type.Array(LineOfNote),
    pdf: Type.String({ description: 'The document. Whoever has the address may read it.' }),
    test_clock: nullable(Type.String()),
    metadata: Metadata,
    created_at: Type.String({ format: 'date-time' }),
    voided_at: nullable(Type.String({ format: 'date-time' })),
    void_reason: nullable(Type.Enum(['refund_failed', 'by_hand'])),
    updated_at: Type.String({ format: 'date-time' }),
  },
  { title: 'Credit note' },
);
export type CreditNoteObject = Static<typeof CreditNoteObject>;

export const noteNumber = (number: number) => `CN-${String(number).padStart(6, '0')}`;

export const creditNoteObject = (
  env: Pick<Env, 'config' | 'keys'>,
  note: CreditNoteRow,
  lines: CreditNoteLine[],
): CreditNoteObject => ({
  id: note.id,
  object: 'credit_note',
  number: noteNumber(note.number),
  status: note.status,
  invoice: note.invoice_id,
  subscription: note.subscription_id,
  customer: note.customer_id,
  method: note.method,
  refund: note.refund_id,
  reason: note.reason,
  memo: note.memo,
  currency: note.currency,
  subtotal: note.subtotal,
  discount: note.discount,
  tax: note.tax,
  taxes: note.taxes,
  total: note.total,
  lines: lines.map(({ id, invoice_line_id, description, amount, discount, tax, taxes, total }) => ({
    id,
    invoice_line: invoice_line_id,
    description,
    amount,
    discount,
    tax,
    taxes,
    total,
  })),
  pdf: creditNotePdfUrl(env, note),
  test_clock: note.test_clock_id,
  metadata: note.metadata,
  created_at: note.created_at.toISOString(),
  voided_at: note.voided_at?.toISOString() ?? null,
  void_reason: note.void_reason,
  updated_at: note.updated_at.toISOString(),
});

export async function findCreditNote(query: Executor | Tx, account_id: string, id: string): Promise<CreditNoteRow> {
  const { rows } = await sql<CreditNoteRow>`
    select * from credit_notes where account_id = ${account_id} and id = ${id}`.execute(query);
  if (!rows[0]) throw notFound('credit note', id);
  return rows[0];
}

/** By note, in the order in which they were written. */
export async function linesOfNotes(
  query: Executor | Tx,
  account_id: string,
  ids: string[],
): Promise<Map<string, CreditNoteLine[]>> {
  const found = new Map<string, CreditNoteLine[]>(ids.map((id) => [id, []]));
  if (ids.length === 0) return found;
  const { rows } = await sql<CreditNoteLine>`
    select * from credit_note_lines where account_id = ${account_id} and credit_note_id = any(${ids})
    order by credit_note_id, id`.execute(query);
  for (const row of rows) found.get(row.credit_note_id)?.push(row);
  return found;
}

/** Of an invoice, oldest first; void ones too. */
export async function notesOf(query: Executor | Tx, account_id: string, invoice_id: string): Promise<CreditNoteRow[]> {
  const { rows } = await sql<CreditNoteRow>`
    select * from credit_notes where account_id = ${account_id} and invoice_id = ${invoice_id} order by id`.execute(
    query,
  );
  return rows;
}

type Covered = Pick<SubscriptionRow, 'account_id' | 'id' | 'covered_from' | 'covered_until'>;

/** What was credited, since it was billed, of the time that a change of plan would give back: nobody gets it twice. Usage is none of it. */
export async function creditedOf(
  query: Executor | Tx,
  { account_id, id, covered_from, covered_until }: Covered,
): Promise<{ amount: number; tax: number }> {
  const { rows } = await sql<{ period_start: Date; period_end: Date; amount: number; tax: number }>`
    select i.period_start, i.period_end, sum(c.amount - c.discount)::bigint as amount, sum(c.tax)::bigint as tax
    from invoices i join credit_notes n on n.account_id = i.account_id and n.invoice_id = i.id
    join credit_note_lines c on c.account_id = n.account_id and c.credit_note_id = n.id
    join invoice_lines l on l.account_id = i.account_id and l.invoice_id = i.id and l.id = c.invoice_line_id
    where i.account_id = ${account_id} and i.subscription_id = ${id} and i.amount_credited > 0 and i.status <> 'void'
      and i.period_end > ${covered_from} and n.status = 'issued' and n.created_at >= ${covered_from}
      and l.meter_id is null and l.period_start = i.period_start
    group by i.id, i.period_start, i.period_end`.execute(query);
  const credited = { amount: 0, tax: 0 };
  for (const { period_start, period_end, amount, tax } of rows) {
    const [from, until] = [Math.max(+period_start, +covered_from), Math.min(+period_end, +covered_until)];
    const whole = +period_end - +period_start;
    credited.amount += floorShare(amount, Math.max(0, until - from), whole);
    credited.tax += floorShare(tax, Math.max(0, until - from), whole);
  }
  return credited;
}
