// What a customer is told that they bought, in their language: in the portal, on an invoice's page, in its document and in mails. What an invoice
// says stays as it was when it was made. What must not appear: another language's name, a name that came later on an invoice from before.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { sql } from 'kysely';
import { createPrice } from '../../src/catalog/manage-prices.ts';
import { createProduct } from '../../src/catalog/manage-products.ts';
import { loadAccount } from '../../src/identity/account.ts';
import { must } from '../../src/kit/assert.ts';
import { days, seconds } from '../../src/kit/clock.ts';
import type { Ctx, Message } from '../../src/operation/context.ts';
import { ask, bill, invoicesOf, newCard, newCustomer, subscribe } from '../kit/billing.ts';
import { enterPortal } from '../kit/portal.ts';
import { openWorld, type World } from '../kit/world.ts';

let w: World;
let ctx: Ctx;
let product: string;
let price: string;
let dear: string;
const sent: Message[] = [];

before(async () => {
  w = await openWorld({
    settings: { RATE_LIMIT_PER_SECOND: '100000', RATE_LIMIT_BURST: '100000' },
    mailer: {
      async send(message) {
        sent.push(message);
      },
    },
  });
  ctx = w.ctx();
  ({ id: product, price } = await sold('Coffee club', { de: 'Kaffeeklub', fr: 'Club du café' }, 1_000));
  ({ price: dear } = await sold('Roastery', { de: 'Rösterei' }, 3_000));
  await w.call('PATCH', '/v1/portal_settings', { change_to_prices: [dear], change_quantity: true });
  const kinds = { invoice_paid: true, renewal_upcoming: true, subscription_canceled: true, trial_ending: true };
  assert.equal((await w.call('PATCH', '/v1/email_settings', kinds)).status, 200);
  w.clock.advance(seconds(6));
  const account = must(await loadAccount(w.env.db.query, ctx.account.account_id), 'the account is there');
  ctx = { ...ctx, account };
});
after(() => w.close());
beforeEach(() => {
  sent.length = 0;
});

async function sold(name: string, localized_names: Record<string, string>, unit_amount: number) {
  const { id } = await ask(ctx, createProduct, { name, localized_names, tax_category: 'software_service' });
  const made = await ask(ctx, createPrice, {
    product: id,
    type: 'recurring',
    amounts: [{ currency: 'USD', unit_amount }],
    recurring: { interval: 'month' },
  });
  return { id, price: made.id as string };
}

async function subscribed(language: string | null, more: Record<string, unknown> = {}) {
  const customer = await newCustomer(w, language === null ? {} : { language });
  await newCard(w, customer);
  const { id } = await subscribe(ctx, { customer, price, ...more });
  return { customer, id };
}

const rename = (localized_names: Record<string, string>) =>
  w.call('PATCH', `/v1/products/${product}`, { localized_names });
const pageOf = async (url: string, language = 'en') =>
  (
    await w.app.server.inject({
      url: new URL(url).pathname,
      headers: { 'accept-language': language },
    })
  ).body;

describe('the portal', () => {
  test('names a subscription as the catalog does, in the language of its customer', async () => {
    const { customer, id } = await subscribed('de-AT');
    const { browser, base } = await enterPortal(w, customer);
    const home = (await browser.get(base)).text;
    assert.match(home, /Kaffeeklub/);
    assert.doesNotMatch(home, /Coffee club|Club du café/);
    const change = (await browser.get(`${base}/subscriptions/${id}/change`)).text;
    assert.match(change, /Kaffeeklub.*Rösterei/s);
    const preview = (await browser.get(`${base}/subscriptions/${id}/change?price=${dear}&quantity=2`)).text;
    assert.match(preview, /Nicht genutzte Zeit: Kaffeeklub/);
    assert.match(preview, /Restliche Zeit: 2 × Rösterei/);
    assert.doesNotMatch(preview, /Coffee club|Roastery|Unused|Remaining/);
    const cancel = (await browser.get(`${base}/subscriptions/${id}/cancel`)).text;
    assert.match(cancel, /Kaffeeklub/);
  });

  test('of a customer whose language nobody said, in that of their browser; the plain name where there is no other', async () => {
    const { customer } = await subscribed(null);
    const { browser, base } = await enterPortal(w, customer);
    browser.headers['accept-language'] = 'fr';
    assert.match((await browser.get(base)).text, /Club du café/);
    browser.headers['accept-language'] = 'es';
    assert.match((await browser.get(base)).text, /Coffee club/);
  });
});

describe('an invoice', () => {
  test('calls a product by its name of the day, on its page and in its document, for good', async () => {
    const { id } = await subscribed('de', { quantity: 2 });
    const [invoice] = await invoicesOf(ctx, id);
    const pdf = async () =>
      (await w.app.server.inject({ url: new URL(invoice.invoice_pdf).pathname })).rawPayload.toString('latin1');
    const before = { page: await pageOf(invoice.hosted_invoice_url), pdf: await pdf() };
    assert.match(before.page, /2 × Kaffeeklub/);
    assert.doesNotMatch(before.page, /Coffee club/);
    assert.match(before.pdf, /^%PDF-/);
    // What a program reads is in the merchant's own words.
    assert.deepEqual([invoice.lines[0].description, invoice.lines[0].product_name], ['2 × Coffee club', 'Coffee club']);

    await rename({ de: 'Bohnenbund', fr: 'Club du café' });
    try {
      assert.match(await pageOf(invoice.hosted_invoice_url), /2 × Kaffeeklub/);
      assert.equal(await pdf(), before.pdf);
      w.clock.advance(days(32));
      await bill(w);
      const [, next] = await invoicesOf(ctx, id);
      const page = await pageOf(next.hosted_invoice_url);
      assert.match(page, /2 × Bohnenbund/);
      assert.doesNotMatch(page, /Kaffeeklub/);
      const { rows } =
        await sql`select localized_name as name from invoice_lines where invoice_id = ${invoice.id}`.execute(
          w.env.db.query,
        );
      assert.deepEqual(rows, [{ name: 'Kaffeeklub' }]);
    } finally {
      await rename({ de: 'Kaffeeklub', fr: 'Club du café' });
    }
  });

  test('of a customer who speaks nothing that the product is named in has the plain name', async () => {
    for (const language of ['es', null]) {
      const { id } = await subscribed(language);
      const [invoice] = await invoicesOf(ctx, id);
      assert.match(await pageOf(invoice.hosted_invoice_url, 'de'), /Coffee club/);
    }
  });
});

describe('mails', () => {
  test('an invoice’s says what the invoice says', async () => {
    await subscribed('fr');
    await w.work();
    const mail = sent.find(({ html }) => html?.includes('lang="fr'));
    assert.match(mail?.text ?? '', /Club du café/);
    assert.doesNotMatch(`${mail?.text}${mail?.html}`, /Coffee club|Kaffeeklub/);
  });

  test('one about a subscription says what the catalog says, in the mail’s language', async () => {
    const { id } = await subscribed('de', { trial_days: 2 });
    await w.work();
    assert.ok(
      sent.some(({ subject }) => subject.includes('Kaffeeklub')),
      sent.map((one) => one.subject).join(),
    );
    sent.length = 0;
    await w.call('POST', `/v1/subscriptions/${id}/cancel`, { at: 'period_end' });
    await w.work();
    const [mail] = sent;
    assert.match(mail?.subject ?? '', /Kaffeeklub/);
    assert.doesNotMatch(`${mail?.text}${mail?.html}`, /Coffee club/);
  });
});
