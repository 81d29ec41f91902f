// Invoices and credit notes as documents, for their merchant. The same bytes for whoever asks, as long as nothing of them changed.

import { Readable } from 'node:stream';
import Type, { type Static } from 'typebox';
import { type Drawing, drawDocument } from '../../kit/print/pool.ts';
import type { Ctx } from '../../operation/context.ts';
import { Id } from '../../operation/fields.ts';
import { operation } from '../../operation/operation.ts';
import { findCreditNote, noteNumber } from '../credit-note.ts';
import { findInvoice } from '../invoice.ts';
import { numberText } from '../invoice-object.ts';
import type { DocumentFacts } from './draw.ts';
import { creditNoteView, factsOf, invoiceView } from './read-document.ts';
import type { DocumentView } from './view.ts';

export const DocumentObject = Type.Object(
  {
    object: Type.Literal('document'),
    id: Type.String(),
    file_name: Type.String(),
  },
  { title: 'Document' },
);
export type DocumentObject = Static<typeof DocumentObject>;

export const openInvoicePdf = operation({
  name: 'invoices.pdf',
  scope: 'invoices:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Download an invoice as PDF',
  description:
    'A4, in the customer’s language, with your logo and the seller as they were when it was made. Names of any script are drawn in its own letters.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: DocumentObject,
  faults: ['not_found', 'rate_limited'],
  example: { id: '{invoice}' },
  async run({ env, account }, { id }) {
    const invoice = await findInvoice(env.db.query, account.account_id, id);
    return { object: 'document' as const, id, file_name: `${numberText(invoice.number)}.pdf` };
  },
});

export const openCreditNotePdf = operation({
  name: 'credit_notes.pdf',
  scope: 'credit_notes:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Download a credit note as PDF',
  description: 'As an invoice, with the number of the invoice that it is for.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: DocumentObject,
  faults: ['not_found', 'rate_limited'],
  example: { id: '{credit_note}' },
  async run({ env, account }, { id }) {
    const note = await findCreditNote(env.db.query, account.account_id, id);
    return { object: 'document' as const, id, file_name: `${noteNumber(note.number)}.pdf` };
  },
});

export async function downloadDocument(ctx: Ctx, { id, file_name }: DocumentObject) {
  const view = id.startsWith('cn_') ? await creditNoteView(ctx, id) : await invoiceView(ctx, id);
  return { file_name, content_type: 'application/pdf', body: Readable.from([await pdfOf(ctx, view)]) };
}

const drawing = (facts: DocumentFacts): Drawing<DocumentFacts> => ({
  module: import.meta.resolve('./draw.ts'),
  facts,
});

export const pdfOf = async (ctx: Ctx, view: DocumentView): Promise<Buffer> =>
  await drawDocument(drawing(await factsOf(ctx, view)));
