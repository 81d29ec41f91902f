// Mails to customers: each once for the event that caused it, in their language, with the merchant's name, by what the account chose. What must
// not appear: a mail that nobody switched on, an address or a link in a log, a text that is kept after it was sent, another tenant's mail.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { sql } from 'kysely';
import { loadAccount } from '../../src/identity/account.ts';
import { must } from '../../src/kit/assert.ts';
import { days, seconds } from '../../src/kit/clock.ts';
import { mask } from '../../src/kit/log.ts';
import { sendDueMails, sendMails } from '../../src/mail/mail.ts';
import { writeDueMails } from '../../src/notifications/due-mails.ts';
import { mailCustomer } from '../../src/notifications/mail-customer.ts';
import { portalUrl } from '../../src/notifications/portal-url.ts';
import { postPortalLink } from '../../src/notifications/post-portal-link.ts';
import type { Ctx, EmailKind, Message } from '../../src/operation/context.ts';
import { emailKinds, mailKinds } from '../../src/operation/context.ts';
import { loginUrl } from '../../src/portal/settings.ts';
import { drainOutbox } from '../../src/worker.ts';
import { newCustomer } from '../kit/billing.ts';
import { signedIn, visit } from '../kit/people.ts';
import { newTenant, openWorld, type Tenant, type World } from '../kit/world.ts';

let w: World;
let crash_at: string | undefined;
let refuses = false;
let hangs: ((to: string) => Promise<void> | undefined) | undefined;
const sent: Message[] = [];
const logged: string[] = [];

before(async () => {
  const write = (...parts: unknown[]) => void logged.push(JSON.stringify(mask(parts)));
  w = await openWorld({
    settings: { RATE_LIMIT_PER_SECOND: '100000', RATE_LIMIT_BURST: '100000' },
    log: { debug: write, info: write, warn: write, error: write } as unknown as World['env']['log'],
    mailer: {
      async send(message) {
        await hangs?.(message.to);
        if (refuses) throw new Error(`450 try again, ${message.to}`);
        sent.push(message);
      },
    },
    probe: (point) => {
      if (point !== crash_at) return;
      crash_at = undefined;
      throw new Error(`the process died at ${point}`);
    },
  });
});
after(() => w.close());
beforeEach(() => {
  sent.length = 0;
  logged.length = 0;
});

type Choice = Partial<Record<EmailKind, boolean>> & {
  reply_to?: string;
  from_name?: string;
  language?: string | null;
};

/** What a key's account is set to is remembered for five seconds. */
async function choose(choice: Choice, as = w.tenant.secret) {
  const reply = await w.call('PATCH', '/v1/email_settings', choice, { as });
  assert.equal(reply.status, 200, reply.text);
  w.clock.advance(seconds(6));
  return reply.body;
}

/** Everything that was caused is written, and nothing is sent. */
async function writeAll() {
  while ((await drainOutbox(w.env)) > 0);
  while ((await writeDueMails(w.env)) > 0);
}

const off = Object.fromEntries(emailKinds.map((kind) => [kind, false]));

async function ctxOf(tenant: Tenant = w.tenant): Promise<Ctx> {
  const account = must(await loadAccount(w.env.db.query, tenant.account.account_id), 'the account is there');
  return { ...w.ctx(tenant), account };
}

async function pay(more: Record<string, unknown> = {}) {
  const reply = await w.call('POST', '/v1/payments', {
    amount: 1999,
    currency: 'EUR',
    token: await w.token(),
    email: 'ada@example.com',
    ...more,
  });
  assert.equal(reply.body.status, 'completed', reply.text);
  return reply.body;
}

const rowsOf = (text: string) => sql.raw<Record<string, unknown>>(text).execute(w.env.db.query);

const kindsOf = async (filter: string) =>
  (await w.call('GET', `/v1/emails?limit=100&${filter}`)).body.data
    .map((mail: { kind: string }) => mail.kind)
    .reverse();

describe('settings', () => {
  test('a sandbox writes to nobody but who asks for a link, unless a kind is switched on', async () => {
    const { body } = await w.call('GET', '/v1/email_settings', undefined, { as: w.other.secret });
    const on = emailKinds.filter((kind) => body[kind]);
    assert.deepEqual([on, body.enabled], [['portal_link'], true]);
    assert.deepEqual([body.from_name, body.reply_to, body.language], [null, null, null]);
  });

  test('live mode writes nothing that nobody asked for until somebody says so; then it tells of subscriptions', async () => {
    const id = w.tenant.live_account_id;
    const loaded = async () => must(await loadAccount(w.env.db.query, id), 'the live account is there');
    const wanted = async () => [...(await loaded()).emails].sort();
    const { cookie } = await signedIn(w, ['admin']);
    const ask = (method: 'GET' | 'PATCH', body?: unknown) =>
      visit(w, method, '/v1/email_settings', body, { cookie, account: id });
    const subscriptions = emailKinds.filter(
      (kind) => !['payment_receipt', 'refund_receipt', 'invoice_issued'].includes(kind),
    );

    // A customer asked for their link, and a merchant for an invoice to be sent.
    const asked = ['invoice_sent', 'portal_link'];

    const first = await ask('GET');
    assert.deepEqual([first.status, first.body.enabled], [200, false], JSON.stringify(first.body));
    // What it would send is chosen already, so that it can be looked at.
    assert.deepEqual(
      emailKinds.filter((kind) => first.body[kind]),
      subscriptions,
    );
    assert.deepEqual(await wanted(), asked);

    // Another setting is no consent.
    await ask('PATCH', { reply_to: 'help@example.com', payment_receipt: true });
    assert.deepEqual(await wanted(), asked);

    const on = await ask('PATCH', { enabled: true, payment_receipt: false });
    assert.deepEqual([on.status, on.body.enabled], [200, true]);
    assert.deepEqual(await wanted(), [...subscriptions].sort());

    await ask('PATCH', { enabled: false });
    assert.deepEqual(await wanted(), asked);
  });

  test('what is left out stays; the other tenant’s stay as they were', async () => {
    await choose({ payment_receipt: true, reply_to: 'help@example.com' });
    const body = await choose({ from_name: 'Acme' });
    assert.deepEqual(
      [body.payment_receipt, body.portal_link, body.reply_to, body.from_name],
      [true, true, 'help@example.com', 'Acme'],
    );
    const there = await w.call('GET', '/v1/email_settings', undefined, { as: w.other.secret });
    assert.equal(there.body.payment_receipt, false);
  });

  test('refuses what is no setting, no address and no language', async () => {
    for (const [input, param] of [
      [{ payment_receipt: 'yes' }, 'payment_receipt'],
      [{ reply_to: 'a@b.example, c@d.example' }, 'reply_to'],
      [{ reply_to: 'nobody' }, 'reply_to'],
      [{ language: 'tlh' }, 'language'],
      [{ newsletter: true }, 'newsletter'],
    ] as const) {
      const reply = await w.call('PATCH', '/v1/email_settings', input);
      assert.equal(reply.status, 400, reply.text);
      assert.equal(reply.body.param, param);
    }
    const key = await w.call('GET', '/v1/email_settings', undefined, { as: w.tenant.publishable });
    assert.equal(key.status, 403);
  });
});

describe('preview', () => {
  test('every kind in a language, under the merchant’s name, and nothing is written', async () => {
    for (const kind of mailKinds) {
      const { status, body } = await w.call('GET', `/v1/emails/preview?kind=${kind}&language=fr`);
      assert.equal(status, 200);
      assert.deepEqual([body.kind, body.language], [kind, 'fr']);
      assert.match(body.html, /^<!doctype html>\n<html lang="fr" dir="ltr">/);
      assert.ok(body.text.includes('Acme Coffee'));
    }
    await w.work();
    assert.deepEqual(sent, []);
  });

  test('refuses a kind that there is not', async () => {
    const reply = await w.call('GET', '/v1/emails/preview?kind=newsletter');
    assert.deepEqual([reply.status, reply.body.param], [400, 'kind']);
  });

  test('a person sends a test to their own address, and a key to nobody', async () => {
    const { cookie, email } = await signedIn(w, ['admin']);
    const path = '/v1/emails/send_test';
    const account = w.tenant.account.account_id;
    const reply = await visit(w, 'POST', path, { kind: 'payment_failed', language: 'es' }, { cookie, account });
    assert.deepEqual([reply.status, reply.body], [200, { object: 'email_test', to: email }]);
    await w.work();
    assert.deepEqual(
      sent.map(({ to, subject }) => [to, subject]),
      [[email, 'Tu pago a Acme Coffee no se ha realizado']],
    );
    const other = { kind: 'payment_failed', to: 'mallory@example.com' };
    assert.equal((await visit(w, 'POST', path, other, { cookie, account })).body.param, 'to');
    assert.equal((await w.call('POST', path, { kind: 'payment_failed' })).status, 403);
    // It is no mail to a customer.
    assert.ok(!(await kindsOf('kind=payment_failed')).includes('payment_failed'));
  });
});

describe('receipts', () => {
  test('where nobody wants one, a payment leaves nothing behind', async () => {
    await choose(off);
    await pay();
    const { rows } = await rowsOf('select count(*)::int as n from outbox');
    assert.equal(rows[0]?.n, 0);
    await w.work();
    assert.deepEqual(sent, []);
  });

  test('a receipt says what was paid, in the customer’s language, from the merchant’s name', async () => {
    await choose({ ...off, payment_receipt: true, reply_to: 'help@example.com', from_name: 'Acme' });
    const customer = await newCustomer(w, { language: 'de-AT', email: 'own@example.com' });
    const payment = await pay({ customer, merchant_reference: 'order_7' });
    await w.work();
    assert.equal(sent.length, 1);
    const [mail] = sent;
    assert.deepEqual(
      [mail?.to, mail?.from_name, mail?.reply_to, mail?.subject],
      ['ada@example.com', 'Acme', 'help@example.com', 'Ihr Zahlungsbeleg von Acme Coffee'],
    );
    for (const part of [mail?.text ?? '', mail?.html ?? '']) {
      assert.match(part, /19,99/);
      assert.match(part, /order_7/);
      assert.match(part, /Visa •••• 4242/);
      assert.doesNotMatch(part, /424242/);
    }
    const [listed] = (await w.call('GET', `/v1/emails?object_id=${payment.id}`)).body.data;
    assert.deepEqual(
      [listed.kind, listed.status, listed.to, listed.language, listed.customer, listed.object_id],
      ['payment_receipt', 'sent', 'ada@example.com', 'de-AT', customer, payment.id],
    );
    const { rows } = await rowsOf('select body, html from mails where sent_at is not null');
    assert.ok(rows.every((row) => row.body === null && row.html === null));
  });

  test('a customer whose language nobody said is written to in that of their last checkout, else of the account', async () => {
    await choose({ language: 'es' });
    const customer = await newCustomer(w);
    const subject = async () => {
      sent.length = 0;
      await pay({ customer });
      await w.work();
      return sent.map((mail) => mail.subject);
    };
    assert.deepEqual(await subject(), ['Tu recibo de Acme Coffee']);
    const session = { amount_total: 1000, currency: 'EUR', customer, locale: 'fr' };
    const made = await w.call('POST', '/v1/checkout_sessions', session);
    assert.equal(made.status, 201, made.text);
    assert.deepEqual(await subject(), ['Votre reçu de Acme Coffee']);
    await choose({ language: null });
  });

  test('once for its event, however often the reaction runs, and from several at once', async () => {
    const payment = await pay();
    const { body } = await w.call('GET', `/v1/events?object_id=${payment.id}&type=payment.completed`);
    const [{ id, type, created_at }] = body.data;
    const event = { id, type, created_at: new Date(created_at) };
    const ctx = await ctxOf();
    await Promise.all(Array.from({ length: 8 }, () => mailCustomer(ctx, payment.id, event)));
    await w.work();
    await mailCustomer(ctx, payment.id, event);
    await w.work();
    assert.deepEqual(
      sent.map((mail) => mail.to),
      ['ada@example.com'],
    );
  });

  test('nobody without an address, and no deleted customer, is written to', async () => {
    const { email: _, ...nameless } = { email: undefined };
    const reply = await w.call('POST', '/v1/payments', {
      amount: 500,
      currency: 'EUR',
      token: await w.token(),
      ...nameless,
    });
    assert.equal(reply.status, 201, reply.text);
    const customer = await newCustomer(w);
    await pay({ customer });
    await w.call('DELETE', `/v1/customers/${customer}`);
    await w.work();
    assert.deepEqual(sent, []);
  });

  test('a refund has its own; switched off between event and reaction, it is not written', async () => {
    await choose({ refund_receipt: true });
    const payment = await pay();
    await w.work();
    sent.length = 0;
    const refund = await w.call('POST', '/v1/refunds', {
      payment: payment.id,
      amount: 500,
      reason: 'requested_by_customer',
    });
    assert.equal(refund.body.status, 'succeeded', refund.text);
    await w.work();
    assert.deepEqual(
      sent.map((mail) => mail.subject),
      ['Your refund from Acme Coffee'],
    );
    await w.call('POST', '/v1/refunds', { payment: payment.id, amount: 500, reason: 'requested_by_customer' });
    await choose({ refund_receipt: false });
    sent.length = 0;
    await w.work();
    assert.deepEqual(sent, []);
  });
});

describe('sending', () => {
  test('a process that dies after the commit loses no mail; two workers send each once', async () => {
    await choose({ ...off, payment_receipt: true });
    await pay({ email: 'one@example.com' });
    await pay({ email: 'two@example.com' });
    await writeAll();
    assert.equal(sent.length, 0);
    await Promise.all([sendDueMails(w.env), sendDueMails(w.env)]);
    assert.deepEqual(sent.map((mail) => mail.to).sort(), ['one@example.com', 'two@example.com']);
    assert.equal(await sendDueMails(w.env), 0);
  });

  test('one that dies before it could note that a mail was taken sends it again under the same id', async () => {
    await pay({ email: 'twice@example.com' });
    await writeAll();
    crash_at = 'mail.sent';
    await assert.rejects(sendDueMails(w.env), /died/);
    w.clock.advance(seconds(121));
    await sendDueMails(w.env);
    const ids = sent.filter((mail) => mail.to === 'twice@example.com').map((mail) => mail.message_id);
    assert.equal(ids.length, 2);
    assert.equal(new Set(ids).size, 1);
    const { body } = await w.call('GET', '/v1/emails?limit=1');
    assert.equal(body.data[0].status, 'sent');
  });

  test('a server that refuses is tried again for a week; then the text goes and the mail is failed', async () => {
    refuses = true;
    const payment = await pay({ email: 'never@example.com' });
    await w.work();
    const listed = async () => (await w.call('GET', `/v1/emails?object_id=${payment.id}`)).body.data[0];
    assert.deepEqual([(await listed()).status, (await listed()).sent_at], ['queued', null]);
    w.clock.advance(days(8));
    await w.work();
    refuses = false;
    assert.equal((await listed()).status, 'failed');
    const { rows } = await rowsOf(`select body, html, try_at from mails where recipient = 'never@example.com'`);
    assert.deepEqual(rows, [{ body: null, html: null, try_at: null }]);
    assert.doesNotMatch(logged.join('\n'), /never@example\.com/);
  });

  test('no log holds an address, a name or a link', async () => {
    await choose({ ...off, payment_receipt: true, portal_link: true });
    const customer = await newCustomer(w, { email: 'log@example.com' });
    await pay({ customer, email: 'log@example.com' });
    const ctx = await ctxOf();
    const link = 'https://example.com/portal/x/enter/verysecretlink';
    await w.env.db.tx((tx) =>
      postPortalLink(ctx, tx, { customer: { id: customer, email: 'log@example.com', language: null }, url: link }),
    );
    await w.work();
    assert.equal(sent.length, 2);
    assert.ok(sent.some((mail) => mail.text.includes(link)));
    assert.doesNotMatch(logged.join('\n'), /log@example\.com|verysecretlink/);
    const { rows } = await rowsOf(
      `select t::text as text from mails t union all select t::text from customer_mails t union all select t::text from events t`,
    );
    assert.doesNotMatch(rows.map((row) => row.text).join('\n'), /verysecretlink/);
  });

  test('webhooks arrive though a customer’s mail cannot even be written; written it is when it can', async () => {
    await choose({ ...off, payment_receipt: true });
    const { status, body } = await w.call('POST', '/v1/webhook_endpoints', {
      url: 'https://shop.example/hooks',
      events: ['payment.completed'],
    });
    assert.equal(status, 201);
    const held = Promise.withResolvers<void>();
    const locked = Promise.withResolvers<void>();
    const hold = w.env.db.tx(async (tx) => {
      await sql`lock table customer_mails in exclusive mode`.execute(tx);
      locked.resolve();
      await held.promise;
    });
    await locked.promise;
    const payment = await pay({ email: 'later@example.com' });
    while ((await drainOutbox(w.env)) > 0);
    const { rows } = await rowsOf(
      `select d.event_id from deliveries d join events e on e.account_id = d.account_id and e.id = d.event_id where e.object_id = '${payment.id}'`,
    );
    assert.equal(rows.length, 1, 'the webhook is on its way');
    assert.deepEqual((await rowsOf('select event_id from outbox')).rows, []);
    held.resolve();
    await hold;
    await writeAll();
    assert.deepEqual(await kindsOf(`object_id=${payment.id}`), ['payment_receipt']);
    assert.deepEqual((await rowsOf('select event_id from mail_causes')).rows, []);
    await w.call('DELETE', `/v1/webhook_endpoints/${body.id}`);
    await w.work();
    sent.length = 0;
  });

  test('a mail that cannot be written now is written later, and no other waits for it', async () => {
    const poor = await pay({ email: 'poor@example.com' });
    const good = await pay({ email: 'good@example.com' });
    // No card where the payment says that there is one: its mail cannot be worded.
    const was = await rowsOf(`select payment_method from payments where id = '${poor.id}'`);
    const set = (value: unknown) =>
      sql`update payments set payment_method = ${JSON.stringify(value)}::jsonb where account_id = ${w.tenant.account.account_id} and id = ${poor.id}`.execute(
        w.env.db.query,
      );
    await set({ type: 'card' });
    await writeAll();
    assert.deepEqual(await kindsOf(`object_id=${poor.id}`), []);
    assert.deepEqual(await kindsOf(`object_id=${good.id}`), ['payment_receipt']);
    assert.doesNotMatch(logged.join('\n'), /poor@example\.com/);
    await set(was.rows[0]?.['payment_method']);
    w.clock.advance(seconds(61));
    await w.work();
    assert.deepEqual(sent.map((mail) => mail.to).sort(), ['good@example.com', 'poor@example.com']);
  });

  test('a process that dies before it could forget why a mail was written does not write it again', async () => {
    sent.length = 0;
    await pay({ email: 'again@example.com' });
    while ((await drainOutbox(w.env)) > 0);
    crash_at = 'customer_mails.written';
    await assert.rejects(writeDueMails(w.env), /died/);
    w.clock.advance(seconds(61));
    await w.work();
    assert.deepEqual(
      sent.map((mail) => mail.to),
      ['again@example.com'],
    );
    assert.deepEqual((await rowsOf('select event_id from mail_causes')).rows, []);
  });

  test('a mail server that does not answer holds up nobody who waits for a link', async () => {
    await choose({ ...off, payment_receipt: true, portal_link: true });
    const stuck = Promise.withResolvers<void>();
    hangs = (to) => (to.startsWith('slow') ? stuck.promise : undefined);
    for (let i = 0; i < 20; i++) await pay({ email: `slow${i}@example.com` });
    await writeAll();
    const slow = sendMails(w.env, { bulk: true });
    try {
      const customer = { id: await newCustomer(w), email: 'quick@example.com', language: null };
      const ctx = await ctxOf();
      await w.env.db.tx((tx) => postPortalLink(ctx, tx, { customer, url: 'https://example.com/x', minutes: 15 }));
      await sendMails(w.env, { bulk: false });
      assert.deepEqual(
        sent.map((mail) => mail.to),
        ['quick@example.com'],
      );
    } finally {
      stuck.resolve();
      hangs = undefined;
      await slow;
    }
    await w.work();
    assert.equal(sent.length, 21);
  });

  test('who waits for a link does not wait behind receipts', async () => {
    for (let i = 0; i < 60; i++) await pay({ email: `bulk${i}@example.com` });
    await writeAll();
    const ctx = await ctxOf();
    const customer = { id: await newCustomer(w), email: 'waits@example.com', language: 'ar' };
    await w.env.db.tx((tx) => postPortalLink(ctx, tx, { customer, url: 'https://example.com/x', minutes: 15 }));
    await sendDueMails(w.env);
    assert.deepEqual(
      sent.map((mail) => mail.to),
      ['waits@example.com'],
    );
    await w.work();
    assert.equal(sent.length, 61);
  });

  test('a portal link is not written where the account switched it off, nor does a mail lead there', async () => {
    await choose({ portal_link: false });
    const ctx = await ctxOf();
    const customer = { id: await newCustomer(w), email: 'quiet@example.com', language: null };
    await w.env.db.tx((tx) => postPortalLink(ctx, tx, { customer, url: 'https://example.com/x' }));
    await w.work();
    assert.deepEqual(sent, []);
    assert.equal(await portalUrl(ctx), null);
    await choose({ portal_link: true });
    const open = await ctxOf();
    assert.equal(await portalUrl(open), loginUrl(w.env, open.account.account_id));
  });
});

describe('reading', () => {
  test('lists by customer and kind, both ways, and shows no text', async () => {
    const tenant = await newTenant(w.env, 'List Shop');
    await choose({ payment_receipt: true }, tenant.secret);
    const ctx = await ctxOf(tenant);
    const made = await w.call('POST', '/v1/customers', { email: 'l@example.com' }, { as: tenant.secret });
    const customer = { id: made.body.id, email: 'l@example.com', language: null };
    for (let i = 0; i < 5; i++)
      await w.env.db.tx((tx) => postPortalLink(ctx, tx, { customer, url: `https://example.com/secret${i}` }));
    const page = async (query: string) =>
      (await w.call('GET', `/v1/emails?${query}`, undefined, { as: tenant.secret })).body;
    const all = await page(`customer=${customer.id}&kind=portal_link`);
    assert.equal(all.data.length, 5);
    const ids = all.data.map((mail: { id: string }) => mail.id);
    assert.deepEqual(ids, [...ids].sort().reverse());
    const first = await page('limit=2');
    assert.equal(first.has_more, true);
    const next = await page(`limit=2&starting_after=${ids[1]}`);
    assert.deepEqual(
      next.data.map((mail: { id: string }) => mail.id),
      ids.slice(2, 4),
    );
    const back = await page(`limit=2&ending_before=${ids[2]}`);
    assert.deepEqual(
      back.data.map((mail: { id: string }) => mail.id),
      ids.slice(0, 2),
    );
    assert.deepEqual((await page('kind=invoice_paid')).data, []);
    assert.doesNotMatch(JSON.stringify(all), /secret\d/);
    const one = await w.call('GET', `/v1/emails/${ids[0]}`, undefined, { as: tenant.secret });
    assert.deepEqual(one.body, all.data[0]);
    const stranger = await w.call('GET', `/v1/emails/${ids[0]}`);
    assert.deepEqual([stranger.status, stranger.body.code], [404, 'not_found']);
    const bad = await w.call('GET', '/v1/emails?kind=spam');
    assert.deepEqual([bad.status, bad.body.param], [400, 'kind']);
  });
});

test('without a mail server the local mailbox shows a customer’s mail as it is, to this machine alone', async () => {
  const lines: string[] = [];
  const write = (...parts: unknown[]) => void lines.push(JSON.stringify(mask(parts)));
  const local = await openWorld({
    settings: { PUBLIC_URL: 'http://localhost:4242' },
    log: { debug: write, info: write, warn: write, error: write } as unknown as World['env']['log'],
  });
  try {
    const made = await local.call('POST', '/v1/customers', { email: 'box@example.com' });
    const customer = { id: made.body.id, email: 'box@example.com', language: null };
    const url = 'http://localhost:4242/portal/x/enter/secretlink';
    await local.env.db.tx((tx) => postPortalLink(local.ctx(), tx, { customer, url }));
    await local.work();
    const [mail] = (await local.call('GET', '/v1/emails')).body.data;
    assert.equal(mail.status, 'in_mailbox');
    const at = `/mailbox/${mail.id}`;
    const ask = (host: string, path = at) => local.app.server.inject({ url: path, headers: { host } });
    const shown = await ask('localhost');
    assert.equal(shown.statusCode, 200);
    assert.match(shown.body, /secretlink/);
    assert.match(String(shown.headers['content-security-policy']), /default-src 'none'.*sandbox/);
    assert.match((await ask('localhost', '/mailbox')).body, new RegExp(`href="${at}"`));
    assert.equal((await ask('florin.example.com')).statusCode, 404);
    assert.equal((await ask('localhost', '/mailbox/mail_none')).statusCode, 404);
    assert.doesNotMatch(lines.join('\n'), /box@example\.com|secretlink/);
  } finally {
    await local.close();
  }
});
