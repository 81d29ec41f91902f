// Credit notes and pages of invoices under races and crashes. What must not appear: more credited than the invoice came to, a gap in the
// numbers, a note without its refund or a refund without its note, a note that stands although its refund failed, two payments of a page.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createCreditNote } from '../../src/billing/create-credit-note.ts';
import { getInvoice, payInvoice, voidInvoice } from '../../src/billing/manage-invoices.ts';
import { listCreditNotes } from '../../src/billing/read-credit-notes.ts';
import { updateSubscription } from '../../src/billing/update-subscription.ts';
import { minutes } from '../../src/kit/clock.ts';
import { isFault } from '../../src/kit/fault.ts';
import { createRefund } from '../../src/payments/create-refund.ts';
import { advance, ask, clockFor, invoicesOf, newCard, newCustomer, newPrice, subscribe } from '../kit/billing.ts';
import { openWorld, type World, type WorldParts } from '../kit/world.ts';

const settings = { RATE_LIMIT_PER_SECOND: '100000', RATE_LIMIT_BURST: '100000' };
/** Verified at its end, and closed whatever happened. */
async function world(t: TestContext, parts: WorldParts = {}): Promise<World> {
  const w = await openWorld({ settings, ...parts });
  t.after(() => w.close());
  return w;
}

async function paid(w: World) {
  const ctx = w.ctx();
  const price = await newPrice(ctx, 5_000);
  const customer = await newCustomer(w);
  await newCard(w, customer);
  const clock = await clockFor(ctx, customer, '2027-01-01T00:00:00Z');
  const s = await subscribe(ctx, { customer, price });
  const [invoice] = await invoicesOf(ctx, s.id);
  return { ctx, customer, clock, id: s.id as string, invoice };
}

const outcome = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error) => (isFault(error) ? error.code : Promise.reject(error)),
  );

test('200 at once credit what there is and not a unit more', async (t) => {
  const w = await world(t);
  const { ctx, invoice } = await paid(w);
  const tries = await Promise.all(
    Array.from({ length: 200 }, (_, i) =>
      outcome(
        ask(ctx, createCreditNote, {
          invoice: invoice.id,
          amount: 100,
          method: i % 2 === 0 ? 'refund' : 'credit_balance',
        }),
      ),
    ),
  );
  assert.equal(tries.filter((one) => one === 'done').length, 50);
  assert.ok(
    tries.every((one) => ['done', 'state_invalid', 'amount_too_large'].includes(one)),
    tries.join(' '),
  );
  assert.equal((await ask(ctx, getInvoice, { id: invoice.id })).amount_credited, 5_000);
  const notes = (await ask(ctx, listCreditNotes, { invoice: invoice.id, limit: 100 })).data;
  assert.deepEqual(
    notes.map((n: { number: string }) => Number(n.number.slice(3))).sort((a: number, b: number) => a - b),
    Array.from({ length: 50 }, (_, i) => i + 1),
  );
  await w.verify();
});

test('notes and refunds of the same payment at once never give back more than it brought', async (t) => {
  const w = await world(t);
  const { ctx, invoice } = await paid(w);
  const tries = await Promise.all(
    Array.from({ length: 40 }, (_, i) =>
      outcome(
        i % 2 === 0
          ? ask(ctx, createCreditNote, { invoice: invoice.id, amount: 250 })
          : ask(ctx, createRefund, { payment: invoice.payment, amount: 250 }),
      ),
    ),
  );
  assert.equal(tries.filter((one) => one === 'done').length, 20);
  const payment = (await w.call('GET', `/v1/payments/${invoice.payment}`)).body;
  assert.equal(payment.amount_refunded, 5_000);
  await w.verify();
});

test('a refund that fails makes its note void and its part free again', async (t) => {
  const w = await world(t, {
    wrap: (connector) => ({
      ...connector,
      refund: async () =>
        ({ kind: 'declined', code: 'generic_decline', provider_reference: 'x', processing: {} }) as never,
    }),
  });
  const { ctx, invoice } = await paid(w);
  await ask(ctx, createCreditNote, { invoice: invoice.id, amount: 100 });
  await w.work();
  const [note] = (await ask(ctx, listCreditNotes, { invoice: invoice.id })).data;
  assert.deepEqual([note.status, note.void_reason], ['void', 'refund_failed']);
  assert.equal((await ask(ctx, getInvoice, { id: invoice.id })).amount_credited, 0);
  const events = (await w.call('GET', '/v1/events?type=credit_note.voided')).body.data;
  assert.equal(events.length, 1);
  await w.verify();
});

test('a process that dies after the note was issued: the repeat is the same note, and the refund comes to its end', async (t) => {
  let dies = true;
  const w = await world(t, {
    probe: (point) => {
      if (point === 'credit_note.issued' && dies) throw new Error('the process ended');
    },
  });
  const { ctx, invoice } = await paid(w);
  const input = { invoice: invoice.id, amount: 100 };
  await assert.rejects(ask(ctx, createCreditNote, input, 'once'), /the process ended/);
  dies = false;
  const again = await ask(ctx, createCreditNote, input, 'once');
  assert.equal((await ask(ctx, listCreditNotes, { invoice: invoice.id })).data.length, 1);
  w.clock.advance(minutes(5));
  await w.work();
  const refund = (await w.call('GET', `/v1/refunds/${again.refund}`)).body;
  const [note] = (await ask(ctx, listCreditNotes, { invoice: invoice.id })).data;
  assert.notEqual(refund.status, 'pending');
  assert.equal(note.status, refund.status === 'failed' ? 'void' : 'issued');
  await w.verify();
});

test('the page, the merchant’s charge, a credit and a void at once: one of them, and the books hold', async (t) => {
  const w = await world(t);
  const { ctx, customer, clock, id } = await paid(w);
  const good = await newCard(w, customer);
  await ask(ctx, updateSubscription, { id, payment_method: await newCard(w, customer, '4000000000009995') });
  await advance(w, ctx, clock, '2027-02-01T00:00:00Z');
  const invoice = (await invoicesOf(ctx, id)).at(-1);
  const path = new URL(invoice.hosted_invoice_url).pathname;
  const press = async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await w.app.server.inject({ method: 'POST', url: `${path}/pay`, headers, payload: 'x' });
    assert.equal(answer.statusCode, 303);
    return 'pressed';
  };
  const outcomes = await Promise.all([
    ...Array.from({ length: 10 }, press),
    ...Array.from({ length: 5 }, () => outcome(ask(ctx, payInvoice, { id: invoice.id, payment_method: good }))),
    ...Array.from({ length: 5 }, () => outcome(ask(ctx, createCreditNote, { invoice: invoice.id, amount: 100 }))),
    outcome(ask(ctx, voidInvoice, { id: invoice.id })),
  ]);
  assert.ok(outcomes.length > 0);
  await w.work();
  const { rows } = await w.env.db.tx(async (tx) => ({
    rows: await tx
      .selectFrom('payments')
      .select(['status', 'amount_captured'])
      .where('invoice_id', '=', invoice.id)
      .execute(),
  }));
  assert.ok(rows.filter((row) => row.amount_captured > 0).length <= 1, 'paid once at most');
  assert.ok(rows.filter((row) => row.status === 'pending').length <= 1, 'one page waits at most');
  await w.verify();
});
