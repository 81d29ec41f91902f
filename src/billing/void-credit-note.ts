// Taking a credit note back: by hand, where its money is still here to be taken, or because its refund failed. Its number stays.

import { sql } from 'kysely';
import Type from 'typebox';
import { runAll, type Tx } from '../db/db.ts';
import { emit } from '../events/emit.ts';
import { Fault } from '../kit/fault.ts';
import type { Ctx } from '../operation/context.ts';
import { Id } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { timeFor } from './business-time.ts';
import { CreditNoteObject, type CreditNoteRow, creditNoteObject, findCreditNote, linesOfNotes } from './credit-note.ts';
import { lockInvoice } from './invoice.ts';
import { leavePage, type Pair } from './settle-invoice.ts';
import { lockSubscription, writeSubscriptions } from './subscription.ts';
import { tellSubscription } from './tell.ts';

export const voidCreditNote = operation({
  name: 'credit_notes.void',
  scope: 'credit_notes:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Void a credit note',
  description:
    'One that lowered what is due, while the invoice is open; one whose credit the subscription did not use; one that was settled by a way of your own. Money that was refunded is gone: that note stays.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: CreditNoteObject,
  faults: ['not_found', 'state_invalid', 'payment_in_progress'],
  example: { id: '{credit_note}' },
  async run(ctx, input, tx) {
    const { note, ...pair } = await lock(ctx, tx, input.id);
    refuse(note, pair);
    await takeBack(ctx, tx, note, pair);
    return await voided(ctx, tx, note, pair.at, 'by_hand');
  },
});

/** What became of its refund. A reaction: it looks at how things are now, and may run twice. */
export async function followCreditRefund(ctx: Ctx, refund_id: string): Promise<void> {
  const { account_id } = ctx.account;
  const { rows } = await sql<{ id: string }>`
    select n.id from credit_notes n join refunds r on r.account_id = n.account_id and r.id = n.refund_id
    where n.account_id = ${account_id} and n.refund_id = ${refund_id} and n.status = 'issued' and r.status = 'failed'`.execute(
    ctx.env.db.query,
  );
  if (!rows[0]) return;
  const { id } = rows[0];
  await ctx.env.db.tx(async (tx) => {
    const { note, at } = await lock(ctx, tx, id);
    if (note.status === 'issued') await voided(ctx, tx, note, at, 'refund_failed');
  });
}

/** A note changes under its invoice's lock alone. */
async function lock(ctx: Ctx, tx: Tx, id: string): Promise<Pair & { note: CreditNoteRow }> {
  const { account_id } = ctx.account;
  const known = await findCreditNote(tx, account_id, id);
  const s = known.subscription_id === null ? null : await lockSubscription(tx, account_id, known.subscription_id);
  const at = await timeFor(ctx, tx, known.test_clock_id);
  const locked = await lockInvoice(tx, account_id, known.invoice_id);
  const invoice = known.method === 'amount_due' ? await leavePage(ctx, tx, { s, invoice: locked, at }) : locked;
  return { s, invoice, at, note: await findCreditNote(tx, account_id, id) };
}

function refuse(note: CreditNoteRow, { s, invoice }: Pair): void {
  const no = (why: string) => new Fault('state_invalid', why, { param: 'id' });
  if (note.status === 'void') throw no('This credit note is void already.');
  if (note.method === 'refund') throw no('The money of this credit note was refunded, so the note stays.');
  if (note.method === 'credit_balance' && (s?.credit_balance ?? 0) < note.total)
    throw no('The subscription has used the credit of this note.');
  if (note.method !== 'amount_due') return;
  if (invoice.status !== 'open' && invoice.status !== 'uncollectible')
    throw no(`Its invoice is '${invoice.status}', so no more can be asked for it.`);
  if (invoice.charging)
    throw new Fault(
      'payment_in_progress',
      'A payment of its invoice is under way. Wait for its outcome, then try again.',
      { param: 'id', retry_after: 2 },
    );
}

async function takeBack(ctx: Ctx, tx: Tx, note: CreditNoteRow, { s, at }: Pair): Promise<void> {
  if (note.method !== 'credit_balance' || !s) return;
  const poorer = { ...s, credit_balance: s.credit_balance - note.total, updated_at: at };
  await runAll(tx, writeSubscriptions([poorer]));
  await tellSubscription(ctx, tx, poorer, 'subscription.updated');
}

async function voided(
  ctx: Ctx,
  tx: Tx,
  note: CreditNoteRow,
  at: Date,
  void_reason: 'by_hand' | 'refund_failed',
): Promise<CreditNoteObject> {
  const { account_id, id } = note;
  const off_due = note.method === 'amount_due' ? note.total : 0;
  await sql`update credit_notes set status = 'void', voided_at = ${at}, void_reason = ${void_reason}, updated_at = ${at}
    where account_id = ${account_id} and id = ${id}`.execute(tx);
  await sql`update invoices set amount_credited = amount_credited - ${note.total}, credited_due = credited_due - ${off_due},
      amount_due = amount_due + ${off_due}, updated_at = ${at}
    where account_id = ${account_id} and id = ${note.invoice_id}`.execute(tx);
  const lines = (await linesOfNotes(tx, account_id, [id])).get(id) ?? [];
  const object = creditNoteObject(ctx.env, await findCreditNote(tx, account_id, id), lines);
  await emit(ctx, tx, 'credit_note.voided', object);
  return object;
}
