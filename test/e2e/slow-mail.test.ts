// A mail server that takes connections and says nothing: customers' mails wait for it, and nothing else does. Webhooks of the same events arrive,
// and so does the row of every mail, ready for the day on which the server speaks.

import assert from 'node:assert/strict';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { openMailer } from '../../src/mail/mailer.ts';
import { eventually } from '../kit/eventually.ts';
import { openSite, type Site } from '../kit/site.ts';

const payments = 20;

let site: Site;
const waiting = new Set<Socket>();
const silent = createServer((socket) => {
  waiting.add(socket);
  socket.on('error', () => {});
});

before(async () => {
  await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
  const { port } = silent.address() as AddressInfo;
  site = await openSite({
    mailer: openMailer(`smtp://127.0.0.1:${port}`, 'Florin <florin@example.com>'),
    settings: { RATE_LIMIT_PER_SECOND: '100000', RATE_LIMIT_BURST: '100000' },
  });
});
after(async () => {
  for (const socket of waiting) socket.destroy();
  silent.close();
  await site?.close();
});

test('webhooks arrive though no mail leaves; every mail is written and waits', async () => {
  const { world, received, receiver_url } = site;
  const on = await world.call('PATCH', '/v1/email_settings', { payment_receipt: true });
  assert.equal(on.status, 200, on.text);
  // What a key's account is set to is remembered for five seconds.
  world.clock.advance(6_000);
  const made = await world.call('POST', '/v1/webhook_endpoints', { url: receiver_url, events: ['payment.completed'] });
  assert.equal(made.status, 201, made.text);
  const pay = async (email: string) => {
    const body = { amount: 1_999, currency: 'EUR', token: await world.token(), email };
    const reply = await world.call('POST', '/v1/payments', body);
    assert.equal(reply.body.status, 'completed', reply.text);
    return reply.body.id as string;
  };
  const arrived = (id: string) => received.some(({ body }) => body.includes(id)) || undefined;

  const first = await pay('first@example.com');
  await eventually('the mail server is asked', () => waiting.size > 0 || undefined);
  await eventually('the first webhook', () => arrived(first));
  // With a mail on the wire that nobody takes, these are told of all the same.
  for (let i = 0; i < payments; i++) {
    const id = await pay(`ada${i}@example.com`);
    await eventually(`webhook ${i}`, () => arrived(id));
  }
  const mails = await eventually('every mail is written', async () => {
    const { data } = (await world.call('GET', '/v1/emails?kind=payment_receipt&limit=100')).body;
    return data.length === payments + 1 ? (data as { status: string }[]) : undefined;
  });
  assert.ok(mails.every((mail) => mail.status === 'queued'));
});
