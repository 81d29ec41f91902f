// What customers owe, in one sum: open invoices alone, by currency, one merchant's alone.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openWorld, type Tenant, type World } from '../kit/world.ts';

let w: World;
before(async () => {
  w = await openWorld();
});
after(() => w.close());

const owed = async (who: Tenant = w.tenant) =>
  (await w.call('GET', '/v1/receivables', undefined, { as: who.secret })).body;

async function invoice(amount: number, currency: string, customer: string) {
  const made = await w.call('POST', '/v1/invoices', {
    customer,
    currency,
    lines: [{ description: 'Workshop', amount }],
    collection_method: 'send_invoice',
    days_until_due: 14,
  });
  assert.equal(made.status, 201, made.text);
  return made.body;
}

test('what is open is summed by currency, and leaves the sum when it is paid, void or credited', async () => {
  assert.deepEqual(await owed(), { object: 'receivables', totals: [], counted_from: null });
  const customer = (await w.call('POST', '/v1/customers', { email: 'ada@example.com' })).body.id;
  const first = await invoice(10_000, 'USD', customer);
  const second = await invoice(2_500, 'USD', customer);
  await invoice(700, 'EUR', customer);
  const line = { overdue_invoices: 0, overdue_amount: 0 };
  assert.deepEqual((await owed()).totals, [
    { currency: 'USD', invoices: 2, amount: 12_500, ...line },
    { currency: 'EUR', invoices: 1, amount: 700, ...line },
  ]);
  assert.deepEqual((await owed(w.other)).totals, [], 'nobody else owes it');

  const paid = await w.call('POST', `/v1/invoices/${first.id}/mark_paid`, {});
  assert.equal(paid.status, 200, paid.text);
  const gone = await w.call('POST', `/v1/invoices/${second.id}/void`, {});
  assert.equal(gone.status, 200, gone.text);
  assert.deepEqual((await owed()).totals, [{ currency: 'EUR', invoices: 1, amount: 700, ...line }]);

  w.clock.advance(20 * 86_400_000);
  await w.work();
  assert.deepEqual((await owed()).totals, [
    { currency: 'EUR', invoices: 1, amount: 700, overdue_invoices: 1, overdue_amount: 700 },
  ]);
});
