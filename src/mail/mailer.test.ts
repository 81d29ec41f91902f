// The SMTP client against a server that only listens: what arrives is the message as it was written, from whom the settings say, and
// a name cannot smuggle in another recipient.

import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { openMailer } from './mailer.ts';

/** Says yes to everything and keeps what it was told. */
async function listen(refuse = false) {
  const heard: string[] = [];
  const server = createServer((socket) => {
    let inside = false;
    socket.write('220 test\r\n');
    socket.on('data', (chunk) => {
      const text = chunk.toString();
      heard.push(text);
      if (inside) {
        if (!text.includes('\r\n.\r\n')) return;
        inside = false;
        socket.write('250 taken\r\n');
        return;
      }
      if (/^QUIT/i.test(text)) return void socket.end('221 bye\r\n');
      if (/^DATA/i.test(text)) {
        inside = true;
        return void socket.write('354 go on\r\n');
      }
      socket.write(refuse && /^RCPT/i.test(text) ? '550 nobody here\r\n' : '250 ok\r\n');
    });
    socket.on('error', () => {});
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return { heard, url: `smtp://127.0.0.1:${port}`, close: () => server.close() };
}

const message = {
  to: 'ada@example.com',
  subject: 'Hello\r\nBcc: mallory@example.com',
  text: 'http://localhost/dashboard/reset/abc\n',
  message_id: '<mail_1@florin>',
};

test('a message goes to its one recipient, with its own id, from the sender of the settings', async () => {
  const server = await listen();
  try {
    await openMailer(server.url, 'Florin <florin@example.com>').send(message);
    const all = server.heard.join('');
    assert.match(all, /MAIL FROM:<florin@example\.com>/);
    assert.deepEqual(all.match(/RCPT TO:<[^>]*>/g), ['RCPT TO:<ada@example.com>']);
    assert.match(all, /^Message-ID: <mail_1@florin>/m);
    assert.match(all, /http:\/\/localhost\/dashboard\/reset\/abc/);
    assert.doesNotMatch(all, /^Bcc:/m);
  } finally {
    server.close();
  }
});

test('a mail to a customer has both parts, the merchant’s name over our own address, and answers go where they should', async () => {
  const server = await listen();
  try {
    await openMailer(server.url, 'Florin <florin@example.com>').send({
      ...message,
      html: '<p>Hello</p>',
      from_name: 'Acme" <mallory@example.com>\r\nBcc: mallory@example.com',
      reply_to: 'help@acme.example',
    });
    const all = server.heard.join('');
    assert.match(all, /MAIL FROM:<florin@example\.com>/);
    assert.deepEqual(all.match(/RCPT TO:<[^>]*>/g), ['RCPT TO:<ada@example.com>']);
    assert.match(all, /^Content-Type: multipart\/alternative/m);
    assert.match(all, /^Content-Type: text\/plain/m);
    assert.match(all, /^Content-Type: text\/html/m);
    assert.match(all, /^From: [^<]*<florin@example\.com>/m);
    assert.match(all, /^Reply-To: help@acme\.example/m);
    assert.match(all, /^Auto-Submitted: auto-generated/m);
    assert.doesNotMatch(all, /^Bcc:/m);
  } finally {
    server.close();
  }
});

test('a refusal is an error, so that the mail is tried again', async () => {
  const server = await listen(true);
  try {
    await assert.rejects(openMailer(server.url, 'florin@example.com').send(message), /550/);
  } finally {
    server.close();
  }
});
