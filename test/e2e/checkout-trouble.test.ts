// The hosted page when things go wrong: pressed twice, two tabs, a network that loses answers, a provider that is slow or silent, an
// hour that is over. However it goes, the provider is asked to take the money once.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import {
  authorizations,
  newSession,
  noticeOf,
  paidOnce,
  payWith,
  type Session,
  shop,
  shown,
  typeCard,
  type Visit,
  visit,
} from '../kit/checkout-page.ts';
import { launchChromium } from '../kit/chromium.ts';
import { eventually } from '../kit/eventually.ts';
import { openSite, type Site } from '../kit/site.ts';

let site: Site;
let browser: Browser;

/** The slow card's answer is held until a test lets it go, so that "meanwhile" is as long as the test needs. */
const slow = Promise.withResolvers<void>();

before(async () => {
  site = await openSite({
    wrap: (provider) => ({
      ...provider,
      async authorize(call) {
        const outcome = await provider.authorize(call);
        if (call.card.number === '4000000000008062') await slow.promise;
        return outcome;
      },
    }),
  });
  browser = await launchChromium();
});

after(async () => {
  await browser?.close();
  await site?.close();
});

type Seen = Visit & { session: Session };

async function open(more: Record<string, unknown> = {}): Promise<Seen> {
  const session = await newSession(site, more);
  return { ...(await visit(browser, session.url)), session };
}

const succeeds = async ({ page, session, close }: Seen) => {
  await page.locator('#success:visible, #complete:visible').waitFor();
  await paidOnce(site, session);
  await close();
};

/** The page waits longer and longer between its tries: here its clock runs as fast as it can. */
async function noticeInTime(page: Page): Promise<string> {
  await eventually('the page gives up', async () => {
    await page.clock.runFor(1_000);
    return (await page.locator('#notice:not(:empty)').count()) > 0 || undefined;
  });
  return noticeOf(page);
}

test('a double click, and Enter three times, are one press', async () => {
  for (const act of ['double click', 'enter'] as const) {
    const seen = await open();
    await typeCard(seen.page);
    if (act === 'double click') await seen.page.dblclick('#pay');
    else {
      await seen.page.focus('#postal');
      for (let i = 0; i < 3; i++) await seen.page.keyboard.press('Enter', { delay: 0 });
    }
    await shown(seen.page, 'success');
    assert.equal(seen.presses.length, 1);
    await succeeds(seen);
  }
});

test('two tabs at once: one pays, the other is told that it is paid', async () => {
  const seen = await open();
  const other = await visit(browser, seen.session.url);
  await Promise.all([typeCard(seen.page), typeCard(other.page, { number: '5555555555554444' })]);
  await Promise.all([seen.page.click('#pay'), other.page.click('#pay')]);
  await Promise.all([shown(seen.page, 'success'), shown(other.page, 'success')]);
  assert.equal(
    (await authorizations(site, seen.session.amount)).length,
    1,
    'the second card was never sent to the provider',
  );
  await other.close();
  await succeeds(seen);
});

test('answers lost on the way: the same key is sent again and charges once', async () => {
  const seen = await open({ success_url: `${shop}/thanks` });
  let lost = 0;
  // Two arrive and their answers are lost; the third is let through.
  await seen.page.route('**/payments', async (route) => {
    if (lost >= 2) return route.continue();
    lost += 1;
    const answer = await route.fetch();
    assert.equal(answer.status(), 200);
    await route.abort('connectionreset');
  });
  await payWith(seen.page);
  await seen.page.waitForURL(`${shop}/thanks?session_id=${seen.session.id}`);
  assert.equal(seen.presses.length, 3);
  assert.equal(new Set(seen.presses.map((press) => JSON.stringify(press))).size, 1, 'key and body stay the same');
  assert.match(seen.presses[0]?.key ?? '', /^[0-9a-f]{32}$/);
  assert.equal((await authorizations(site, seen.session.amount)).length, 1);
  await paidOnce(site, seen.session);
  await seen.close();
});

test('the network stays away: the page says that it is safe to try again, and the same press goes on', async () => {
  const seen = await open();
  await seen.page.clock.install();
  let away = true;
  await seen.page.route('**/payments', (route) => (away ? route.abort('internetdisconnected') : route.continue()));
  await payWith(seen.page);
  assert.match(await noticeInTime(seen.page), /won.t be charged twice/);
  assert.equal(await seen.page.innerText('#pay-text'), 'Try again');
  assert.deepEqual(await authorizations(site, seen.session.amount), []);
  away = false;
  await seen.page.click('#pay');
  await shown(seen.page, 'success');
  assert.equal(new Set(seen.presses.map((press) => press.key)).size, 1);
  await succeeds(seen);
});

test('other details after an unknown outcome: the page asks first, and finds that it is paid', async () => {
  const seen = await open();
  await seen.page.clock.install();
  await seen.page.route('**/payments', async (route) => {
    await route.fetch();
    await route.abort('connectionreset');
  });
  await payWith(seen.page);
  await noticeInTime(seen.page);
  const before_change = seen.presses.length;
  await typeCard(seen.page, { number: '5555555555554444' });
  assert.match(await seen.page.innerText('#pay-text'), /^Pay \$/);
  await seen.page.click('#pay');
  await shown(seen.page, 'success');
  assert.equal(seen.presses.length, before_change, 'no second payment was sent');
  await succeeds(seen);
});

test('the card does not arrive: said to be safe, and nothing was sent to the provider', async () => {
  const seen = await open();
  await seen.page.clock.install();
  await seen.page.route('**/tokens', (route) => route.abort());
  await payWith(seen.page);
  assert.match(await noticeInTime(seen.page), /haven.t been charged/);
  assert.equal(seen.presses.length, 0);
  await seen.close();
});

test('a slow provider: progress is shown, a second press is impossible; reloaded meanwhile, the page waits and succeeds', async () => {
  const seen = await open();
  const { page } = seen;
  await payWith(page, '4000000000008062');
  await page.locator('#pay[aria-busy="true"]').waitFor();
  assert.match(await page.innerText('#pay-text'), /Processing/);
  assert.match((await page.textContent('#live')) ?? '', /Processing/);
  assert.ok(await page.locator('#number').isDisabled());
  await page.click('#pay', { force: true });
  await page.evaluate(`document.getElementById('form').requestSubmit()`);
  await eventually('the provider has it', async () => (await authorizations(site, seen.session.amount))[0]);
  await page.reload();
  await shown(page, 'waiting');
  assert.equal(await page.locator('#form:visible').count(), 0, 'no second payment is offered');
  slow.resolve();
  await shown(page, 'success');
  assert.equal(seen.presses.length, 1);
  await succeeds(seen);
});

test('a time-out: the page waits, the resolver finds that the money was taken, the page succeeds', async () => {
  const seen = await open({ success_url: `${shop}/thanks` });
  let hold = true;
  await seen.page.route('**/status', (route) => (hold ? route.abort() : route.continue()));
  await payWith(seen.page, '4000000000008013');
  await shown(seen.page, 'waiting');
  assert.match(await seen.page.innerText('#waiting'), /safe to close this page/);
  site.world.clock.advance(60_000);
  await site.world.work();
  const session = await site.world.call('GET', `/v1/checkout_sessions/${seen.session.id}`);
  assert.equal(session.body.payment_status, 'paid', 'found without the page');
  hold = false;
  await seen.page.waitForURL(`${shop}/thanks?session_id=${seen.session.id}`);
  await paidOnce(site, seen.session);
  await seen.close();
});

test('a time-out that never reached the provider ends in a form to try again, and the next card pays once', async () => {
  const seen = await open();
  await payWith(seen.page, '4000000000008021');
  await shown(seen.page, 'waiting');
  site.world.clock.advance(120_000);
  await site.world.work();
  assert.match(await noticeOf(seen.page), /not reach|try again/i);
  await payWith(seen.page);
  await succeeds(seen);
});

test('a challenge left and taken up again, then refused, then another card', async () => {
  const seen = await open();
  const { page } = seen;
  await payWith(page, '4000000000003220');
  await page.frameLocator('iframe').getByRole('button', { name: 'Approve' }).waitFor();
  await page.keyboard.press('Escape');
  await shown(page, 'challenge-ask');
  await page.click('#challenge-stay');
  // A message of anybody else closes nothing.
  await page.evaluate(`postMessage('florin.challenge_done', '*')`);
  assert.ok(await page.locator('#challenge[open]').count());
  await page.click('#challenge-close');
  await page.click('#challenge-leave');
  assert.match(await noticeOf(page), /wasn.t confirmed/);
  await payWith(page, '4000000000003220');
  await page.frameLocator('iframe').getByRole('button', { name: 'Refuse' }).click();
  await page.locator('#notice', { hasText: 'confirm it was you' }).waitFor();
  await payWith(page);
  await shown(page, 'success');
  const calls = await authorizations(site, seen.session.amount);
  assert.deepEqual(
    calls.map((call) => call.status),
    ['declined', 'declined', 'approved'],
  );
  await succeeds(seen);
});

test('reloaded during the challenge, it is asked again in place', async () => {
  const seen = await open();
  await payWith(seen.page, '4000000000003220');
  await seen.page.frameLocator('iframe').getByRole('button', { name: 'Approve' }).waitFor();
  await seen.page.reload();
  await seen.page.frameLocator('iframe').getByRole('button', { name: 'Approve' }).click();
  await succeeds(seen);
});

test('a page left open past its hour says so by itself; nothing can be paid there any more', async () => {
  const seen = await open({ expires_in: 60, cancel_url: `${shop}/cart` });
  const pressed = await open({ expires_in: 60 });
  // In step with the server's clock; the reload sets the page's timer by it.
  await seen.page.clock.install({ time: site.world.clock.now() });
  await seen.page.reload();
  await typeCard(pressed.page);
  site.world.clock.advance(61_000);
  await seen.page.clock.runFor(65_000);
  await shown(seen.page, 'expired');
  await seen.page
    .getByRole('link', { name: /Back to/ })
    .last()
    .click();
  await seen.page.waitForURL(`${shop}/cart`);

  await pressed.page.click('#pay');
  await shown(pressed.page, 'expired');
  for (const { session } of [seen, pressed]) assert.deepEqual(await authorizations(site, session.amount), []);
  await seen.close();
  await pressed.close();
});

test('a session that the merchant expires while the customer types', async () => {
  const seen = await open();
  await typeCard(seen.page);
  const expired = await site.world.call('POST', `/v1/checkout_sessions/${seen.session.id}/expire`, {});
  assert.equal(expired.status, 200);
  await seen.page.click('#pay');
  await shown(seen.page, 'expired');
  assert.deepEqual(await authorizations(site, seen.session.amount), []);
  await seen.close();
});

test('after all of it the books hold', async () => {
  await site.world.work();
  await site.world.verify();
});
