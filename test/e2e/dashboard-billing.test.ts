// Subscriptions and invoices at the dashboard: one is made, changed after its preview, paused, cancelled with a reason and kept after all; a
// customer of the sandbox is moved through time; an invoice is paid, credited and voided; settings and the mails to customers.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { newCard, newCustomer } from '../kit/billing.ts';
import { made } from '../kit/catalog.ts';
import { axeFindings } from '../kit/checkout-page.ts';
import { launchChromium } from '../kit/chromium.ts';
import { at, desktop, enrolAt, overflow, phone, type Seat, sit } from '../kit/dashboard-page.ts';
import { eventually } from '../kit/eventually.ts';
import { addPerson } from '../kit/people.ts';
import { openSite, type Site } from '../kit/site.ts';

let site: Site;
let browser: Browser;
let seat: Seat;
let ada: string;
let nora: string;
let monthly: string;
let subscription: string;

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();
const dialog = (page: Page) => page.getByRole('dialog');
const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true }).click();
const idOf = (page: Page) => new URL(page.url()).pathname.split('/').at(-1) ?? '';
const now = async (path: string) => (await site.world.call('GET', `/v1${path}`)).body;

before(async () => {
  site = await openSite();
  browser = await launchChromium();
  const { world } = site;
  const { email } = await addPerson(world, ['admin']);
  const product = await made(world, '/v1/products', { name: 'Coffee club' });
  const price = (unit_amount: number, interval: string) =>
    made(world, '/v1/prices', {
      product: product.id,
      type: 'recurring',
      amounts: [{ currency: 'USD', unit_amount }],
      recurring: { interval },
    });
  monthly = (await price(1_900, 'month')).id;
  await price(19_000, 'year');
  const { id: coupon } = await made(world, '/v1/coupons', { name: 'Members', percentage_bps: 1_000 });
  await made(world, '/v1/promotion_codes', { coupon, code: 'CLUB10' });
  ada = await newCustomer(world);
  await newCard(world, ada);
  nora = await newCustomer(world, { email: 'nora@example.com', name: 'Nora' });
  await newCard(world, nora, '4000000000000341');
  seat = await sit(browser);
  await enrolAt(site, seat.page, email);
});

after(async () => {
  await browser?.close();
  await site?.close();
});

test('the empty list leads to the first subscription, which is charged to the saved card', async () => {
  const { page } = seat;
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Billing' }).click();
  await heading(page, 'Billing');
  await page.getByText('No subscriptions yet').waitFor();
  await page.getByRole('button', { name: 'Add a subscription' }).last().click();
  const box = dialog(page);
  await box.getByRole('combobox', { name: 'Customer' }).click();
  await page.getByRole('option', { name: /Ada Lovelace/ }).click();
  await box.getByRole('combobox', { name: 'Product' }).click();
  await page.getByRole('option', { name: 'Coffee club' }).click();
  await box.getByRole('combobox', { name: 'Price' }).selectOption({ label: '$19.00 a month' });
  await box.getByRole('textbox', { name: 'Quantity' }).fill('2');
  await box.getByRole('textbox', { name: 'Reference' }).fill('CLUB-1');
  const sums = box.getByRole('region', { name: 'What it comes to' });
  await sums.getByText(/^\$38\.00 is charged now/).waitFor();
  await sums.getByText(/^The next invoice, on/).waitFor();
  await box.getByRole('textbox', { name: 'Trial days' }).fill('14');
  await sums.getByText(/^Nothing is charged now\. The trial runs until/).waitFor();
  await box.getByRole('button', { name: 'Begin the trial' }).waitFor();
  await box.getByRole('textbox', { name: 'Trial days' }).fill('');
  await box.getByRole('textbox', { name: 'Promotion code' }).fill('NOPE');
  await sums.getByRole('alert').getByText('There is no such promotion code.').waitFor();
  assert.equal(
    await box.getByRole('button', { name: /^Begin/ }).isDisabled(),
    true,
    'nothing is begun that was refused',
  );
  assert.deepEqual(await axeFindings(page), [], 'a refused preview');
  await box.getByRole('textbox', { name: 'Promotion code' }).fill('CLUB10');
  await sums.getByText('Members (CLUB10)').waitFor();
  await sums.getByText(/^\$34\.20 is charged now/).waitFor();
  await box.getByRole('textbox', { name: 'Promotion code' }).fill('');
  const begin = box.getByRole('button', { name: 'Begin and charge $38.00' });
  await begin.waitFor();
  await page.setViewportSize(phone);
  await page.emulateMedia({ colorScheme: 'dark' });
  assert.deepEqual(await axeFindings(page), [], 'the dialog on a phone');
  assert.equal(await overflow(page), 0);
  await page.setViewportSize(desktop);
  await page.emulateMedia({ colorScheme: 'light' });
  assert.deepEqual(await axeFindings(page), [], 'the dialog');
  assert.deepEqual((await now('/subscriptions')).data, [], 'a preview begins nothing');
  await begin.click();
  await heading(page, 'Coffee club');
  await page.getByText(/^It renews on .* for \$38\.00/).waitFor();
  subscription = idOf(page);
  const s = await now(`/subscriptions/${subscription}`);
  assert.deepEqual(
    [s.status, s.item.quantity, s.merchant_reference, s.customer, s.item.price],
    ['active', 2, 'CLUB-1', ada, monthly],
  );
  await page.getByRole('link', { name: 'INV-000001' }).waitFor();
});

test('a change of plan is charged as its preview said; one at the end of the period is taken back', async () => {
  const { page } = seat;
  await press(page, 'Change plan');
  const box = dialog(page);
  await box.getByText('Choose another price or quantity').waitFor();
  assert.equal(await box.getByRole('button', { name: /^Change/ }).isDisabled(), true, 'nothing is changed yet');
  await box.getByRole('combobox', { name: 'New price' }).selectOption({ label: '$190.00 a year' });
  const sums = box.getByRole('region', { name: 'What it comes to' });
  await sums.getByText(/Unused time of 2 × Coffee club/).waitFor();
  await box.getByRole('combobox', { name: 'What happens with the rest' }).selectOption('none');
  await box
    .getByRole('alert')
    .getByText(/a new period must begin/)
    .waitFor();
  assert.deepEqual(await axeFindings(page), [], 'a refused preview');
  await box.getByRole('combobox', { name: 'What happens with the rest' }).selectOption('full_now');
  const verb = box.getByRole('button', { name: 'Change and charge $380.00' });
  await verb.waitFor();
  assert.deepEqual(await axeFindings(page), [], 'the preview');
  assert.equal((await now(`/subscriptions/${subscription}`)).item.price, monthly, 'a preview changes nothing');
  await verb.click();
  await page.getByText('The plan is changed.').waitFor();
  const s = await now(`/subscriptions/${subscription}`);
  assert.equal(s.item.interval, 'year');
  const [last] = (await now(`/invoices?subscription=${subscription}`)).data;
  assert.deepEqual([last.status, last.amount_paid], ['paid', 38_000]);

  await press(page, 'Change plan');
  await box.getByRole('textbox', { name: 'Quantity' }).fill('1');
  await box.getByRole('combobox', { name: 'When' }).selectOption('period_end');
  await box.getByRole('button', { name: 'Schedule the change' }).click();
  await page.getByText(/the plan changes to Coffee club, \$190\.00 a year/).waitFor();
  await press(page, 'Take the change back');
  await page.getByText('The plan stays as it is.').waitFor();
  assert.deepEqual((await now(`/subscriptions/${subscription}`)).scheduled_phases, []);
});

test('paused and resumed; cancelled at the end with a reason, kept, and ended now with a hint at the refund', async () => {
  const { page } = seat;
  await press(page, 'Pause');
  await dialog(page).getByRole('button', { name: 'Pause' }).click();
  await page.getByText('It is paused: nothing is renewed until it is resumed.').waitFor();
  await press(page, 'Resume');
  await dialog(page).getByRole('button', { name: 'Resume' }).click();
  await page.getByText(/^It renews on/).waitFor();

  await press(page, 'Cancel');
  const box = dialog(page);
  await box.getByRole('combobox', { name: 'Reason' }).selectOption('too_expensive');
  await box.getByRole('textbox', { name: 'In their words' }).fill('<b>Too dear</b>');
  await box.getByRole('button', { name: 'Cancel the subscription' }).click();
  await page.getByText(/^It ends on .* and is not renewed\.$/).waitFor();
  await page.getByText('Too expensive: <b>Too dear</b>').waitFor();
  await press(page, 'Keep it');
  await page.getByText(/^It renews on/).waitFor();

  await press(page, 'Cancel');
  await box.getByRole('combobox', { name: 'When' }).selectOption('now');
  await box.getByText(/^About \$379\.\d\d of the current period is unused\./).waitFor();
  assert.deepEqual(await axeFindings(page), [], 'the dialog');
  await box.getByRole('combobox', { name: 'Reason' }).selectOption('no_longer_needed');
  await box.getByRole('button', { name: 'Cancel the subscription' }).click();
  await page.getByText('The subscription is cancelled.').waitFor();
  const s = await now(`/subscriptions/${subscription}`);
  assert.deepEqual([s.status, s.cancel_reason_code], ['canceled', 'no_longer_needed']);
  await page.getByText(/^It ended on/).waitFor();
  for (const name of ['Change plan', 'Pause', 'Cancel'])
    assert.equal(
      await page.getByRole('button', { name: new RegExp(`^${name}`) }).getAttribute('aria-disabled'),
      'true',
    );
  await page.getByRole('link', { name: 'The last payment, to refund it' }).click();
  await heading(page, '$380.00');
  await page.getByRole('button', { name: 'Refund' }).waitFor();
});

test('a sandbox customer lives by a test clock: two renewals while one looks', async () => {
  const { page } = seat;
  await page.goto(at(site, `/customers/${ada}`));
  await press(page, 'Give them a test clock');
  await dialog(page).getByRole('button', { name: 'Give them a test clock' }).click();
  await page.getByText('The test clock is made.').waitFor();
  const s = await made(site.world, '/v1/subscriptions', { customer: ada, price: monthly });
  await page.goto(at(site, `/billing/subscriptions/${s.id}`));
  const clock = page.locator('section').filter({ has: page.getByRole('heading', { name: 'Test clock' }) });
  await press(page, '+ 1 month');
  await clock.getByRole('textbox', { name: 'Advance to' }).fill(`${await monthsLater(s.current_period_end, 1)}T12:00`);
  assert.deepEqual(await axeFindings(page), [], 'a subscription with its clock');
  await press(page, 'Advance');
  await clock.getByText(/^Last advance: /).waitFor();
  const invoices = (await now(`/invoices?subscription=${s.id}`)).data;
  assert.deepEqual(
    invoices.map((one: { status: string }) => one.status),
    ['paid', 'paid', 'paid'],
  );
  await eventually('the page shows the third invoice', async () =>
    (await page.getByRole('link', { name: /^INV-/ }).count()) === 3 ? true : undefined,
  );
});

const monthsLater = async (from: string, count: number): Promise<string> => {
  const date = new Date(from);
  date.setUTCMonth(date.getUTCMonth() + count, 28);
  return date.toISOString().slice(0, 10);
};

test('filters stand in the address and find by status, currency, amount, customer and day', async () => {
  const { page } = seat;
  await page.goto(at(site, '/billing/subscriptions'));
  await page.getByRole('button', { name: 'Filters' }).click();
  await page.getByRole('combobox', { name: 'Currency' }).selectOption('USD');
  await page.getByRole('textbox', { name: 'Amount is' }).fill('19');
  await page.getByRole('textbox', { name: 'Customer' }).fill(ada);
  await page.getByLabel('Created from day').fill('2020-01-01');
  await page.getByRole('button', { name: 'Apply' }).click();
  const rows = page.getByRole('region', { name: 'Subscriptions' }).getByRole('row');
  await eventually('one row', async () => ((await rows.count()) === 2 ? true : undefined));
  const search = new URL(page.url()).searchParams;
  assert.deepEqual([search.get('amount'), search.get('customer'), search.get('from')], ['19', ada, '2020-01-01']);
  await page.goto(at(site, '/billing/subscriptions?status=canceled'));
  await page.getByRole('row', { name: /Coffee club × 2/ }).waitFor();
  await page.goto(at(site, '/billing/subscriptions?status=past_due'));
  await page.getByText('No subscription fits.').waitFor();
  await page.goto(at(site, '/billing/subscriptions?to=2020-01-01'));
  await page.getByText('No subscription fits.').waitFor();
});

test('an open invoice says why it failed, is paid with another card, and a part of it credited', async () => {
  const { page } = seat;
  const { world } = site;
  const s = await made(world, '/v1/subscriptions', { customer: nora, price: monthly });
  assert.equal(s.status, 'incomplete');
  await page.goto(at(site, '/billing/invoices?status=open'));
  await page.getByRole('link', { name: /^INV-/ }).click();
  await page.getByRole('heading', { name: 'Last payment' }).waitFor();
  const invoice = idOf(page);
  assert.deepEqual(await axeFindings(page), [], 'an open invoice');
  await press(page, 'Charge now');
  const box = dialog(page);
  await box.getByRole('button', { name: 'Charge $19.00' }).click();
  await box
    .getByRole('alert')
    .getByText(/^The payment was declined/)
    .waitFor();
  await newCard(world, nora);
  await page.reload();
  await press(page, 'Charge now');
  await box.getByRole('combobox', { name: 'Card' }).selectOption({ label: 'Visa •••• 4242, 12/2034' });
  await box.getByRole('button', { name: 'Charge $19.00' }).click();
  await page.getByText('The invoice is paid.').waitFor();
  assert.equal((await now(`/invoices/${invoice}`)).status, 'paid');
  assert.equal((await now(`/subscriptions/${s.id}`)).status, 'active');

  const pdf = page.waitForEvent('popup');
  await page.getByRole('link', { name: 'Customer’s page' }).click();
  await (await pdf).waitForLoadState();
  assert.match(await (await pdf).content(), /INV-\d+/);
  await (await pdf).close();

  await press(page, 'Credit');
  await box.getByRole('textbox', { name: 'Amount' }).fill('4.00');
  await box.getByRole('combobox', { name: 'Where the money goes' }).selectOption('credit_balance');
  await box.getByRole('textbox', { name: 'Printed on the note' }).fill('One bag was torn');
  await box.getByRole('button', { name: 'Credit $4.00' }).click();
  await page.getByText(/^Credit note .* is made\.$/).waitFor();
  await page.getByRole('cell', { name: 'Order change: One bag was torn' }).waitFor();
  assert.equal((await now(`/invoices/${invoice}`)).amount_credited, 400);
});

test('a discount is given to a subscription, and a card is made the default and another one removed', async () => {
  const { page } = seat;
  const { world } = site;
  const coupon = await made(world, '/v1/coupons', { name: 'Friends', percentage_bps: 1_000, duration: 'forever' });
  await made(world, '/v1/promotion_codes', { coupon: coupon.id, code: 'FRIENDS' });
  const [s] = (await now(`/subscriptions?customer=${nora}`)).data;
  await page.goto(at(site, `/billing/subscriptions/${s.id}`));
  await press(page, 'Give a discount');
  await dialog(page).getByRole('textbox', { name: 'Promotion code' }).fill('nothing');
  await dialog(page).getByRole('button', { name: 'Give a discount' }).click();
  await dialog(page).getByRole('alert').waitFor();
  await dialog(page).getByRole('textbox', { name: 'Promotion code' }).fill('friends');
  await dialog(page).getByRole('button', { name: 'Give a discount' }).click();
  await page.getByText('The discount is given.').waitFor();
  await page.getByText('10 % off · Forever').waitFor();

  await page.goto(at(site, `/customers/${nora}`));
  await page.getByRole('button', { name: /more about Visa •••• 4242/ }).click();
  await page.getByRole('menuitem', { name: 'Make it the default' }).click();
  await page.getByText('It is the default card now.').waitFor();
  await page.getByRole('button', { name: /more about Visa •••• 0341/ }).click();
  await page.getByRole('menuitem', { name: 'Remove the card' }).click();
  await dialog(page).getByRole('button', { name: 'Remove the card' }).click();
  await page.getByText('The card is removed.').waitFor();
  assert.equal((await now(`/payment_methods?customer=${nora}`)).data.length, 1);
  await press(page, 'Portal link');
  await dialog(page).getByRole('button', { name: 'Make the link' }).click();
  assert.match(await page.getByTestId('secret').innerText(), /\/portal\//);
  await press(page, 'I have stored it');
});

test('the schedule of tries, the portal and the mails are set; a mail is shown as it would be', async () => {
  const { page } = seat;
  await page.goto(at(site, '/settings/billing'));
  await page.getByRole('textbox', { name: 'Days between tries' }).fill('1, 3, x');
  await page.getByText('Write at most eight whole numbers').waitFor();
  await page.getByRole('textbox', { name: 'Days between tries' }).fill('1, 3');
  await page.getByText('Try 2, 4 days after it').waitFor();
  await page.getByRole('combobox', { name: 'After the last try' }).selectOption('keep_past_due');
  await page.getByRole('button', { name: 'Save' }).first().click();
  await page.getByText('The billing settings are saved.').waitFor();
  const settings = await now('/billing_settings');
  assert.deepEqual([settings.retry_days, settings.after_retries], [[1, 3], 'keep_past_due']);

  await page.goto(at(site, '/settings/portal'));
  await page.getByRole('combobox', { name: 'Cancelling' }).selectOption({ label: 'Not in the portal' });
  await page.getByRole('checkbox', { name: 'Customers may pause and resume' }).check();
  await press(page, 'Save');
  await page.getByText('The portal settings are saved.').waitFor();
  const portal = await now('/portal_settings');
  assert.deepEqual([portal.cancel_at, portal.pause], [[], true]);

  await page.goto(at(site, '/settings/emails'));
  const frame = page.frameLocator('iframe');
  await frame.getByText('Your invoice is paid').waitFor();
  await page.getByRole('button', { name: /^Preview\W+Trial ending/ }).click();
  await page.getByRole('combobox', { name: 'Language', exact: true }).selectOption('de');
  await eventually('the subject is German', async () =>
    /Test|Probe/.test(await page.getByTestId('subject').innerText()) ? true : undefined,
  );
  assert.equal(await frame.locator('html').getAttribute('lang'), 'de');
  await page.getByRole('checkbox', { name: 'Payment receipt' }).check();
  await page.getByText('The e-mail settings are saved.').waitFor();
  assert.equal((await now('/email_settings')).payment_receipt, true);
  assert.deepEqual(seat.complaints, []);
});

test('on a phone in the dark: every page of an object holds, for axe and in its width, and a reader has no button', async () => {
  const { email } = await addPerson(site.world, ['finance']);
  const reader = await sit(browser, { viewport: phone, colorScheme: 'dark' });
  await enrolAt(site, reader.page, email);
  const [s] = (await now(`/subscriptions?customer=${nora}`)).data;
  const pages = [
    `/billing/subscriptions/${subscription}`,
    `/billing/subscriptions/${s.id}`,
    `/billing/invoices/${s.latest_invoice}`,
    `/customers/${ada}`,
    '/settings/billing',
  ];
  for (const path of pages.slice(0, 4)) {
    await reader.page.goto(at(site, path));
    await reader.page.getByRole('heading', { level: 2 }).first().waitFor();
    await reader.page.getByRole('status', { name: 'Loading' }).first().waitFor({ state: 'detached' });
    assert.deepEqual(await axeFindings(reader.page), [], path);
    assert.equal(await overflow(reader.page), 0, path);
  }
  await reader.page.goto(at(site, `/billing/subscriptions/${s.id}`));
  const change = reader.page.getByRole('button', { name: /^Change plan/ });
  assert.equal(await change.getAttribute('aria-disabled'), 'true');
  assert.match(await change.innerText(), /Your role may look/);
  assert.deepEqual(reader.complaints, []);
  await reader.close();
});
