// What all lists of the dashboard have in common: filters stand in the address and “back” takes them back, names come in one call, and a
// file holds what the list shows.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { newCard, newCustomer } from '../kit/billing.ts';
import { made } from '../kit/catalog.ts';
import { launchChromium } from '../kit/chromium.ts';
import { at, enrolAt, type Seat, sit } from '../kit/dashboard-page.ts';
import { addPerson } from '../kit/people.ts';
import { openSite, type Site } from '../kit/site.ts';

let site: Site;
let browser: Browser;
let seat: Seat;

before(async () => {
  site = await openSite();
  browser = await launchChromium();
  const { world } = site;
  for (const email of ['ada@example.com', 'nora@example.com']) {
    const body = { amount: 1_000, currency: 'USD', token: await world.token(), email };
    const paid = await world.call('POST', '/v1/payments', body);
    assert.equal(paid.status, 201, paid.text);
  }
  const { email } = await addPerson(world, ['admin']);
  seat = await sit(browser);
  await enrolAt(site, seat.page, email);
});

after(async () => {
  await browser?.close();
  await site?.close();
});

const searchIs = (page: Page, search: string) =>
  page.waitForURL((url) => url.search === search, { waitUntil: 'commit' });

test('a choice and what is typed go into the address; back takes a choice back, and an address fills the fields', async () => {
  const { page } = seat;
  await page.goto(at(site, '/disputes'));
  await page.getByText('No disputes.').waitFor();
  await page.getByText('Won', { exact: true }).click();
  await searchIs(page, '?status=won');
  await page.getByText('Nothing fits these filters.').waitFor();
  await page.goBack();
  await searchIs(page, '');
  await page.getByText('No disputes.').waitFor();

  await page.goto(at(site, '/balances/activities'));
  await page.getByRole('cell', { name: 'Charge' }).first().waitFor();
  await page.getByRole('combobox', { name: 'Type' }).selectOption('refund');
  await searchIs(page, '?type=refund');
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await searchIs(page, '');
  await page.getByRole('cell', { name: 'Charge' }).first().waitFor();

  await newCustomer(site.world, { email: 'grace@example.com', name: 'Grace' });
  await page.goto(at(site, '/customers'));
  const field = page.getByRole('textbox', { name: /e-mail/i });
  await field.fill('nobody@example.com');
  await searchIs(page, '?email=nobody%40example.com');
  await page.getByText('Nothing fits these filters.').waitFor();
  await page.goto(at(site, '/customers?email=grace%40example.com'));
  await page.getByRole('link', { name: 'Grace' }).waitFor();
  assert.equal(await field.inputValue(), 'grace@example.com');
  assert.equal(await page.getByRole('row').count(), 2, 'one, under the names of the columns');
  assert.deepEqual(seat.complaints, []);
});

test('the customers of a page of subscriptions are asked for in one call', async () => {
  const { page } = seat;
  const { world } = site;
  const product = await made(world, '/v1/products', { name: 'Club' });
  const price = await made(world, '/v1/prices', {
    product: product.id,
    type: 'recurring',
    amounts: [{ currency: 'USD', unit_amount: 500 }],
    recurring: { interval: 'month' },
  });
  for (const name of ['Zoe', 'Yves', 'Xenia']) {
    const customer = await newCustomer(world, { name, email: `${name.toLowerCase()}@example.com` });
    await newCard(world, customer);
    await made(world, '/v1/subscriptions', { customer, price: price.id });
  }
  const asked: string[] = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith('/v1/customers')) asked.push(pathname);
  });
  await page.goto(at(site, '/billing/subscriptions'));
  for (const name of ['Zoe', 'Yves', 'Xenia']) await page.getByRole('link', { name }).waitFor();
  assert.deepEqual(asked, ['/v1/customers']);
});

test('the file of transactions holds what the list shows', async () => {
  const { page } = seat;
  await page.goto(at(site, '/payments?email=nora%40example.com'));
  await page.getByRole('link', { name: /10\.00/ }).waitFor();
  await page.getByRole('button', { name: 'CSV' }).click();
  await page.getByText('Those that the list shows with its filters').waitFor();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('dialog').getByRole('button', { name: 'Download' }).click(),
  ]);
  const text = await readFile(await file.path(), 'utf8');
  assert.match(text, /nora@example\.com/);
  assert.ok(!text.includes('ada@example.com'), 'what the list leaves out');
});

test('the file of invoices is narrowed as the list is', async () => {
  const { page } = seat;
  const { world } = site;
  const invoices = (await world.call('GET', '/v1/invoices')).body.data;
  const [one, other] = invoices;
  assert.notEqual(one.customer, other.customer);
  const today = new Date(one.created_at).toISOString().slice(0, 10);
  await page.goto(at(site, `/billing/invoices?customer=${one.customer}&status=paid&to=${today}`));
  await page.getByRole('link', { name: one.number }).waitFor();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).click()]);
  const text = await readFile(await file.path(), 'utf8');
  assert.ok(text.includes(one.id));
  assert.ok(!text.includes(other.id), 'what the list leaves out');
  assert.deepEqual(seat.complaints, []);
});
