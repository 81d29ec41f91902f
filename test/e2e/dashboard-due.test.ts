// Billing that is paid later, and what is planned ahead, at the dashboard: a subscription whose invoices are sent, counted from a day of
// the month, with another plan to follow; an invoice by hand; both marked as paid elsewhere. The overview tells what is owed in between.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { newCard, newCustomer } from '../kit/billing.ts';
import { made } from '../kit/catalog.ts';
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

before(async () => {
  site = await openSite();
  browser = await launchChromium();
  const { world } = site;
  const product = await made(world, '/v1/products', { name: 'Coffee club' });
  for (const unit_amount of [1_900, 1_200]) {
    await made(world, '/v1/prices', {
      product: product.id,
      type: 'recurring',
      amounts: [{ currency: 'USD', unit_amount }],
      recurring: { interval: 'month' },
    });
  }
  await newCustomer(world, { email: 'nora@example.com', name: 'Nora' });
  const { email } = await addPerson(world, ['admin']);
  seat = await sit(browser);
  await enrolAt(site, seat.page, email);
});

after(async () => {
  await browser?.close();
  await site?.close();
});

test('a subscription without a card: invoices are sent, periods begin on a day, and another plan follows', async () => {
  const { page } = seat;
  await page.goto(at(site, '/billing/subscriptions'));
  await page.getByRole('button', { name: 'Add a subscription' }).first().click();
  const asked = dialog(page);
  const choose = async (field: string, text: string, place = 0) => {
    await asked.getByRole('combobox', { name: field }).nth(place).click();
    await page.getByRole('option', { name: text }).click();
  };
  await choose('Customer', 'Nora · nora@example.com');
  await asked.getByText('This customer has no saved card.').waitFor();
  await asked.getByRole('combobox', { name: 'How it is paid' }).selectOption('send');
  assert.equal(await asked.getByText('This customer has no saved card.').count(), 0, 'none is needed');
  await asked.getByRole('textbox', { name: 'Days to pay' }).fill('0');
  await asked.getByText('A whole number from 1 to 365.').waitFor();
  await asked.getByRole('textbox', { name: 'Days to pay' }).fill('10');
  await choose('Product', 'Coffee club');
  await asked.getByRole('combobox', { name: 'Price' }).selectOption({ label: '$12.00 a month' });
  await asked.getByRole('combobox', { name: 'Periods begin' }).selectOption('day');
  await asked.getByRole('textbox', { name: 'Day of the month' }).fill('31');
  await asked.getByRole('checkbox', { name: 'Another plan follows' }).check();
  const begin = asked.getByRole('button', { name: 'Begin and send the invoice' });
  assert.ok(await begin.isDisabled(), 'what follows is not said yet');
  await asked.getByRole('textbox', { name: 'Periods of this plan first' }).fill('3');
  await choose('Product', 'Coffee club', 1);
  await asked.getByRole('combobox', { name: 'Price' }).nth(1).selectOption({ label: '$19.00 a month' });
  assert.deepEqual(await axeFindings(page), []);
  await begin.click();

  await heading(page, 'Coffee club');
  await page.getByText('By invoice, within 10 days').waitFor();
  await page.getByRole('heading', { name: 'What follows' }).waitFor();
  await page.getByText('Coffee club, $19.00 a month').waitFor();
  await page.getByRole('heading', { name: 'The next invoice' }).waitFor();
  await page.getByText(/^To be paid until/).waitFor();
  const id = new URL(page.url()).pathname.split('/').at(-1);
  const { body } = await site.world.call('GET', `/v1/subscriptions/${id}`);
  assert.partialDeepStrictEqual(body, { status: 'active', collection_method: 'send_invoice', days_until_due: 10 });
  assert.equal(body.scheduled_phases.length, 1);
  const begins = new Date(body.current_period_end);
  assert.equal(new Date(begins.getTime() + 86_400_000).getUTCDate(), 1, 'the last day of the month');
});

test('what follows is said anew while it runs, for axe and in its width on a phone', async () => {
  const { page } = seat;
  await page.setViewportSize(phone);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.getByRole('button', { name: 'Say what follows' }).click();
  const asked = dialog(page);
  await asked.getByText(/It takes the place of what is scheduled now/).waitFor();
  await asked.getByRole('combobox', { name: 'Product' }).click();
  await page.getByRole('option', { name: 'Coffee club' }).click();
  await asked.getByRole('combobox', { name: 'Price' }).selectOption({ label: '$19.00 a month' });
  await asked.getByRole('textbox', { name: 'For how many periods' }).fill('6');
  assert.deepEqual(await axeFindings(page), []);
  assert.equal(await overflow(page), 0);
  await asked.getByRole('button', { name: 'Schedule the change' }).click();
  await page.getByText('The change is scheduled.').waitFor();
  await page.getByText('for 6 periods').waitFor();
});

test('how it is paid is changed: other days, and by a card once there is one', async () => {
  const { page } = seat;
  const path = new URL(page.url()).pathname.split('/').at(-1);
  const now = async () => (await site.world.call('GET', `/v1/subscriptions/${path}`)).body;
  const asked = dialog(page);
  const way = asked.getByRole('combobox', { name: 'How it is paid' });
  const change = asked.getByRole('button', { name: 'Change how it is paid' });
  const open = () => page.getByRole('button', { name: 'Change how it is paid' }).click();
  await open();
  await way.waitFor();
  assert.ok(await change.isDisabled(), 'nothing is different yet');
  await way.selectOption('charge');
  await asked.getByText('This customer has no saved card.').waitFor();
  assert.ok(await change.isDisabled(), 'nothing to charge');
  await way.selectOption('send');
  await asked.getByRole('textbox', { name: 'Days to pay' }).fill('30');
  assert.deepEqual(await axeFindings(page), []);
  assert.equal(await overflow(page), 0);
  await change.click();
  await page.getByText('By invoice, within 30 days').waitFor();
  assert.equal((await now()).days_until_due, 30);

  await newCard(site.world, (await now()).customer);
  await page.reload();
  await open();
  await way.selectOption('charge');
  await asked.getByRole('combobox', { name: 'Card', exact: true }).waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await change.click();
  await page.getByText('A saved card is charged').waitFor();
  assert.partialDeepStrictEqual(await now(), { collection_method: 'charge_automatically', days_until_due: null });
  assert.equal((await now()).latest_payment, null, 'what was sent is not charged by it');
});

test('an invoice by hand is sent; the overview tells what is owed, and leads there; it is paid elsewhere', async () => {
  const { page } = seat;
  await page.goto(at(site, '/billing/invoices'));
  await page.getByRole('button', { name: 'Create an invoice' }).first().click();
  const asked = dialog(page);
  await asked.getByRole('combobox', { name: 'Customer' }).click();
  await page.getByRole('option', { name: 'Nora · nora@example.com' }).click();
  await asked.getByRole('textbox', { name: 'What for' }).fill('Workshop');
  await asked.getByRole('textbox', { name: 'Amount' }).fill('450.00');
  assert.deepEqual(await axeFindings(page), []);
  await asked.getByRole('button', { name: 'Create and send it' }).click();
  await heading(page, /^INV-/);
  const number = await page.getByRole('heading', { level: 1 }).innerText();
  await page.getByText('Workshop').waitFor();
  assert.deepEqual(await axeFindings(page), []);

  await page.goto(at(site, '/'));
  await page.getByText(/on 2 invoices/).waitFor();
  await page.getByRole('link', { name: 'Unpaid invoices' }).click();
  await page.waitForURL(/\/billing\/invoices\?status=open$/);
  await page.getByRole('link', { name: number }).click();
  await page.getByRole('button', { name: 'Mark paid' }).click();
  await asked.getByRole('textbox', { name: 'Reference of the payment' }).fill('SEPA 4711');
  await asked.getByRole('button', { name: 'Mark paid' }).click();
  await page.getByText('The invoice is marked as paid.').waitFor();
  await page.getByText('SEPA 4711').waitFor();
  const [invoice] = (await site.world.call('GET', '/v1/invoices?limit=1')).body.data;
  assert.partialDeepStrictEqual(invoice, {
    status: 'paid',
    paid_out_of_band: true,
    amount_paid: 45_000,
    payment: null,
  });
  assert.deepEqual(seat.complaints, []);
});
