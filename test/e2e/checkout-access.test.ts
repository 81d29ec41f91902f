// The hosted page as it stands, in every state, in two sizes and two colour schemes: axe finds nothing, the browser complains of
// nothing, nothing scrolls sideways.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import {
  axeFindings,
  colourFindings,
  desktop,
  newSession,
  noticeOf,
  payWith,
  phone,
  type Session,
  shop,
  shown,
  type Visit,
  visit,
} from '../kit/checkout-page.ts';
import { launchChromium } from '../kit/chromium.ts';
import { eventually } from '../kit/eventually.ts';
import { openSite, type Site } from '../kit/site.ts';

let site: Site;
let browser: Browser;

/** While true the provider has not decided what it took in as pending. */
let undecided = true;

before(async () => {
  site = await openSite({
    wrap: (provider) => ({
      ...provider,
      async look(reference) {
        const look = await provider.look(reference);
        return undecided && look.kind === 'approved' ? { ...look, kind: 'pending' } : look;
      },
    }),
  });
  browser = await launchChromium();
});

after(async () => {
  await browser?.close();
  await site?.close();
});

const long = 'Extraordinarilylongproductnamewithoutanyspaceatall'.repeat(4);

/** Lines, taxes and discounts, one name of 200 letters; a known customer with two saved cards, one of them expired by now. */
async function richSession(more: Record<string, unknown> = {}): Promise<Session> {
  const { world } = site;
  const { body: customer } = await world.call('POST', '/v1/customers', { email: 'ada@example.com' });
  for (const number of ['4242424242424242', '378282246310005']) {
    const saved = await world.call('POST', '/v1/payment_methods', {
      customer: customer.id,
      token: await world.token(number),
    });
    assert.equal(saved.status, 201, saved.text);
  }
  const line_items = [
    { name: long, quantity: 3, unit_amount: 1999, description: `${long} and more` },
    { name: 'Coffee beans, 1 kg', quantity: 1, unit_amount: 2450 },
  ];
  return newSession(site, {
    amount_total: 3 * 1999 + 2450 - 845 + 1521,
    line_items,
    discounts: [{ name: 'Welcome, ten percent', amount: 845 }],
    taxes: [{ name: 'VAT 20 %', amount: 1521 }],
    customer: customer.id,
    description: 'Order 1042',
    cancel_url: `${shop}/cart`,
    success_url: `${shop}/thanks`,
    ...more,
  });
}

type Seen = Visit & { session: Session };

async function open(more: Record<string, unknown> = {}): Promise<Seen> {
  const session = await newSession(site, { cancel_url: `${shop}/cart`, ...more });
  return { ...(await visit(browser, session.url)), session };
}

/** axe and the browser's own complaints, in two sizes and two colour schemes, with everything unfolded that folds. */
async function passes({ page, complaints }: Visit, state: string): Promise<void> {
  const found: string[] = [];
  for (const size of [phone, desktop]) {
    await page.setViewportSize(size);
    if (await page.locator('#toggle[aria-expanded="false"]:visible').count()) await page.click('#toggle');
    const note = (scheme: string, texts: string[]) =>
      found.push(...texts.map((text) => `${state}, ${size.width} ${scheme}: ${text}`));
    await page.emulateMedia({ colorScheme: 'light' });
    note('light', await axeFindings(page));
    await page.emulateMedia({ colorScheme: 'dark' });
    note('dark', await colourFindings(page));
    const wider = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    assert.ok(wider <= 0, `${state} scrolls sideways at ${size.width}`);
  }
  assert.deepEqual(found, []);
  assert.deepEqual(complaints, [], `the browser complains in state ${state}`);
}

const unfoldTestCards = (page: Page) => page.click('.sandbox summary');

test('the audits see what is wrong: a break of each kind is found', async () => {
  const seen = await open();
  await seen.page.evaluate(`document.documentElement.removeAttribute('lang')`);
  await seen.page.evaluate(`document.body.setAttribute('style', 'margin: 1px')`);
  const found = await axeFindings(seen.page);
  assert.ok(
    found.some((text) => text.startsWith('html-has-lang html')),
    found.join('\n'),
  );
  assert.match(seen.complaints.join('\n'), /Content Security Policy/);
  await seen.close();
});

test('open: a bare amount, with the test cards unfolded', async () => {
  const seen = await open();
  await unfoldTestCards(seen.page);
  await passes(seen, 'open');
  await seen.close();
});

test('open: lines, taxes, discounts, a name of 200 letters, saved cards', async () => {
  const session = await richSession();
  const seen = await visit(browser, session.url);
  await passes(seen, 'rich');
  const summary = await seen.page.innerText('.summary');
  for (const text of [long, '$59.97', '$24.50', '-$8.45', '$15.21', '$91.23', 'Order 1042']) {
    assert.ok(summary.replaceAll('−', '-').includes(text), `${text} is shown`);
  }
  await seen.page.click('text=Use a new card');
  await shown(seen.page, 'number');
  await passes(seen, 'rich, new card');
  await seen.close();
});

test('inline errors', async () => {
  const seen = await open();
  await seen.page.click('#pay');
  await seen.page.locator('#number-error:visible').waitFor();
  await passes(seen, 'errors');
  await seen.close();
});

test('declined', async () => {
  const seen = await open();
  await payWith(seen.page, '4000000000000002');
  assert.match(await noticeOf(seen.page), /declined.*another card/is);
  await passes(seen, 'declined');
  await seen.close();
});

test('busy: a press under way', async () => {
  const seen = await open();
  await seen.page.route('**/payments', () => {});
  await payWith(seen.page);
  await seen.page.locator('#pay[aria-busy="true"]').waitFor();
  await passes(seen, 'busy');
  await seen.close();
});

test('the challenge in its dialog, the question before leaving it, and the bank’s own page', async () => {
  const seen = await open();
  await payWith(seen.page, '4000000000003220');
  await seen.page.frameLocator('iframe').getByRole('button', { name: 'Approve' }).waitFor();
  await passes(seen, 'challenge');
  await seen.page.click('#challenge-close');
  await shown(seen.page, 'challenge-ask');
  await passes(seen, 'leaving the challenge');
  const bank = await seen.page.locator('#challenge-here').getAttribute('href');
  await seen.page.goto(bank ?? '');
  await passes(seen, 'bank');
  await seen.close();
});

test('processing, also after a reload, then success without a success URL, then already paid', async () => {
  const seen = await open();
  await payWith(seen.page, '4000000000008070');
  await shown(seen.page, 'waiting');
  await passes(seen, 'waiting');
  await seen.page.reload();
  await shown(seen.page, 'waiting');
  await passes(seen, 'processing');
  undecided = false;
  site.world.clock.advance(6_000);
  await shown(seen.page, 'success');
  await passes(seen, 'success');
  await seen.page.reload();
  await shown(seen.page, 'complete');
  await passes(seen, 'complete');
  await seen.close();
});

test('expired, cancelled, not found', async () => {
  const session = await newSession(site, { cancel_url: `${shop}/cart` });
  await site.world.call('POST', `/v1/checkout_sessions/${session.id}/expire`, {});
  const expired = await visit(browser, session.url);
  await shown(expired.page, 'expired');
  await passes(expired, 'expired');
  await expired.close();

  const { body } = await site.world.call('POST', '/v1/payments', { amount: 5_000, currency: 'USD' });
  await site.world.call('POST', `/v1/payments/${body.id}/cancel`, {});
  const cancelled = await visit(browser, `${site.base}/pay/${body.id}`);
  await shown(cancelled.page, 'cancelled');
  await passes(cancelled, 'cancelled');
  await cancelled.close();

  const missing = await visit(browser, `${site.base}/pay/sess_${'0'.repeat(26)}`);
  assert.match(await missing.page.innerText('h1'), /not found/i);
  // The browser writes every 404 into its console; that one is meant.
  missing.complaints.splice(0, missing.complaints.length, ...missing.complaints.filter((text) => !/404/.test(text)));
  await passes(missing, 'not found');
  await missing.close();
});

test('Arabic, right to left: open with errors, and a card is paid with', async () => {
  const session = await richSession({ locale: 'ar' });
  const seen = await visit(browser, session.url);
  assert.equal(await seen.page.getAttribute('html', 'dir'), 'rtl');
  assert.equal(await seen.page.getAttribute('html', 'lang'), 'ar');
  // `US$` stays one word, before the number for whoever reads from right to left: no sign is torn off.
  const [sign = 0, letter = 0, digit = 0] = await seen.page.evaluate<number[]>(`(() => {
    const text = document.querySelector('.total bdi').firstChild;
    return ['$', 'U', '9'].map((letter) => {
      const range = document.createRange();
      range.setStart(text, text.data.indexOf(letter));
      range.setEnd(text, text.data.indexOf(letter) + 1);
      return range.getBoundingClientRect().left;
    });
  })()`);
  assert.ok(letter < sign && sign < digit, 'US$ stands whole on the left of the number');
  await seen.page.locator('.choice:has(#method-new)').click();
  await seen.page.click('#pay');
  await seen.page.locator('#number-error:visible').waitFor();
  await passes(seen, 'arabic');
  await payWith(seen.page);
  await seen.page.waitForURL(`${shop}/thanks?session_id=${session.id}`);
  await seen.close();
});

test('the example shop: its products, its thanks, the webhooks it heard', async () => {
  const seen = await visit(browser, site.shop_url);
  await passes(seen, 'shop');
  await seen.page.click('button.buy');
  await seen.page.waitForURL(/\/pay\/sess_/);
  await payWith(seen.page);
  await seen.page.waitForURL(/\/success\?/);
  await passes(seen, 'thanks');
  await eventually('the shop heard of it', async () => {
    await seen.page.goto(`${site.shop_url}/events`);
    return (await seen.page.locator('td').count()) > 0 || undefined;
  });
  await passes(seen, 'events');
  await seen.close();
});
