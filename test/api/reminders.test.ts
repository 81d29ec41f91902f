// Reminders by test clock and in real time, and the mails of subscriptions: in their order, once for each period. What must not appear: a
// reminder of what rests or ended, one that comes twice, a mail about a failure that was repaired.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { sql } from 'kysely';
import { cancelSubscription, revokeCancellation } from '../../src/billing/cancel-subscription.ts';
import { tellExpiringCards } from '../../src/billing/expiring-cards.ts';
import { pauseSubscription } from '../../src/billing/pause-subscription.ts';
import { remindDue } from '../../src/billing/remind.ts';
import { listEvents } from '../../src/events/read-events.ts';
import { loadAccount } from '../../src/identity/account.ts';
import { must } from '../../src/kit/assert.ts';
import { days, seconds } from '../../src/kit/clock.ts';
import type { Ctx, Message } from '../../src/operation/context.ts';
import { emailKinds } from '../../src/operation/context.ts';
import {
  ask,
  begin,
  bill,
  clockFor,
  newCard,
  newCustomer,
  newPrice,
  subscribe,
  subscriptionOf,
} from '../kit/billing.ts';
import { openWorld, unlimited, type World } from '../kit/world.ts';

let w: World;
let ctx: Ctx;
const sent: Message[] = [];

before(async () => {
  w = await openWorld({ settings: unlimited, mailer: { send: async (message) => void sent.push(message) } });
  const all = { ...Object.fromEntries(emailKinds.map((kind) => [kind, true])), payment_receipt: true };
  const reply = await w.call('PATCH', '/v1/email_settings', all);
  assert.equal(reply.status, 200, reply.text);
  w.clock.advance(seconds(6));
  const account = must(await loadAccount(w.env.db.query, w.tenant.account.account_id), 'the account is there');
  ctx = { ...w.ctx(), account };
});
after(() => w.close());
beforeEach(() => {
  sent.length = 0;
});

const short = (type: string) => type.replace(/^(subscription|invoice)\./, '');
const eventsOf = async (id: string) =>
  (await ask(ctx, listEvents, { object_id: id, limit: 100 })).data
    .map((e: { type: string }) => short(e.type))
    .reverse();

async function live(start: string, more: Record<string, unknown> = {}, recurring = {}, number?: string) {
  const price = await newPrice(ctx, 1_000, { recurring: { interval: 'month', ...recurring } });
  return await begin(w, ctx, { start, number, price, ...more });
}

describe('by test clock', () => {
  test('the reminder comes before what it tells of, once in each period, with a mail for each', async () => {
    const { id, to } = await live('2027-01-01T09:00:00Z', { trial_days: 14 });
    await to('2027-03-20T09:00:00Z');
    const told = await eventsOf(id);
    assert.deepEqual(
      told,
      [
        'created',
        'trialing',
        'trial_will_end',
        'activated',
        'renewed',
        'renewal_upcoming',
        'renewed',
        'renewal_upcoming',
        'renewed',
      ].slice(0, told.length),
    );
    assert.equal(told.filter((type: string) => type === 'renewal_upcoming').length, 2);
    await w.work();
    assert.deepEqual(
      sent
        .map((mail) => mail.subject)
        .filter((subject) => !subject.startsWith('Invoice'))
        .sort(),
      [
        'Coffee club renews on February 15, 2027',
        'Coffee club renews on March 15, 2027',
        'Your trial of Coffee club ends on January 15, 2027',
      ],
    );
    const [trial] = sent.filter((mail) => mail.subject.startsWith('Your trial'));
    assert.match(trial?.text ?? '', /\$10\.00 will be charged/);
    assert.match(trial?.text ?? '', /Visa •••• 4242/);
    assert.match(trial?.text ?? '', /\/portal\/acct_\w+\/login/);
  });

  test('stopping at the very moment tells it, a moment before does not', async () => {
    const { id, to } = await live('2027-01-01T09:00:00Z');
    await to('2027-01-25T08:59:59Z');
    assert.ok(!(await eventsOf(id)).includes('renewal_upcoming'));
    await to('2027-01-25T09:00:00Z');
    assert.ok((await eventsOf(id)).includes('renewal_upcoming'));
  });

  test('a week is not told of; nor what is paused, cancelled or was taken back after it was told', async () => {
    const week = await live('2027-01-01T09:00:00Z', {}, { interval: 'week' });
    await week.to('2027-01-20T09:00:00Z');
    assert.ok(!(await eventsOf(week.id)).includes('renewal_upcoming'));

    const paused = await live('2027-01-01T09:00:00Z');
    await ask(ctx, pauseSubscription, { id: paused.id });
    await paused.to('2027-03-01T09:00:00Z');
    assert.ok(!(await eventsOf(paused.id)).includes('renewal_upcoming'));

    const ending = await live('2027-01-01T09:00:00Z');
    await ask(ctx, cancelSubscription, { id: ending.id, at: 'period_end' });
    await ending.to('2027-01-28T09:00:00Z');
    assert.ok(!(await eventsOf(ending.id)).includes('renewal_upcoming'));
    await ask(ctx, revokeCancellation, { id: ending.id });
    await ending.to('2027-01-29T09:00:00Z');
    const told = await eventsOf(ending.id);
    assert.equal(told.filter((type: string) => type === 'renewal_upcoming').length, 1);
  });

  test('a yearly one through both years', async () => {
    const { id, to } = await live('2027-05-01T09:00:00Z', {}, { interval: 'year' });
    await to('2029-05-02T09:00:00Z');
    const told = (await eventsOf(id)).filter((type: string) => /renew/.test(type));
    assert.deepEqual(told, ['renewal_upcoming', 'renewed', 'renewal_upcoming', 'renewed']);
  });
});

describe('in real time', () => {
  test('two workers at once tell it once', async () => {
    const customer = await newCustomer(w);
    await newCard(w, customer);
    const price = await newPrice(ctx, 1_000);
    const ids: string[] = [];
    for (let i = 0; i < 12; i++) ids.push((await subscribe(ctx, { customer, price })).id);
    await w.work();
    w.clock.advance(days(25));
    const now = w.clock.now();
    const scope = { test_clock_id: null, now, limit: 5 };
    const pass = async () => {
      while ((await remindDue(ctx, scope)) > 0);
    };
    await Promise.all([pass(), pass(), pass()]);
    for (const id of ids) {
      const told = (await eventsOf(id)).filter((type: string) => type === 'renewal_upcoming');
      assert.equal(told.length, 1);
      assert.equal((await subscriptionOf(ctx, id)).status, 'active');
    }
    assert.equal(await remindDue(ctx, scope), 0);
  });

  test('what nobody told in time, because no worker ran, is not told after it happened', async () => {
    const customer = await newCustomer(w);
    await newCard(w, customer);
    const s = await subscribe(ctx, { customer, price: await newPrice(ctx, 1_000) });
    await w.work();
    w.clock.advance(days(32));
    await w.work();
    const told = (await eventsOf(s.id)).filter((type: string) => /renew/.test(type));
    assert.deepEqual(told, ['renewed']);
  });
});

describe('mails of invoices', () => {
  test('a paid invoice has its own mail with its page, and no receipt beside it', async () => {
    const { to } = await live('2027-01-01T09:00:00Z');
    await to('2027-02-02T09:00:00Z');
    await w.work();
    const subjects = sent.map((mail) => mail.subject);
    assert.equal(subjects.filter((subject) => /is paid$/.test(subject)).length, 2, subjects.join('; '));
    assert.ok(!subjects.some((subject) => subject.startsWith('Your receipt')));
    const paid = sent.find((mail) => /is paid$/.test(mail.subject));
    assert.match(paid?.text ?? '', /\/invoice\/in_\w+\/\S+/);
    assert.match(paid?.text ?? '', /Coffee club: \$10\.00/);
  });

  test('a failed renewal says why, what to do and when it is tried again; the last one ends with the end', async () => {
    const { customer, to } = await live('2027-01-01T09:00:00Z');
    await newCard(w, customer, '4000000000009995').then((card) =>
      w.call('PATCH', `/v1/customers/${customer}`, { default_payment_method: card }),
    );
    sent.length = 0;
    await to('2027-03-10T09:00:00Z');
    await w.work();
    const subjects = sent.map((mail) => mail.subject);
    const failures = sent.filter((mail) => /didn’t go through$/.test(mail.subject));
    assert.ok(failures.length >= 1, subjects.join('; '));
    for (const { text } of failures) {
      assert.match(text, /Pay now:\n\S+\/invoice\/in_/);
      assert.match(text, /Visa •••• 9995/);
    }
    assert.equal(subjects.filter((subject) => /has ended$/.test(subject)).length, 1, subjects.join('; '));
    const ended = sent.find((mail) => /has ended$/.test(mail.subject));
    assert.match(ended?.text ?? '', /because its payment failed/);
  });

  test('a failure that was repaired before anybody wrote is not written of', async () => {
    const customer = await newCustomer(w);
    await newCard(w, customer);
    const { id } = await subscribe(ctx, { customer, price: await newPrice(ctx, 1_000) });
    const bad = await newCard(w, customer, '4000000000009995');
    await w.call('PATCH', `/v1/customers/${customer}`, { default_payment_method: bad });
    await w.work();
    w.clock.advance(days(32));
    await bill(w);
    const s = await subscriptionOf(ctx, id);
    assert.equal(s.status, 'past_due');
    const paid = await w.call('POST', `/v1/invoices/${s.open_invoice}/pay`, {
      payment_method: await newCard(w, customer),
    });
    assert.equal(paid.status, 200, paid.text);
    sent.length = 0;
    await w.work();
    assert.ok(!sent.some((mail) => /didn’t go through$/.test(mail.subject)));
    assert.equal((await eventsOf(s.open_invoice)).filter((type: string) => type === 'payment_failed').length, 1);
  });

  test('a cancellation is confirmed with its date, and its end told', async () => {
    const { id, to } = await live('2027-01-01T09:00:00Z');
    await w.work();
    sent.length = 0;
    await ask(ctx, cancelSubscription, { id, at: 'period_end' });
    await w.work();
    assert.deepEqual(
      sent.map((mail) => mail.subject),
      ['Your subscription to Coffee club ends on February 1, 2027'],
    );
    sent.length = 0;
    await to('2027-02-02T09:00:00Z');
    await w.work();
    assert.deepEqual(
      sent.map((mail) => mail.subject),
      ['Your subscription to Coffee club has ended'],
    );
  });
});

describe('expiring cards', () => {
  async function cardInItsLastMonth(more: { clock?: boolean; subscribed?: boolean } = {}) {
    const now = w.clock.now();
    const customer = await newCustomer(w);
    const token = await w.token('4242424242424242', {
      card: {
        number: '4242424242424242',
        cvc: '123',
        exp_month: now.getUTCMonth() + 1,
        exp_year: now.getUTCFullYear(),
      },
    });
    const made = await w.call('POST', '/v1/payment_methods', { customer, token });
    assert.equal(made.status, 201, made.text);
    if (more.clock) await clockFor(ctx, customer, now.toISOString());
    if (more.subscribed ?? true) await subscribe(ctx, { customer, price: await newPrice(ctx, 1_000) });
    return { customer, card: made.body.id as string };
  }
  const toldOf = async (id: string) =>
    (await eventsOf(id)).filter((type: string) => type === 'payment_method.expiring').length;

  test('told once in its last month, of a card that something renews with, and mailed', async () => {
    const { card } = await cardInItsLastMonth();
    const idle = await cardInItsLastMonth({ subscribed: false });
    const clocked = await cardInItsLastMonth({ clock: true });
    await w.work();
    sent.length = 0;
    await Promise.all([tellExpiringCards(w.env), tellExpiringCards(w.env)]);
    await tellExpiringCards(w.env);
    assert.deepEqual([await toldOf(card), await toldOf(idle.card), await toldOf(clocked.card)], [1, 0, 0]);
    await w.work();
    assert.deepEqual(
      sent.map((mail) => mail.subject),
      ['Your card ending in 4242 expires soon'],
    );
    assert.match(sent[0]?.text ?? '', /Pays for: Coffee club/);
  });

  test('of many in one account each once, in batches', async () => {
    const cards: string[] = [];
    for (let i = 0; i < 5; i++) cards.push((await cardInItsLastMonth()).card);
    assert.equal(await tellExpiringCards(w.env, 2), 5);
    for (const card of cards) assert.equal(await toldOf(card), 1);
  });

  test('a card that is good for longer, was detached, or pays for nothing any more is not told of', async () => {
    const customer = await newCustomer(w);
    const card = await newCard(w, customer);
    const s = await subscribe(ctx, { customer, price: await newPrice(ctx, 1_000) });
    const gone = await cardInItsLastMonth();
    const list = await w.call('GET', `/v1/subscriptions?customer=${gone.customer}`);
    await ask(ctx, cancelSubscription, { id: list.body.data[0].id, at: 'now' });
    assert.equal(await tellExpiringCards(w.env), 0);
    assert.deepEqual([await toldOf(card), await toldOf(gone.card)], [0, 0]);
    assert.equal((await subscriptionOf(ctx, s.id)).status, 'active');
  });
});

test('the database holds that nothing ended is reminded of, and the books hold', async () => {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from subscriptions where ended_at is not null and remind_at is not null`.execute(
    w.env.db.query,
  );
  assert.equal(rows[0]?.n, 0);
  await w.verify();
});
