// Credit notes. What must not appear: more credited than the invoice came to, a gap or a repeat in their numbers, a note without its money,
// tax that does not add up, a stranger's note.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { cancelSubscription } from '../../src/billing/cancel-subscription.ts';
import { createCreditNote, previewCreditNote } from '../../src/billing/create-credit-note.ts';
import { getInvoice, payInvoice } from '../../src/billing/manage-invoices.ts';
import { previewSubscription } from '../../src/billing/preview-subscription.ts';
import { getCreditNote, listCreditNotes } from '../../src/billing/read-credit-notes.ts';
import { updateSubscription } from '../../src/billing/update-subscription.ts';
import { voidCreditNote } from '../../src/billing/void-credit-note.ts';
import { createTaxRate } from '../../src/catalog/manage-tax-rates.ts';
import type { Ctx } from '../../src/operation/context.ts';
import { createRefund } from '../../src/payments/create-refund.ts';
import { advance, ask, begin, changeCard, invoicesOf, newCard, openBilling, subscriptionOf } from '../kit/billing.ts';
import { refusal } from '../kit/usage.ts';
import { closeProven, type World } from '../kit/world.ts';

let w: World;
let ctx: Ctx;
let price: string;

before(async () => {
  ({ w, ctx, price } = await openBilling(999));
  await ask(ctx, createTaxRate, { display_name: 'VAT', country: 'AT', rate_ppm: 200_000, inclusive: false });
});
after(() => closeProven(w));

type Note = { total: number; tax: number; status: string; method: string; number: string; id: string };

/** 9.99 and 2.00 of tax, paid; and from the second period on a card that is declined. */
async function paid(more: { poor?: boolean } = {}) {
  const made = await begin(w, ctx, { who: { address: { country: 'AT' } }, price, automatic_tax: true });
  if (more.poor) await changeCard(w, ctx, made);
  const [invoice] = await invoicesOf(ctx, made.id);
  return { ...made, invoice };
}

async function open() {
  const made = await paid({ poor: true });
  await made.to('2027-02-01T00:00:00Z');
  return { ...made, invoice: (await invoicesOf(ctx, made.id)).at(-1) };
}

describe('of a paid invoice', () => {
  test('by refund: in parts whose taxes make the whole, and then nothing is left', async () => {
    const { invoice } = await paid();
    assert.deepEqual([invoice.total, invoice.tax, invoice.status], [1_199, 200, 'paid']);
    const first: Note = await ask(ctx, createCreditNote, { invoice: invoice.id, amount: 400 });
    const notes = [first, await ask(ctx, createCreditNote, { invoice: invoice.id, amount: 400 })];
    const preview = await ask(ctx, previewCreditNote, { invoice: invoice.id });
    assert.deepEqual([preview.total, preview.left, preview.method], [399, 0, 'refund']);
    notes.push(await ask(ctx, createCreditNote, { invoice: invoice.id }));
    assert.deepEqual(
      notes.map((n) => [n.total, n.status, n.method]),
      [
        [400, 'issued', 'refund'],
        [400, 'issued', 'refund'],
        [399, 'issued', 'refund'],
      ],
    );
    assert.equal(
      notes.reduce((sum, n) => sum + n.tax, 0),
      200,
    );
    assert.deepEqual(
      notes.map((n) => n.number),
      [0, 1, 2].map((i) => `CN-${String(Number(first.number.slice(3)) + i).padStart(6, '0')}`),
    );
    const refunds = (await w.call('GET', `/v1/refunds?payment=${invoice.payment}`)).body.data;
    assert.deepEqual(
      refunds.map((r: { status: string }) => r.status),
      ['succeeded', 'succeeded', 'succeeded'],
    );
    assert.equal(
      refunds.reduce((sum: number, r: { tax: number }) => sum + r.tax, 0),
      200,
    );
    assert.equal((await ask(ctx, getInvoice, { id: invoice.id })).amount_credited, 1_199);
    assert.deepEqual(await refusal(ask(ctx, createCreditNote, { invoice: invoice.id })), ['state_invalid', 'invoice']);
    assert.deepEqual(await refusal(ask(ctx, voidCreditNote, { id: first.id })), ['state_invalid', 'id']);
  });

  test('a repeat with its key is the same note and the same refund', async () => {
    const { invoice } = await paid();
    const input = { invoice: invoice.id, amount: 100 };
    const first = await ask(ctx, createCreditNote, input, 'credit-once');
    assert.deepEqual(await ask(ctx, createCreditNote, input, 'credit-once'), first);
    assert.equal((await ask(ctx, listCreditNotes, { invoice: invoice.id })).data.length, 1);
    assert.equal((await w.call('GET', `/v1/payments/${invoice.payment}`)).body.amount_refunded, 100);
  });

  test('to the subscription’s credit: the next invoice takes it; used, the note stays', async () => {
    const { id, clock, invoice } = await paid();
    const note = await ask(ctx, createCreditNote, { invoice: invoice.id, amount: 500, method: 'credit_balance' });
    assert.equal((await subscriptionOf(ctx, id)).credit_balance, 500);
    await advance(w, ctx, clock, '2027-02-01T00:00:00Z');
    const next = (await invoicesOf(ctx, id)).at(-1);
    assert.deepEqual([next.total, next.credit_applied, next.amount_paid], [1_199, 500, 699]);
    assert.deepEqual(await refusal(ask(ctx, voidCreditNote, { id: note.id })), ['state_invalid', 'id']);
    const most = await ask(ctx, previewCreditNote, { invoice: next.id });
    assert.equal(most.total, 699, 'no more goes back by the payment than it brought');
  });

  test('unused credit, and what was settled elsewhere, can be voided', async () => {
    const { id, invoice } = await paid();
    const note = await ask(ctx, createCreditNote, { invoice: invoice.id, amount: 500, method: 'credit_balance' });
    const away = await ask(ctx, createCreditNote, { invoice: invoice.id, method: 'out_of_band' });
    assert.equal(away.total, 699);
    assert.equal((await ask(ctx, voidCreditNote, { id: away.id })).status, 'void');
    const voided = await ask(ctx, voidCreditNote, { id: note.id });
    assert.deepEqual([voided.status, voided.void_reason, voided.number], ['void', 'by_hand', note.number]);
    assert.equal((await subscriptionOf(ctx, id)).credit_balance, 0);
    assert.equal((await ask(ctx, getInvoice, { id: invoice.id })).amount_credited, 0);
    assert.equal((await ask(ctx, createCreditNote, { invoice: invoice.id })).tax, 200, 'all of it is free again');
  });

  test('by line: its own part, never more than the line', async () => {
    const { invoice } = await paid();
    const [line] = invoice.lines;
    assert.equal(line.taxes[0].name, 'VAT');
    const note = await ask(ctx, createCreditNote, { invoice: invoice.id, lines: [{ line: line.id, amount: 600 }] });
    assert.deepEqual([note.lines[0].invoice_line, note.subtotal, note.tax], [line.id, 500, 100]);
    const again = { invoice: invoice.id, lines: [{ line: line.id, amount: 600 }] };
    assert.deepEqual(await refusal(ask(ctx, createCreditNote, again)), ['amount_too_large', 'lines[0].amount']);
    const strange = { invoice: invoice.id, lines: [{ line: 'il_none', amount: 1 }] };
    assert.deepEqual(await refusal(ask(ctx, createCreditNote, strange)), ['parameter_invalid', 'lines[0].line']);
    const both = { invoice: invoice.id, amount: 1, lines: [{ line: line.id, amount: 1 }] };
    assert.deepEqual(await refusal(ask(ctx, createCreditNote, both)), ['parameter_invalid', 'lines']);
  });

  test('a refund without a note shows its tax as well, and the parts make the whole', async () => {
    const { invoice } = await paid();
    const parts = [];
    for (const amount of [7, 500, undefined])
      parts.push(await ask(ctx, createRefund, { payment: invoice.payment, ...(amount ? { amount } : {}) }));
    assert.equal(
      parts.reduce((sum, r) => sum + r.tax, 0),
      200,
    );
    assert.deepEqual(await refusal(ask(ctx, createCreditNote, { invoice: invoice.id })), [
      'payment_fully_refunded',
      'payment',
    ]);
  });

  test('what was credited is not given back once more when the plan changes; voided, it is', async () => {
    const { id, to, invoice } = await paid();
    await to('2027-01-02T00:00:00Z');
    const unused = async () =>
      (await ask(ctx, previewSubscription, { id, quantity: 2 })).lines.flatMap(
        (line: { amount: number; tax: number }) => (line.amount < 0 ? [[line.amount, line.tax]] : []),
      );
    const [whole] = await unused();
    const half = await ask(ctx, createCreditNote, { invoice: invoice.id, amount: 600, method: 'out_of_band' });
    assert.deepEqual(await unused(), [[-Math.floor((499 * 30) / 31), -Math.floor((100 * 30) / 31)]]);
    await ask(ctx, voidCreditNote, { id: half.id });
    assert.deepEqual(await unused(), [whole]);
    await ask(ctx, createCreditNote, { invoice: invoice.id });
    assert.deepEqual(await unused(), []);
    const changed = await ask(ctx, updateSubscription, { id, quantity: 2 });
    assert.equal(changed.credit_balance, 0);
  });

  test('of an ended subscription nobody would use the credit', async () => {
    const { id, invoice } = await paid();
    await ask(ctx, cancelSubscription, { id, at: 'now' });
    const input = { invoice: invoice.id, method: 'credit_balance' };
    assert.deepEqual(await refusal(ask(ctx, createCreditNote, input)), ['parameter_invalid', 'method']);
    assert.equal((await ask(ctx, createCreditNote, { invoice: invoice.id })).total, 1_199);
  });
});

describe('of an open invoice', () => {
  test('less is due, and that is what the next payment takes', async () => {
    const { customer, invoice } = await open();
    const note = await ask(ctx, createCreditNote, { invoice: invoice.id, amount: 199 });
    assert.deepEqual([note.method, note.refund], ['amount_due', null]);
    const less = await ask(ctx, getInvoice, { id: invoice.id });
    assert.deepEqual([less.total, less.amount_due, less.status], [1_199, 1_000, 'open']);
    assert.deepEqual(await refusal(ask(ctx, createCreditNote, { invoice: invoice.id, method: 'refund' })), [
      'parameter_invalid',
      'method',
    ]);
    const done = await ask(ctx, payInvoice, { id: invoice.id, payment_method: await newCard(w, customer) });
    assert.deepEqual([done.status, done.amount_paid], ['paid', 1_000]);
    assert.deepEqual(await refusal(ask(ctx, voidCreditNote, { id: note.id })), ['state_invalid', 'id']);
    assert.deepEqual(await refusal(ask(ctx, createCreditNote, { invoice: invoice.id, amount: 1_001 })), [
      'amount_too_large',
      'amount',
    ]);
  });

  test('voided, it is due again; all of it credited, it is paid and the subscription goes on', async () => {
    const { id, invoice } = await open();
    const note = await ask(ctx, createCreditNote, { invoice: invoice.id, amount: 199 });
    await ask(ctx, voidCreditNote, { id: note.id });
    assert.equal((await ask(ctx, getInvoice, { id: invoice.id })).amount_due, 1_199);
    assert.equal((await subscriptionOf(ctx, id)).status, 'past_due');
    await ask(ctx, createCreditNote, { invoice: invoice.id });
    const done = await ask(ctx, getInvoice, { id: invoice.id });
    assert.deepEqual([done.status, done.amount_due, done.amount_paid], ['paid', 0, 0]);
    assert.equal((await subscriptionOf(ctx, id)).status, 'active');
  });
});

test('strangers find nothing', async () => {
  const { invoice } = await paid();
  const note = await ask(ctx, createCreditNote, { invoice: invoice.id, amount: 1 });
  const stranger = w.ctx(w.other);
  for (const op of [getCreditNote, voidCreditNote])
    assert.deepEqual(await refusal(ask(stranger, op, { id: note.id })), ['not_found', 'id']);
  for (const op of [createCreditNote, previewCreditNote])
    assert.deepEqual(await refusal(ask(stranger, op, { invoice: invoice.id })), ['not_found', 'invoice']);
  assert.deepEqual((await ask(stranger, listCreditNotes, {})).data, []);
});
