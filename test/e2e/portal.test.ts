// A customer repairs a subscription in the portal, in a browser: what is overdue stands first, a new card that their bank asks about is saved
// and pays it, and they cancel, think better of it, and look at their invoice. Every page in two sizes and two colour schemes: axe finds nothing,
// the browser complains of nothing, nothing scrolls sideways. PORTAL_SHOTS=folder keeps a picture of each.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { newCard, newCustomer, newPrice, subscribe, subscriptionOf } from '../kit/billing.ts';
import { axeFindings, colourFindings, desktop, phone, shop, typeCard, visit } from '../kit/checkout-page.ts';
import { launchChromium } from '../kit/chromium.ts';
import { eventually } from '../kit/eventually.ts';
import { openSite, type Site } from '../kit/site.ts';

const shots = process.env['PORTAL_SHOTS'];
let site: Site;
let browser: Browser;

before(async () => {
  site = await openSite();
  browser = await launchChromium();
  if (shots) mkdirSync(shots, { recursive: true });
});
after(async () => {
  await browser?.close();
  await site?.close();
});

const portalLink = async (customer: string, more: Record<string, unknown> = {}): Promise<string> => {
  const made = await site.world.call('POST', '/v1/portal_sessions', {
    customer,
    return_url: `${shop}/account`,
    ...more,
  });
  assert.equal(made.status, 201, made.text);
  return made.body.url;
};

async function shoot(page: Page, name: string): Promise<void> {
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
}

/** In both sizes and schemes. */
async function holds(page: Page, name: string): Promise<void> {
  for (const [size, viewport] of Object.entries({ phone, desktop })) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const findings = colorScheme === 'light' ? await axeFindings(page) : await colourFindings(page);
      assert.deepEqual(findings, [], `${name}, ${size}, ${colorScheme}`);
      const wide = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
      assert.ok(wide <= 0, `${name} scrolls sideways by ${wide} on a ${size}`);
      await shoot(page, `${name}-${size}-${colorScheme}`);
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
}

/** Its bank asks when it is typed, and not when it is charged again. */
const challengeCard = '4000002500003155';

test('overdue first; a new card with 3-D Secure pays it; cancel, undo; the invoice as PDF', async () => {
  const { world } = site;
  const ctx = world.ctx();
  const customer = await newCustomer(world, {
    address: { line1: '12 Analytical Row', city: 'London', postal_code: 'W1', country: 'GB' },
  });
  const good = await newCard(world, customer);
  const price = await newPrice(ctx, 1_999);
  const dear = await newPrice(ctx, 19_900, { recurring: { interval: 'year' } });
  await world.call('PATCH', '/v1/portal_settings', {
    cancel_at: ['period_end', 'now'],
    change_to_prices: [dear],
    change_quantity: true,
    pause: true,
    terms_url: `${shop}/terms`,
    privacy_url: `${shop}/privacy`,
  });
  const clock = await world.call('POST', '/v1/test_clocks', {
    name: 'a month',
    customer,
    frozen_time: world.clock.now().toISOString(),
  });
  assert.equal(clock.status, 201, clock.text);
  const s = await subscribe(ctx, { customer, price });
  const poor = await newCard(world, customer, '4000000000000341');
  await world.call('PATCH', `/v1/customers/${customer}`, { default_payment_method: poor });
  await world.call('DELETE', `/v1/payment_methods/${good}`);
  const to = new Date(world.clock.now().getTime() + 33 * 86_400_000).toISOString();
  await world.call('POST', `/v1/test_clocks/${clock.body.id}/advance`, { to });
  await eventually('the renewal fails', async () =>
    (await subscriptionOf(ctx, s.id)).status === 'past_due' ? true : undefined,
  );

  const { page, complaints, close } = await visit(browser, await portalLink(customer));
  await page.getByRole('heading', { name: 'Payment overdue' }).waitFor();
  assert.match(await page.innerText('.alarm'), /\$19\.99/);
  await holds(page, '1-overdue');

  await page.getByRole('link', { name: 'Pay with a new card' }).click();
  await page.locator('#number').waitFor();
  await holds(page, '2-new-card');
  await page.click('#pay');
  await page.locator('#number-error:visible').waitFor();
  await typeCard(page, { number: challengeCard });
  await page.click('#pay');
  await page.locator('#challenge[open]').waitFor();
  const frame = page.frameLocator('#challenge iframe');
  await frame.getByRole('button', { name: 'Approve' }).waitFor();
  await shoot(page, '3-challenge-desktop-light');
  await frame.getByRole('button', { name: 'Approve' }).click();
  await page.getByText('Your card is saved.').waitFor();
  assert.equal((await subscriptionOf(ctx, s.id)).status, 'active');
  assert.equal(await page.locator('.alarm').count(), 0);
  const open = (await world.call('GET', `/v1/invoices?subscription=${s.id}&status=open`)).body.data;
  assert.equal(open.length, 0, 'the overdue invoice is paid');
  await holds(page, '4-paid');

  await page.getByRole('link', { name: /Change plan/ }).click();
  await holds(page, '5-change');
  await page.locator(`input[value="${dear}"]`).check();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('button', { name: 'Confirm change' }).waitFor();
  await holds(page, '6-preview');
  await page.getByRole('link', { name: 'Your account' }).click();

  await page.getByRole('link', { name: /Cancel subscription/ }).click();
  await holds(page, '7-cancel');
  await page.getByLabel('It’s too expensive').check();
  await page.fill('#reason', 'Moving away');
  await page.getByRole('button', { name: 'Cancel subscription' }).click();
  await page.getByText('Your subscription is canceled.').waitFor();
  const canceled = await subscriptionOf(ctx, s.id);
  assert.deepEqual(
    [canceled.cancel_at_period_end, canceled.cancel_reason_code, canceled.cancel_reason],
    [true, 'too_expensive', 'Moving away'],
  );
  await holds(page, '8-canceled');
  await page.getByRole('button', { name: /Keep subscription/ }).click();
  await page.getByText('Your subscription goes on.').waitFor();
  assert.equal((await subscriptionOf(ctx, s.id)).cancel_at_period_end, false);

  await page
    .getByRole('link', { name: /^Address/ })
    .first()
    .click();
  await holds(page, '9-card-address');
  await page.fill('#line1', '12 Analytical Row');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The address of the card is saved.').waitFor();

  await page.getByRole('link', { name: /Edit/ }).click();
  await holds(page, '9-details');
  await page.fill('#tax_id', '???');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('#tax_id-error').waitFor();
  await page.fill('#tax_id', 'GB123456789');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Your billing information is saved.').waitFor();

  const pdf = await page.locator('.invoice-row a.button').first().getAttribute('href');
  assert.match(pdf ?? '', /\/invoice\/in_[0-9a-z]+\/[0-9A-Za-z_-]+\/pdf$/);
  const document = await page.request.get(pdf ?? '');
  assert.equal(document.status(), 200);
  assert.equal((await document.body()).subarray(0, 5).toString(), '%PDF-');

  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByText('You’re signed out').waitFor();
  await holds(page, '10-out');
  // The browser says of a page at the door, and of a form that comes back, what they are; that is all it may say.
  assert.deepEqual(
    complaints.filter((one) => !/status of (401|422)/.test(one)),
    [],
  );
  await close();
  await world.verify();
});

test('from right to left, by keyboard, without a script', async () => {
  const { world } = site;
  const address = { line1: '12 Analytical Row', city: 'London', country: 'GB' };
  const customer = await newCustomer(world, { language: 'ar', name: 'آدا', address });
  await newCard(world, customer);
  const other = await newCard(world, customer, '5555555555554444');
  await subscribe(world.ctx(), {
    customer,
    price: await newPrice(world.ctx(), 2_500, { recurring: { interval: 'month', interval_count: 3 } }),
  });
  const { page, complaints, close } = await visit(browser, await portalLink(customer), {
    javaScriptEnabled: false,
    viewport: phone,
  });
  assert.equal(await page.locator('html').getAttribute('dir'), 'rtl');
  await shoot(page, '11-arabic-phone-light');
  // Removing asks first, and needs no script for that.
  const row = page.locator('.card-row', { has: page.locator('svg.mastercard') });
  await row.locator('summary').focus();
  await page.keyboard.press('Enter');
  await row.locator('details button').click();
  await page.waitForURL(/done=removed/);
  const cards = (await world.call('GET', `/v1/payment_methods?customer=${customer}`)).body.data;
  assert.ok(!cards.some((card: { id: string }) => card.id === other));
  assert.deepEqual(complaints, []);
  await close();
  const again = await visit(browser, await portalLink(customer), { viewport: phone });
  await holds(again.page, '12-arabic');
  // Latin letters begin where the lines around them begin, on the page and in its form; the number is not under the marks.
  const aligned = (selector: string) =>
    again.page.evaluate<string[]>(
      `[...new Set(Array.from(document.querySelectorAll('${selector}'), (one) => getComputedStyle(one).textAlign))]`,
    );
  assert.deepEqual(await aligned('.facts .line'), ['right']);
  const home = again.page.url();
  await again.page.goto(`${home}/details`);
  assert.deepEqual(await aligned('.field input'), ['right']);
  await again.page.goto(`${home}/cards/new`);
  const left = () =>
    again.page.evaluate<number>(
      `parseInt(getComputedStyle(document.querySelector('#number')).paddingLeft) - document.querySelector('#brands').offsetWidth`,
    );
  assert.ok((await left()) > 0);
  await again.page.locator('#number').fill('4242424242424242');
  assert.ok((await left()) > 0);
  await again.close();
});

test('a link by mail: asked for, pressed once', async () => {
  const { world } = site;
  const { data } = (await world.call('GET', '/v1/customers?limit=1')).body;
  assert.ok(data.length === 1);
  const settings = await world.call('GET', '/v1/portal_settings');
  const { page, complaints, close } = await visit(browser, settings.body.login_url);
  await holds(page, '13-login');
  await page.fill('#email', 'ada@example.com');
  await page.keyboard.press('Enter');
  await page.getByText('Check your email').waitFor();
  await holds(page, '14-sent');
  const url = await eventually('the mail', async () => {
    const { readMailbox } = await import('../../src/mail/mail.ts');
    const [mail] = (await readMailbox(world.env, world.env.db.query)).filter((one) => /\/portal\/ps_/.test(one.text));
    return /http\S+\/portal\/ps_\S+/.exec(mail?.text ?? '')?.[0];
  });
  await page.goto(url);
  await holds(page, '15-enter');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { name: 'Subscriptions' }).waitFor();
  assert.deepEqual(complaints, []);
  await close();
  const second = await visit(browser, url);
  await second.page.getByRole('button', { name: 'Continue' }).click();
  await second.page.getByText('doesn’t work any more').waitFor();
  await holds(second.page, '16-dead');
  await second.close();
});
