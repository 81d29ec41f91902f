// Credit notes as their merchant reads them: one, or a list.

import Type from 'typebox';
import { Id, ListOf, pageFields } from '../operation/fields.ts';
import { readList } from '../operation/list.ts';
import { operation } from '../operation/operation.ts';
import { CreditNoteObject, type CreditNoteRow, creditNoteObject, findCreditNote, linesOfNotes } from './credit-note.ts';

export const getCreditNote = operation({
  name: 'credit_notes.get',
  scope: 'credit_notes:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get a credit note',
  description: 'With its lines, as it is now.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: CreditNoteObject,
  faults: ['not_found'],
  example: { id: '{credit_note}' },
  async run({ env, account }, { id }) {
    const note = await findCreditNote(env.db.query, account.account_id, id);
    return creditNoteObject(env, note, (await linesOfNotes(env.db.query, account.account_id, [id])).get(id) ?? []);
  },
});

export const listCreditNotes = operation({
  name: 'credit_notes.list',
  scope: 'credit_notes:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List credit notes',
  description: 'Newest first, with their lines. Filters add up.',
  input: Type.Object(
    {
      ...pageFields,
      invoice: Type.Optional(Id),
      subscription: Type.Optional(Id),
      customer: Type.Optional(Id),
    },
    { additionalProperties: false },
  ),
  output: ListOf(CreditNoteObject),
  faults: ['parameter_invalid'],
  example: { limit: 3 },
  run({ env, account }, input) {
    const { account_id } = account;
    const { query } = env.db;
    return readList(query, input, {
      from: 'credit_notes',
      where: {
        account_id,
        invoice_id: input.invoice,
        subscription_id: input.subscription,
        customer_id: input.customer,
      },
      async show(rows: CreditNoteRow[]) {
        const lines = await linesOfNotes(
          query,
          account_id,
          rows.map((row) => row.id),
        );
        return rows.map((row) => creditNoteObject(env, row, lines.get(row.id) ?? []));
      },
    });
  },
});
