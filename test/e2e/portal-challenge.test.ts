// A customer's bank asks while they are in the portal: about a change of plan, about what is overdue, about a new card. However that ends (yes,
// no, or a window that is closed), they come back to the portal, and it says how things stand and what can be done next. What must not appear: a
// plan that changed without being paid for, a page that leads nowhere, a card that is saved without the bank's yes.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { invoicesOf, newCard, newCustomer, newPrice, subscribe, subscriptionOf } from '../kit/billing.ts';
import { axeFindings, phone, typeCard, visit } from '../kit/checkout-page.ts';
import { launchChromium } from '../kit/chromium.ts';
import { eventually } from '../kit/eventually.ts';
import { openSite, type Site } from '../kit/site.ts';

const shots = process.env['PORTAL_SHOTS'];
/** Its bank asks each time. */
const asking = '4000000000003220';
/** Its bank asks when it is typed, and not when it is charged again. */
const askingOnce = '4000002500003155';

let site: Site;
let browser: Browser;
let cheap: string;
let dear: string;

before(async () => {
  site = await openSite();
  browser = await launchChromium();
  if (shots) mkdirSync(shots, { recursive: true });
  cheap = await newPrice(site.world.ctx(), 1_999);
  dear = await newPrice(site.world.ctx(), 4_999);
  await site.world.call('PATCH', '/v1/portal_settings', { change_to_prices: [dear] });
});
after(async () => {
  await browser?.close();
  await site?.close();
});

async function shoot(page: Page, name: string): Promise<void> {
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
}

/** A subscription that was paid with one card and renews with another one. */
async function subscribed(card: string) {
  const { world } = site;
  const customer = await newCustomer(world);
  await newCard(world, customer);
  const { id } = await subscribe(world.ctx(), { customer, price: cheap });
  const default_payment_method = await newCard(world, customer, card);
  await world.call('PATCH', `/v1/customers/${customer}`, { default_payment_method });
  return { customer, id };
}

async function enter(customer: string, options: Parameters<typeof visit>[2] = {}) {
  const made = await site.world.call('POST', '/v1/portal_sessions', { customer });
  assert.equal(made.status, 201, made.text);
  return await visit(browser, made.body.url, options);
}

const planOf = async (id: string) => (await subscriptionOf(site.world.ctx(), id)).item.price;
const subscription = async (id: string) => await subscriptionOf(site.world.ctx(), id);

async function askForDear(page: Page): Promise<void> {
  await page.getByRole('link', { name: /Change plan/ }).click();
  await page.locator(`input[value="${dear}"]`).check();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('button', { name: 'Confirm change' }).click();
  await page.locator('#challenge[open]').waitFor();
}

const bank = (page: Page) => page.frameLocator('#challenge iframe');

async function closeWindow(page: Page): Promise<void> {
  await bank(page).getByRole('button', { name: 'Approve' }).waitFor();
  await page.click('#challenge-close');
  await page.click('#challenge-leave');
}

describe('a change of plan', () => {
  test('confirmed: the portal says so, and the plan is the new one', async () => {
    const { customer, id } = await subscribed(asking);
    const { page, complaints, close } = await enter(customer);
    await askForDear(page);
    await bank(page).getByRole('button', { name: 'Approve' }).click();
    await page.getByText('Your plan is changed.').waitFor();
    assert.match(page.url(), /\/portal\/ps_[0-9a-z]+\?payment_id=pay_/);
    assert.equal(await planOf(id), dear);
    assert.equal(await page.locator('.alarm').count(), 0);
    assert.deepEqual(complaints, []);
    await close();
  });

  test('refused: the portal says why, the plan stays, and another try works', async () => {
    const { customer, id } = await subscribed(asking);
    const { page, complaints, close } = await enter(customer);
    await askForDear(page);
    await bank(page).getByRole('button', { name: 'Refuse' }).click();
    await page.getByText('so your plan stays as it was').waitFor();
    assert.deepEqual(await axeFindings(page), []);
    await shoot(page, 'challenge-refused');
    assert.equal(await planOf(id), cheap);
    const [, refused] = await invoicesOf(site.world.ctx(), id);
    assert.deepEqual([refused.status, refused.amount_paid], ['void', 0]);
    await askForDear(page);
    await bank(page).getByRole('button', { name: 'Approve' }).click();
    await page.getByText('Your plan is changed.').waitFor();
    assert.equal(await planOf(id), dear);
    assert.deepEqual(complaints, []);
    await close();
  });

  test('the window closed: the page leads on to the bank or back, and the portal to both, until the customer leaves it', async () => {
    const { customer, id } = await subscribed(asking);
    const { page, complaints, close } = await enter(customer, { viewport: phone });
    await askForDear(page);
    await closeWindow(page);
    await page.getByText('The payment wasn’t confirmed').waitFor();
    assert.equal(await page.locator('#form:visible').count(), 0, 'no card is asked for that would not be charged');
    assert.deepEqual(await axeFindings(page), []);
    await shoot(page, 'challenge-closed');

    await page
      .locator('#authentication')
      .getByText(/^Back to/)
      .click();
    await page.getByText('isn’t confirmed yet, and nothing has been charged').waitFor();
    assert.match(await page.innerText('.alarm'), /Until then your plan stays as it is/);
    assert.deepEqual(await axeFindings(page), []);
    await shoot(page, 'challenge-waits');
    assert.equal(await planOf(id), cheap);

    // To the bank once more, and away again by the browser's own way back.
    await page.getByRole('link', { name: 'Continue to your bank' }).click();
    await page.locator('#challenge[open]').waitFor();
    await page.goBack();
    await page.getByRole('button', { name: 'Keep my plan as it is' }).click();
    await page.getByText('Your plan stays as it was. Nothing was charged.').waitFor();
    assert.equal(await page.locator('.alarm').count(), 0);
    const [, left] = await invoicesOf(site.world.ctx(), id);
    assert.deepEqual([left.status, left.amount_paid], ['void', 0]);
    assert.equal(await planOf(id), cheap);

    // Nothing is in the way of another try.
    await askForDear(page);
    await bank(page).getByRole('button', { name: 'Approve' }).click();
    await page.getByText('Your plan is changed.').waitFor();
    assert.equal(await planOf(id), dear);
    assert.deepEqual(complaints, []);
    await close();
  });

  test('in the bank’s own window, without a script: back in the portal it says how that ended', async () => {
    const { customer, id } = await subscribed(asking);
    const { page, close } = await enter(customer, { javaScriptEnabled: false });
    for (const [answer, told, plan] of [
      ['Refuse', 'so your plan stays as it was', cheap],
      ['Approve', 'Your plan is changed.', dear],
    ] as const) {
      await page.getByRole('link', { name: /Change plan/ }).click();
      await page.locator(`input[value="${dear}"]`).check();
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByRole('button', { name: 'Confirm change' }).click();
      await page.getByRole('link', { name: 'Continue to your bank' }).click();
      await page.getByRole('button', { name: answer }).click();
      await page.getByText(told).waitFor();
      assert.equal(await planOf(id), plan);
    }
    await close();
  });
});

test('what is overdue: refused it stays overdue and says why, confirmed it is paid', async () => {
  const { world } = site;
  const ctx = world.ctx();
  const customer = await newCustomer(world);
  const clock = await world.call('POST', '/v1/test_clocks', {
    name: 'a month',
    customer,
    frozen_time: world.clock.now().toISOString(),
  });
  await newCard(world, customer);
  const { id } = await subscribe(ctx, { customer, price: cheap });
  const default_payment_method = await newCard(world, customer, '4000000000000341');
  await world.call('PATCH', `/v1/customers/${customer}`, { default_payment_method });
  const to = new Date(world.clock.now().getTime() + 33 * 86_400_000).toISOString();
  await world.call('POST', `/v1/test_clocks/${clock.body.id}/advance`, { to });
  await eventually('the renewal fails', async () => (await subscription(id)).status === 'past_due' || undefined);

  const { page, complaints, close } = await enter(customer);
  await page.getByRole('heading', { name: 'Payment overdue' }).waitFor();
  // A card that asks each time is made the default: what is overdue is charged to it at once.
  const asks = await newCard(world, customer, asking);
  await world.call('PATCH', `/v1/customers/${customer}`, { default_payment_method: asks });
  await eventually('the bank asks', async () => {
    await page.reload();
    return (await page.getByRole('link', { name: 'Continue to your bank' }).count()) > 0 || undefined;
  });
  await page.getByRole('link', { name: 'Continue to your bank' }).click();
  await page.locator('#challenge[open]').waitFor();
  await bank(page).getByRole('button', { name: 'Refuse' }).click();
  // That one was begun by a job, which knows no portal to lead back to.
  await page.locator('#notice:not(:empty)').or(page.getByText('This payment was cancelled')).first().waitFor();

  const again = await enter(customer);
  const overdue = again.page.getByRole('heading', { name: 'Payment overdue' });
  await overdue.waitFor();
  for (const [answer, told] of [
    ['Refuse', 'Your bank couldn’t confirm'],
    ['Approve', 'Your payment went through'],
  ] as const) {
    await again.page.getByRole('button', { name: /^Pay \$19\.99 with/ }).click();
    await again.page.locator('#challenge[open]').waitFor();
    await bank(again.page).getByRole('button', { name: answer }).click();
    await again.page.waitForURL(/payment_id=/);
    await again.page.locator('.told').getByText(told, { exact: false }).waitFor();
    assert.equal(await overdue.count(), answer === 'Refuse' ? 1 : 0);
  }
  assert.equal((await subscription(id)).status, 'active');
  assert.deepEqual([...complaints, ...again.complaints], []);
  await again.close();
  await close();
});

test('a new card, confirmed on the bank’s own page: the portal tells what became of it', async () => {
  const { world } = site;
  const customer = await newCustomer(world);
  const { page, complaints, close } = await enter(customer);
  const cards = async () => (await world.call('GET', `/v1/payment_methods?customer=${customer}`)).body.data.length;
  for (const [answer, told, saved] of [
    ['Refuse', 'Your bank couldn’t confirm', 0],
    ['Approve', 'Your card is saved.', 1],
  ] as const) {
    await page.getByRole('link', { name: 'Add a card' }).click();
    await page.locator('#number').waitFor();
    await typeCard(page, { number: askingOnce });
    await page.click('#pay');
    await page.locator('#challenge[open]').waitFor();
    await page.click('#challenge-here');
    await page.getByRole('button', { name: answer }).click();
    await page.locator('.told').getByText(told, { exact: false }).waitFor();
    assert.equal(await cards(), saved);
  }
  assert.deepEqual(complaints, []);
  await close();
  await world.verify();
});
