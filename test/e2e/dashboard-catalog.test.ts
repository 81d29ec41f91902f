// The catalog at the dashboard: a product with two prices and its history, a coupon with codes and who used them, a payment link that is
// paid, tax rates. What is typed stays text, and what cannot be done says why.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { made, payPage, sessionOf, tryCode } from '../kit/catalog.ts';
import { axeFindings } from '../kit/checkout-page.ts';
import { launchChromium } from '../kit/chromium.ts';
import { at, enrolAt, overflow, phone, type Seat, sit } from '../kit/dashboard-page.ts';
import { addPerson } from '../kit/people.ts';
import { openSite, type Site } from '../kit/site.ts';

let site: Site;
let browser: Browser;
let seat: Seat;

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();
const dialog = (page: Page) => page.getByRole('dialog');
const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true }).click();
const idOf = (page: Page) => new URL(page.url()).pathname.split('/').at(-1) ?? '';
const now = async (path: string) => (await site.world.call('GET', `/v1${path}`)).body;

before(async () => {
  site = await openSite();
  browser = await launchChromium();
  const { email } = await addPerson(site.world, ['admin']);
  seat = await sit(browser);
  await enrolAt(site, seat.page, email);
});

after(async () => {
  await browser?.close();
  await site?.close();
});

const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==';
const script = '<img src=x onerror="document.title=`taken`">';

test('the empty list leads to the first product: with a picture, a name in German, and a script that stays text', async () => {
  const { page } = seat;
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Products' }).click();
  await heading(page, 'Products');
  await page.getByText('No products yet').waitFor();
  await page.getByRole('button', { name: 'Add a product' }).last().click();
  const box = dialog(page);
  await box.getByRole('textbox', { name: 'Name', exact: true }).fill('Coffee club');
  await box.getByRole('textbox', { name: 'Description' }).fill(script);
  const choosing = page.waitForEvent('filechooser');
  await box.getByRole('button', { name: 'Choose a picture' }).click();
  await (await choosing).setFiles({ name: 'beans.png', mimeType: 'image/png', buffer: Buffer.from(pixel, 'base64') });
  await box.getByRole('button', { name: 'Remove the picture' }).waitFor();
  await box.getByRole('combobox', { name: 'Tax category' }).selectOption('physical_goods');
  await box.getByRole('button', { name: 'Add a language' }).click();
  await box.getByRole('textbox', { name: 'Language 1' }).fill('de');
  await box.getByRole('textbox', { name: 'Name in de' }).fill('Kaffeeklub');
  await box.getByRole('textbox', { name: 'Metadata' }).fill('shelf: A4');
  assert.deepEqual(await axeFindings(page), [], 'the dialog');
  await box.getByRole('button', { name: 'Save' }).click();
  await heading(page, 'Coffee club');
  const product = await now(`/products/${idOf(page)}`);
  assert.deepEqual(
    [product.description, product.tax_category, product.localized_names, product.metadata],
    [script, 'physical_goods', { de: 'Kaffeeklub' }, { shelf: 'A4' }],
  );
  assert.match(product.image_url, /\/pictures\//);
  await page.getByText(script).waitFor();
  assert.match(await page.title(), /^Coffee club/);
});

test('two prices: one in two currencies, one in tiers; an edit writes another snapshot', async () => {
  const { page } = seat;
  const product = idOf(page);
  await press(page, 'Add a price');
  const box = dialog(page);
  await box.getByRole('textbox', { name: 'Amount in USD' }).fill('19.999');
  await box.getByText('Write an amount such as').waitFor();
  assert.equal(await box.getByRole('button', { name: 'Save' }).isDisabled(), true);
  await box.getByRole('textbox', { name: 'Amount in USD' }).fill('19');
  await box.getByRole('button', { name: 'Add a currency' }).click();
  await box.getByRole('combobox', { name: 'Currency' }).last().selectOption('JPY');
  await box.getByRole('textbox', { name: 'Amount in JPY' }).fill('2900');
  await box.getByRole('textbox', { name: 'Trial days' }).fill('14');
  await box.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('link', { name: '$19.00 a month' }).waitFor();

  await press(page, 'Add a price');
  await box.getByRole('combobox', { name: 'Pricing' }).selectOption('tiered_graduated');
  await box.getByRole('button', { name: 'Add a tier' }).click();
  await box.getByRole('textbox', { name: 'Tier 1, up to' }).fill('10');
  await box.getByRole('textbox', { name: 'Tier 1, each' }).fill('9');
  await box.getByRole('textbox', { name: 'Tier 2, each' }).fill('7.50');
  await box.getByRole('textbox', { name: 'Tier 2, flat fee' }).fill('5');
  await box.getByRole('combobox', { name: 'Unit of time' }).selectOption('year');
  assert.deepEqual(await axeFindings(page), [], 'tiers');
  await box.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('link', { name: 'from $9.00 a year' }).waitFor();

  const prices = (await now(`/prices?product=${product}`)).data;
  const [tiers, flat] = prices;
  assert.deepEqual(flat.amounts, [
    { currency: 'USD', unit_amount: 1_900, tiers: null },
    { currency: 'JPY', unit_amount: 2_900, tiers: null },
  ]);
  assert.equal(flat.recurring.trial_days, 14);
  assert.deepEqual(tiers.amounts[0].tiers, [
    { up_to: 10, unit_amount: 900, flat_amount: 0 },
    { up_to: null, unit_amount: 750, flat_amount: 500 },
  ]);
  assert.equal((await now(`/products/${product}`)).default_price, flat.id, 'the first price is the default');

  await page.getByRole('link', { name: '$19.00 a month' }).click();
  await heading(page, '$19.00 a month');
  const archive = page.getByRole('button', { name: /^Archive/ });
  assert.equal(await archive.getAttribute('aria-disabled'), 'true', 'the default price is not archived');
  await press(page, 'Edit');
  await box.getByRole('textbox', { name: 'Amount in USD' }).fill('21');
  await box.getByRole('button', { name: 'Save' }).click();
  await heading(page, '$21.00 a month');
  const history = page.getByRole('region', { name: 'History' });
  await history.getByRole('cell', { name: /\$21\.00 a month · ¥2,900 a month Now/ }).waitFor();
  await history.getByRole('cell', { name: '$19.00 a month · ¥2,900 a month' }).waitFor();
  assert.equal((await now(`/prices/${flat.id}/snapshots`)).data.length, 2);
});

test('a coupon with a code of its own and one that is made: used, disabled, and gone with the coupon', async () => {
  const { page } = seat;
  const { world } = site;
  await page.goto(at(site, '/products/coupons'));
  await page.getByText('No coupons yet').waitFor();
  await page.getByRole('button', { name: 'Add a coupon' }).last().click();
  const box = dialog(page);
  await box.getByRole('textbox', { name: 'Name' }).fill('Spring sale');
  await box.getByRole('textbox', { name: 'Per cent' }).fill('120');
  await box.getByText('Write per cent up to 100').waitFor();
  await box.getByRole('textbox', { name: 'Per cent' }).fill('12.5');
  await box.getByRole('combobox', { name: 'For how long' }).selectOption('repeating');
  await box.getByRole('textbox', { name: 'Months' }).fill('3');
  await box.getByRole('textbox', { name: 'Uses in all' }).fill('100');
  await box.getByRole('button', { name: 'Add a currency' }).click();
  await box.getByRole('textbox', { name: 'Least subtotal: USD' }).fill('10');
  assert.deepEqual(await axeFindings(page), [], 'the dialog');
  await box.getByRole('button', { name: 'Add a coupon' }).click();
  await heading(page, 'Spring sale');
  const coupon = await now(`/coupons/${idOf(page)}`);
  assert.deepEqual(
    [coupon.percentage_bps, coupon.duration_months, coupon.max_redemptions, coupon.minimum_amounts],
    [1_250, 3, 100, { USD: 1_000 }],
  );

  await press(page, 'Add a code');
  await box.getByRole('button', { name: 'Add a code' }).click();
  await page.getByText(/^The code is [A-Z0-9]{10}\.$/).waitFor();
  await press(page, 'Add a code');
  await box.getByRole('textbox', { name: 'Code' }).fill('no spaces');
  assert.equal(await box.getByRole('button', { name: 'Add a code' }).isDisabled(), true);
  await box.getByRole('textbox', { name: 'Code' }).fill('spring');
  await box.getByRole('textbox', { name: 'Uses for each customer' }).fill('1');
  await box.getByRole('checkbox', { name: 'Only for customers who have paid nothing before' }).check();
  await box.getByRole('button', { name: 'Add a code' }).click();
  await page.getByText('The code is SPRING.').waitFor();

  const session = await sessionOf(world, {
    line_items: [{ name: 'Beans', unit_amount: 2_000, quantity: 1 }],
    customer_email: 'grace@example.com',
    allow_promotion_codes: true,
  });
  assert.equal((await tryCode(world, session.id, 'SPRING')).status, 200);
  const paid = await payPage(world, session.id, { email: 'grace@example.com' });
  assert.ok(paid.status < 300, paid.text);
  await page.reload();
  const uses = page.getByRole('region', { name: 'Redemptions' });
  await uses.getByRole('row', { name: /\$2\.50 USD Confirmed SPRING grace@example\.com/ }).waitFor();

  await page.getByRole('link', { name: 'SPRING', exact: true }).first().click();
  await heading(page, 'SPRING');
  await page.getByRole('button', { name: /^Disable/ }).click();
  await box.getByRole('button', { name: 'Disable' }).click();
  await page.getByText('The code is saved.').waitFor();
  await page.getByText('Inactive', { exact: true }).waitFor();

  await page.goto(at(site, `/products/coupons/${coupon.id}`));
  await press(page, 'Rename');
  await box.getByRole('textbox', { name: 'Name' }).fill(script);
  await box.getByRole('button', { name: 'Save' }).click();
  await heading(page, script);
  await press(page, 'Delete');
  await box.getByText(/All its codes end at once/).waitFor();
  await box.getByRole('button', { name: 'Delete' }).click();
  await page.getByText('The coupon is deleted. Its codes are refused.').waitFor();
  const codes = (await now(`/promotion_codes?coupon=${coupon.id}`)).data;
  assert.deepEqual(new Set(codes.map((one: { status: string }) => one.status)), new Set(['archived']));
});

test('a payment link is made, opened by its address, and closed', async () => {
  const { page } = seat;
  const { world } = site;
  const mug = await made(world, '/v1/products', { name: 'Mug' });
  await made(world, '/v1/prices', { product: mug.id, amounts: [{ currency: 'USD', unit_amount: 1_200 }] });
  await page.goto(at(site, '/products/links'));
  await page.getByText('No payment links yet').waitFor();
  await page.getByRole('button', { name: 'Add a payment link' }).last().click();
  const box = dialog(page);
  await box.getByRole('combobox', { name: 'Product' }).fill('mu');
  await page.getByRole('option', { name: 'Mug' }).click();
  await box.getByRole('combobox', { name: 'Price' }).selectOption({ label: '$12.00' });
  await box.getByRole('checkbox', { name: 'The customer chooses how many' }).check();
  await box.getByRole('textbox', { name: 'At most', exact: true }).fill('5');
  await box.getByRole('combobox', { name: 'After they paid' }).selectOption('message');
  await box.getByRole('textbox', { name: 'Message' }).fill('Thank you!');
  assert.deepEqual(await axeFindings(page), [], 'the dialog');
  await box.getByRole('button', { name: 'Add a payment link' }).click();
  await heading(page, 'Payment link');
  const link = await now(`/payment_links/${idOf(page)}`);
  assert.deepEqual(link.line_items[0].adjustable_quantity, { minimum: 1, maximum: 5 });
  await page.getByAltText('QR code of the address').waitFor();
  await press(page, 'Copy the address');
  assert.equal(await page.evaluate('navigator.clipboard.readText()'), link.url);
  const visit = await fetch(link.url);
  assert.equal(visit.status, 200);
  await press(page, 'Deactivate');
  await box.getByRole('button', { name: 'Deactivate' }).click();
  await page.getByText('The payment link is off.').waitFor();
  assert.equal((await now(`/payment_links/${link.id}`)).active, false);
});

test('a tax rate is added to the millionth and taken out of use; a meter is added', async () => {
  const { page } = seat;
  await page.goto(at(site, '/products/tax-rates'));
  await page.getByRole('button', { name: 'Add a tax rate' }).first().click();
  const box = dialog(page);
  await box.getByRole('textbox', { name: 'Name on invoices' }).fill('Sales tax');
  await box.getByRole('textbox', { name: 'Country' }).fill('us');
  await box.getByRole('textbox', { name: 'Region' }).fill('NY');
  await box.getByRole('textbox', { name: 'Rate' }).fill('8.875');
  await box.getByRole('button', { name: 'Add a tax rate' }).click();
  await page.getByRole('cell', { name: '8.875 %' }).waitFor();
  const [rate] = (await now('/tax_rates')).data;
  assert.deepEqual([rate.rate_ppm, rate.country, rate.region, rate.inclusive], [88_750, 'US', 'NY', false]);
  await page.getByRole('button', { name: /^Deactivate\W+Sales tax/ }).click();
  await box.getByRole('button', { name: 'Deactivate' }).click();
  await page.getByRole('button', { name: /^Activate\W+Sales tax/ }).waitFor();
  await page.goto(at(site, '/products/meters'));
  await page.getByRole('button', { name: 'Add a meter' }).first().click();
  await box.getByRole('textbox', { name: 'Name', exact: true }).fill('API calls');
  await box.getByRole('textbox', { name: 'Name of its events' }).fill('api_call');
  await box.getByRole('button', { name: 'Add a meter' }).click();
  await page.getByRole('cell', { name: 'api_call' }).waitFor();
});

test('products are found by a part of their name, and an id opens from the search', async () => {
  const { page } = seat;
  await page.goto(at(site, '/products'));
  await page.getByRole('textbox', { name: 'Part of the name' }).fill('COFF');
  await page.getByRole('link', { name: 'Mug' }).waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Coffee club' }).waitFor();
  assert.equal(new URL(page.url()).searchParams.get('name'), 'COFF');
  await page.getByRole('textbox', { name: 'Part of the name' }).fill('%');
  await page.getByText('No product fits.').waitFor();
  const [price] = (await now('/prices')).data;
  await page.keyboard.press('ControlOrMeta+k');
  await page.getByRole('textbox', { name: 'Search' }).fill(price.id);
  await dialog(page).getByRole('link', { name: price.id }).waitFor();
  await page.keyboard.press('Enter');
  await heading(page, '$12.00');
});

test('whoever may only read sees everything and no button', async () => {
  const { email } = await addPerson(site.world, ['finance']);
  const reader = await sit(browser, { viewport: phone });
  await enrolAt(site, reader.page, email);
  const writing = /^(Add|Edit|Archive|Delete|Rename|Disable|Deactivate)/;
  for (const path of ['/products', '/products/coupons', '/products/links', '/products/meters', '/products/tax-rates']) {
    await reader.page.goto(at(site, path));
    await heading(reader.page, 'Products');
    await reader.page.getByRole('status', { name: 'Loading' }).first().waitFor({ state: 'detached' });
    assert.equal(await reader.page.getByRole('button', { name: writing }).count(), 0, path);
    assert.deepEqual(await axeFindings(reader.page), [], path);
    assert.equal(await overflow(reader.page), 0, path);
  }
  assert.deepEqual(reader.complaints, []);
  await reader.close();
  assert.deepEqual(seat.complaints, [], 'nothing that was typed ran');
});
