// Crediting an invoice: never more than it came to, and at once with the money. One transaction raises what is credited, issues the note
// under the next number and moves the money as far as that is ours: a refund is recorded in it, and the provider is asked after it.

import { sql } from 'kysely';
import Type, { type Static } from 'typebox';
import { type Executor, runAll, type Tx } from '../db/db.ts';
import { emitStatements, newEvent } from '../events/emit.ts';
import { must } from '../kit/assert.ts';
import { Fault } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import { said } from '../kit/money.ts';
import type { Ctx } from '../operation/context.ts';
import { Amount, Id, Metadata, text } from '../operation/fields.ts';
import { storeAnswer } from '../operation/once.ts';
import { operation } from '../operation/operation.ts';
import { actRefund, type BegunRefund, recordRefund, refuseUncovered } from '../payments/create-refund.ts';
import { timeFor } from './business-time.ts';
import { subscriptionOf } from './charge-invoice.ts';
import {
  type CreditMethod,
  CreditNoteObject,
  type CreditNoteRow,
  creditMethods,
  creditNoteObject,
  creditReasons,
  creditSums,
  insertCreditNote,
  linesOfNotes,
  notesOf,
} from './credit-note.ts';
import { type Credit, creditOf, remainders, sharesOf } from './credit-sums.ts';
import { findInvoice, type InvoiceRow, type LineRow, linesOf, lockInvoice } from './invoice.ts';
import { TaxObject } from './invoice-object.ts';
import { leavePage, type Pair, settlePaid } from './settle-invoice.ts';
import { isEnded, lockSubscription, type SubscriptionRow, writeSubscriptions } from './subscription.ts';
import { tellSubscription } from './tell.ts';
import { followCreditRefund } from './void-credit-note.ts';

const asked = {
  invoice: Id,
  amount: Type.Optional(Amount),
  lines: Type.Optional(
    Type.Array(Type.Object({ line: Id, amount: Amount }, { additionalProperties: false }), {
      minItems: 1,
      maxItems: 100,
      description: 'Instead of an amount: what of which lines, taxes included.',
    }),
  ),
  method: Type.Optional(
    Type.Enum([...creditMethods], {
      description:
        'Of a paid invoice: `refund` when left out, or `credit_balance` where no payment paid it. Of an open one it is always `amount_due`.',
    }),
  ),
};
type Asked = Static<ReturnType<typeof Type.Object<typeof asked>>>;

const faults = [
  'not_found',
  'state_invalid',
  'amount_too_large',
  'parameter_invalid',
  'payment_in_progress',
  'payment_not_refundable',
  'method_not_refundable',
  'payment_fully_refunded',
  'insufficient_balance',
] as const;

export const createCreditNote = operation({
  name: 'credit_notes.create',
  scope: 'credit_notes:write',
  actors: ['secret', 'system'],
  kind: 'process',
  summary: 'Credit an invoice',
  description:
    'Takes back all of an invoice that is left, an `amount` of it spread over its lines, or parts of its `lines`; always taxes included, and each line’s own taxes. ' +
    'Of a paid invoice the money goes back by its payment, to the subscription’s credit, or by a way of your own (`out_of_band`). Of an open one less is due. ' +
    'A refund that fails later makes the note void, told by `credit_note.voided`.',
  input: Type.Object(
    {
      ...asked,
      reason: Type.Optional(Type.Enum([...creditReasons])),
      memo: Type.Optional(text(500, 'Printed on the note.')),
      metadata: Type.Optional(Metadata),
    },
    { additionalProperties: false },
  ),
  output: CreditNoteObject,
  faults,
  example: { invoice: '{paid_invoice}', amount: 100, reason: 'product_unsatisfactory', memo: 'One bag was torn' },
  async run(ctx, input) {
    const { claim, ...plain } = ctx;
    const { object, begun } = await ctx.env.db
      .tx(async (tx) => {
        const issued = await issue(plain, tx, input);
        // The note stands from here on, whatever becomes of the refund: a repeat must not issue another one.
        if (claim) await storeAnswer(tx, ctx.account.account_id, claim, JSON.stringify(issued.object));
        return issued;
      })
      .catch(refuseUncovered);
    ctx.env.nudge();
    ctx.env.probe('credit_note.issued');
    if (begun) {
      await actRefund(plain, begun);
      await followCreditRefund(plain, begun.refund.id);
    }
    return object;
  },
});

export const previewCreditNote = operation({
  name: 'credit_notes.preview',
  scope: 'credit_notes:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Preview a credit note',
  description: 'What a credit note would come to. Nothing is written.',
  input: Type.Object(asked, { additionalProperties: false }),
  output: Type.Object(
    {
      object: Type.Literal('credit_note_preview'),
      invoice: Type.String(),
      method: Type.Enum([...creditMethods]),
      ...creditSums,
      lines: Type.Array(
        Type.Object({
          invoice_line: Type.String(),
          description: Type.String(),
          amount: Type.Integer(),
          discount: Type.Integer(),
          tax: Type.Integer(),
          taxes: Type.Array(TaxObject),
          total: Type.Integer(),
        }),
      ),
      left: Type.Integer({ description: 'What of the invoice could still be credited after it.' }),
    },
    { title: 'Credit note preview' },
  ),
  faults: ['not_found', 'state_invalid', 'amount_too_large', 'parameter_invalid', 'payment_in_progress'],
  example: { invoice: '{paid_invoice}', amount: 100 },
  async run(ctx, input) {
    const { query } = ctx.env.db;
    const { account_id } = ctx.account;
    const invoice = await findInvoice(query, account_id, input.invoice).catch(elsewhere);
    const s = await subscriptionOf(query, invoice);
    const { credit, method } = await weigh(query, s, invoice, input);
    const { lines, ...sums } = credit;
    return {
      object: 'credit_note_preview' as const,
      invoice: invoice.id,
      method,
      currency: invoice.currency,
      ...sums,
      lines: lines.map(({ invoice_line_id, ...line }) => ({ invoice_line: invoice_line_id, ...line })),
      left: invoice.total - invoice.amount_credited - credit.total,
    };
  },
});

function elsewhere(error: unknown): never {
  if (error instanceof Fault && error.code === 'not_found')
    throw new Fault('not_found', error.message, { param: 'invoice' });
  throw error;
}

type Issued = { object: CreditNoteObject; begun: BegunRefund | undefined };
type Input = Asked & Pick<Partial<CreditNoteRow>, 'reason' | 'metadata'> & { memo?: string };

async function issue(ctx: Ctx, tx: Tx, input: Input): Promise<Issued> {
  const { account_id } = ctx.account;
  const known = await findInvoice(tx, account_id, input.invoice).catch(elsewhere);
  const s = known.subscription_id === null ? null : await lockSubscription(tx, account_id, known.subscription_id);
  const at = await timeFor(ctx, tx, known.test_clock_id);
  const invoice = await leavePage(ctx, tx, { s, invoice: await lockInvoice(tx, account_id, known.id), at });
  if (invoice.charging) throw inProgress();
  const { credit, method } = await weigh(tx, s, invoice, input);
  const { lines: creditLines, ...sums } = credit;
  const id = newId('cn', ctx.env);
  const begun = method === 'refund' ? await refund(ctx, tx, invoice, credit, input) : undefined;
  await move(ctx, tx, { s, invoice, at }, method, credit.total);
  const note: CreditNoteRow = {
    account_id,
    id,
    number: await takeNumber(ctx, tx),
    status: 'issued',
    invoice_id: invoice.id,
    subscription_id: invoice.subscription_id,
    customer_id: invoice.customer_id,
    method,
    refund_id: begun?.refund.id ?? null,
    reason: input.reason ?? 'other',
    memo: input.memo ?? null,
    currency: invoice.currency,
    ...sums,
    metadata: input.metadata ?? {},
    test_clock_id: invoice.test_clock_id,
    created_at: at,
    voided_at: null,
    void_reason: null,
    updated_at: at,
  };
  const lines = creditLines.map((line) => ({
    ...line,
    account_id,
    credit_note_id: id,
    id: newId('cnl', ctx.env),
  }));
  const object = creditNoteObject(ctx.env, note, lines);
  await runAll(tx, [
    ...insertCreditNote(note, lines),
    ...emitStatements([newEvent(ctx, 'credit_note.created', object, undefined, false)]),
  ]);
  return { object, begun };
}

const refundReason = {
  duplicate: 'duplicate',
  fraudulent: 'fraudulent',
  order_change: 'requested_by_customer',
  product_unsatisfactory: 'requested_by_customer',
  other: 'other',
} as const;

async function refund(ctx: Ctx, tx: Tx, invoice: InvoiceRow, credit: Credit, input: Input): Promise<BegunRefund> {
  const payment = must(invoice.payment_id, 'an invoice that money paid has its payment');
  const tax = credit.taxes.reduce((sum, one) => sum + one.amount, 0);
  const note = `Credit note for invoice ${invoice.id}`;
  const reason = refundReason[input.reason ?? 'other'];
  return await recordRefund(ctx, tx, { payment, amount: credit.total, reason, note }, Math.max(0, tax));
}

/** The bound is the table's: what is credited never goes beyond the total. */
async function move(ctx: Ctx, tx: Tx, { s, invoice, at }: Pair, method: CreditMethod, total: number): Promise<void> {
  const off_due = method === 'amount_due' ? total : 0;
  await sql`update invoices set amount_credited = amount_credited + ${total}, credited_due = credited_due + ${off_due},
      amount_due = amount_due - ${off_due}, updated_at = ${at}
    where account_id = ${invoice.account_id} and id = ${invoice.id}`.execute(tx);
  if (method === 'credit_balance' && s) {
    const richer = { ...s, credit_balance: s.credit_balance + total, updated_at: at };
    await runAll(tx, writeSubscriptions([richer]));
    await tellSubscription(ctx, tx, richer, 'subscription.updated');
  }
  if (off_due === 0 || off_due < invoice.amount_due) return;
  const amounts = {
    amount_due: 0,
    amount_credited: invoice.amount_credited + total,
    credited_due: invoice.credited_due + total,
  };
  await settlePaid(ctx, tx, { s, invoice: { ...invoice, ...amounts }, at });
}

/** The row lock is held until the commit, which is near. */
async function takeNumber(ctx: Ctx, tx: Tx): Promise<number> {
  const { rows } = await sql<{ credit_notes: number }>`
    insert into billing_numbers (account_id, credit_notes) values (${ctx.account.account_id}, 1)
    on conflict (account_id) do update set credit_notes = billing_numbers.credit_notes + 1 returning credit_notes`.execute(
    tx,
  );
  return must(rows[0], 'an account has numbers').credit_notes;
}

/** What it would come to, after every refusal. */
async function weigh(
  query: Executor | Tx,
  s: SubscriptionRow | null,
  invoice: InvoiceRow,
  input: Asked,
): Promise<{ credit: Credit; method: CreditMethod }> {
  const { account_id, id } = invoice;
  if (input.amount !== undefined && input.lines !== undefined)
    throw new Fault('parameter_invalid', 'Give either amount or lines, not both.', { param: 'lines' });
  refuseState(invoice);
  const method = methodOf(s, invoice, input.method);
  const billed = (await linesOf(query, account_id, [id])).get(id) ?? [];
  const notes = (await notesOf(query, account_id, id)).filter((note) => note.status === 'issued');
  const credited = [
    ...(
      await linesOfNotes(
        query,
        account_id,
        notes.map((note) => note.id),
      )
    ).values(),
  ].flat();
  const left = remainders(billed, credited);
  const refunded = notes.reduce((sum, note) => sum + (note.method === 'refund' ? note.total : 0), 0);
  const most = Math.min(
    invoice.total - invoice.amount_credited,
    method === 'amount_due' ? invoice.amount_due : Number.MAX_SAFE_INTEGER,
    method === 'refund' ? invoice.amount_paid - refunded : Number.MAX_SAFE_INTEGER,
  );
  const shares = input.lines ? namedShares(invoice, billed, left, input.lines) : undefined;
  const amount = shares ? shares.reduce((a, b) => a + b, 0) : (input.amount ?? most);
  if (most <= 0)
    throw new Fault('state_invalid', `Nothing of this invoice is left to credit by '${method}'.`, { param: 'invoice' });
  if (amount > most)
    throw new Fault(
      'amount_too_large',
      `At most ${said(most, invoice.currency)} of this invoice can still be credited by '${method}'.`,
      { param: input.lines ? 'lines' : 'amount' },
    );
  const spread =
    shares ??
    sharesOf(
      amount,
      billed.map((line) => left.get(line.id) ?? 0),
    );
  return { credit: creditOf(billed, credited, spread), method };
}

const inProgress = () =>
  new Fault('payment_in_progress', 'A payment of this invoice is under way. Wait for its outcome, then try again.', {
    param: 'invoice',
    retry_after: 2,
  });

function refuseState(invoice: InvoiceRow): void {
  if (invoice.status === 'void')
    throw new Fault('state_invalid', 'This invoice is void: nothing was asked for, so nothing is taken back.', {
      param: 'invoice',
    });
  // One that waits on our page for its customer is withdrawn before; a preview withdraws nothing.
  if (invoice.charging && !invoice.on_page) throw inProgress();
}

function methodOf(s: SubscriptionRow | null, invoice: InvoiceRow, asked: CreditMethod | undefined): CreditMethod {
  const bad = (message: string) => new Fault('parameter_invalid', message, { param: 'method' });
  if (invoice.status !== 'paid') {
    if (asked !== undefined && asked !== 'amount_due')
      throw bad("Nobody paid this invoice yet, so less is due: leave 'method' out, or say amount_due.");
    return 'amount_due';
  }
  const by_payment = invoice.amount_paid > 0 && invoice.payment_id !== null && !invoice.paid_out_of_band;
  const method = asked ?? (by_payment ? 'refund' : invoice.paid_out_of_band ? 'out_of_band' : 'credit_balance');
  if (method === 'amount_due') throw bad('This invoice is paid, so nothing is due any more. Choose another method.');
  if (method === 'refund' && !by_payment)
    throw bad('No payment paid this invoice, so none can be refunded. Choose credit_balance or out_of_band.');
  if (method === 'credit_balance' && !s)
    throw bad('This invoice is of no subscription, so nobody would use its credit. Choose refund or out_of_band.');
  if (method === 'credit_balance' && s && isEnded(s))
    throw bad('The subscription has ended, so nobody would use its credit. Choose refund or out_of_band.');
  return method;
}

function namedShares(
  { currency }: InvoiceRow,
  billed: LineRow[],
  left: Map<string, number>,
  named: { line: string; amount: number }[],
): number[] {
  const shares = new Map<string, number>();
  for (const [i, { line, amount }] of named.entries()) {
    const most = left.get(line);
    if (most === undefined || shares.has(line))
      throw new Fault(
        'parameter_invalid',
        most === undefined ? `'${line}' is no line of this invoice.` : `'${line}' is named twice.`,
        { param: `lines[${i}].line` },
      );
    if (amount > most)
      throw new Fault('amount_too_large', `At most ${said(Math.max(0, most), currency)} of this line is left.`, {
        param: `lines[${i}].amount`,
      });
    shares.set(line, amount);
  }
  return billed.map((line) => shares.get(line.id) ?? 0);
}
