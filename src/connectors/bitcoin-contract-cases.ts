// What every Bitcoin gateway must keep, as test cases. Used by tests only. The subject says how a customer's wallet pays there: on a
// test network, or in a simulator.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, describe, test } from 'node:test';
import type { BitcoinGateway, Invoice, InvoiceRequest } from './bitcoin.ts';

export type BitcoinSubject = {
  gateway: BitcoinGateway;
  /** The same gateway for another account. */
  stranger: BitcoinGateway;
  /** Whether a text is an address of this gateway's network. */
  isAddress(text: string): boolean;
  /** Sends so much, in no block yet. */
  send(invoice: Invoice, reference: string, amount: number): Promise<void>;
  /** Everything sent so far gets into a block deep enough. */
  bury(reference: string): Promise<void>;
  close?(): Promise<void>;
};

export function bitcoinContract(name: string, open: () => Promise<BitcoinSubject>): void {
  describe(`Bitcoin gateway contract: ${name}`, async () => {
    const subject = await open();
    const { gateway, stranger } = subject;
    after(() => subject.close?.());
    const call = (amount = 25_000): InvoiceRequest => ({
      reference: `inv_${randomUUID()}`,
      amount,
      expires_at: new Date('2049-01-01T00:00:00Z'),
      label: 'Acme Coffee',
    });
    const looked = async (reference: string): Promise<Invoice> => {
      const look = await gateway.look(reference);
      assert.equal(look.kind, 'invoice');
      return look as Invoice;
    };

    test('an invoice has an address of its own, and look tells the same', async () => {
      const [one, two] = [call(), call()];
      const first = await gateway.request(one);
      assert.ok(subject.isAddress(first.address), first.address);
      assert.deepEqual([first.received, first.confirmed], [0, 0]);
      assert.deepEqual(await gateway.look(one.reference), first);
      assert.notEqual((await gateway.request(two)).address, first.address);
    });

    test('the same reference twice, also at once, is one invoice', async () => {
      const one = call();
      const answers = await Promise.all(Array.from({ length: 8 }, () => gateway.request(one)));
      for (const answer of answers) assert.deepEqual(answer, answers[0]);
    });

    test('a reference that was never sent is absent, and so is another account’s', async () => {
      const one = call();
      assert.deepEqual(await gateway.look(one.reference), { kind: 'absent' });
      await gateway.request(one);
      assert.deepEqual(await stranger.look(one.reference), { kind: 'absent' });
    });

    test('what is sent is received at once and confirmed in a block; parts add up', async () => {
      const one = call(25_000);
      const invoice = await gateway.request(one);
      await subject.send(invoice, one.reference, 10_000);
      assert.deepEqual(await looked(one.reference), { ...invoice, received: 10_000, confirmed: 0 });
      await subject.bury(one.reference);
      assert.deepEqual(await looked(one.reference), { ...invoice, received: 10_000, confirmed: 10_000 });
      await subject.send(invoice, one.reference, 20_000);
      assert.deepEqual(await looked(one.reference), { ...invoice, received: 30_000, confirmed: 10_000 });
      await subject.bury(one.reference);
      assert.deepEqual(await looked(one.reference), { ...invoice, received: 30_000, confirmed: 30_000 });
    });

    test('a rate is a fraction of whole numbers with its source and time; BTC has none', async () => {
      const rate = await gateway.rate('EUR');
      assert.ok(rate && Number.isSafeInteger(rate.minor_units) && Number.isSafeInteger(rate.satoshis));
      assert.ok(rate.minor_units > 0 && rate.satoshis > 0 && rate.source !== '' && rate.at instanceof Date);
      assert.equal(rate.currency, 'EUR');
      assert.equal(await gateway.rate('BTC'), undefined);
    });
  });
}
