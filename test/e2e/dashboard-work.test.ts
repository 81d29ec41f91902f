// A day's work at the dashboard: capturing, answering a dispute with a document, a payout asked for and taken back, views, columns and
// files; and what is shown when the server refuses. By keyboard where it says so.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { axeFindings } from '../kit/checkout-page.ts';
import { launchChromium } from '../kit/chromium.ts';
import { at, enrolAt, type Seat, sit } from '../kit/dashboard-page.ts';
import { eventually } from '../kit/eventually.ts';
import { addPerson } from '../kit/people.ts';
import { openSite, type Site } from '../kit/site.ts';

let site: Site;
let browser: Browser;
let seat: Seat;

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();
const dialog = (page: Page) => page.getByRole('dialog');

const pay = async (amount: number, more: Record<string, unknown> = {}, number?: string) => {
  const { world } = site;
  const body = { amount, currency: 'USD', token: await world.token(number), ...more };
  const made = await world.call('POST', '/v1/payments', body);
  assert.equal(made.status, 201, made.text);
  return made.body;
};

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

test('a held payment is captured in part, and the rest cancelled', async () => {
  const { page } = seat;
  const held = await pay(9_000, { capture: false });
  await page.goto(at(site, `/payments/${held.id}`));
  await heading(page, '$90.00');
  await page.getByRole('button', { name: 'Capture', exact: true }).click();
  await dialog(page).getByRole('textbox', { name: 'Amount' }).fill('40');
  assert.deepEqual(await axeFindings(page), [], 'a dialog');
  await dialog(page).getByRole('button', { name: 'Capture' }).click();
  await page.getByText('The payment is captured.').waitFor();
  await page.getByText('Still to capture').waitFor();
  await page.getByRole('button', { name: 'Cancel payment' }).click();
  await dialog(page).waitFor();
  assert.deepEqual(await axeFindings(page), [], 'a dialog of what cannot be undone');
  await dialog(page).getByRole('button', { name: 'Cancel payment' }).click();
  await page.getByText('The payment is cancelled.').waitFor();
  const now = await site.world.call('GET', `/v1/payments/${held.id}`);
  assert.deepEqual([now.body.status, now.body.amount_captured], ['completed', 4_000]);
});

test('a dispute is challenged with a text and a document', async () => {
  const { page } = seat;
  await pay(4_200, {}, '4000000000000259');
  const dispute = await eventually('the dispute', async () => {
    site.world.clock.advance(30_000);
    await site.world.work();
    return (await site.world.call('GET', '/v1/disputes')).body.data[0];
  });
  await page.goto(at(site, '/disputes'));
  await page.getByRole('link', { name: /42\.00/ }).click();
  await heading(page, 'Dispute $42.00');
  await page.getByRole('textbox', { name: 'What happened' }).fill('Delivered on 3 May and signed for');
  await page.getByRole('combobox', { name: 'What it shows' }).selectOption('proof_of_delivery_or_service');
  const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==';
  const choosing = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Add a file' }).click();
  await (await choosing).setFiles({ name: 'proof.png', mimeType: 'image/png', buffer: Buffer.from(pixel, 'base64') });
  await page.getByText('Proof of delivery or service:').waitFor();
  await page.getByRole('button', { name: 'Submit evidence' }).click();
  await dialog(page).getByRole('button', { name: 'Submit evidence' }).click();
  await page.getByText('The evidence is submitted.').waitFor();
  const now = await site.world.call('GET', `/v1/disputes/${dispute.id}`);
  assert.equal(now.body.evidence.text, 'Delivered on 3 May and signed for');
  assert.equal(now.body.evidence.items[0].type, 'proof_of_delivery_or_service');
  assert.match(now.body.evidence.items[0].file, /^file_/);
  assert.notEqual(now.body.status, 'needs_response');
});

test('a payout is asked for and taken back; a refusal names its request', async () => {
  const { page } = seat;
  const { world } = site;
  await pay(50_000);
  await page.goto(at(site, '/balances/bank-accounts'));
  await page.getByRole('button', { name: 'Add a bank account' }).first().click();
  await dialog(page).getByRole('textbox', { name: 'Account holder' }).fill('Acme Coffee');
  await dialog(page).getByRole('textbox', { name: 'Routing number' }).fill('110000001');
  await dialog(page).getByRole('textbox', { name: 'Account number' }).fill('000123456789');
  await dialog(page).getByRole('button', { name: 'Add a bank account' }).click();
  const refused = dialog(page).getByRole('alert');
  await refused.getByText('routing_number', { exact: true }).waitFor();
  await refused.getByText(/^req_/).waitFor();
  await dialog(page).getByRole('textbox', { name: 'Routing number' }).fill('110000000');
  await dialog(page).getByRole('button', { name: 'Add a bank account' }).click();
  await page.getByText('The bank account is added.').waitFor();
  await eventually('the bank account is verified and money is available', async () => {
    world.clock.advance(86_400_000);
    await world.work();
    await world.call('POST', '/v1/settlements');
    const [account] = (await world.call('GET', '/v1/bank_accounts')).body.data;
    const usd = (await world.call('GET', '/v1/balances')).body.data[0];
    return account.status === 'verified' && usd.available > 10_000 ? true : undefined;
  });
  // The days that passed ended the session.
  await seat.close();
  const { email } = await addPerson(world, ['finance']);
  seat = await sit(browser);
  await enrolAt(site, seat.page, email);
  const again = seat.page;
  await again.goto(at(site, '/balances/payouts'));
  await again.getByRole('button', { name: 'Request a payout' }).click();
  await dialog(again).getByRole('textbox', { name: 'Amount' }).fill('100.00');
  await dialog(again).getByRole('button', { name: 'Request a payout' }).click();
  await again.getByText('The payout is requested.').waitFor();
  await again.getByRole('link', { name: /100\.00/ }).waitFor();
  const [payout] = (await world.call('GET', '/v1/payouts')).body.data;
  assert.equal(payout.amount, 10_000);
  await again.getByRole('link', { name: /100\.00/ }).click();
  await heading(again, 'Payout $100.00');
  await again.getByRole('heading', { name: 'Timeline' }).waitFor();
  assert.equal(await again.getByRole('main').getByRole('alert').count(), 0, 'whoever may not read events sees it, too');
});

test('a view is kept, columns are chosen, and the file is that of the API', async () => {
  const { page } = seat;
  await page.goto(at(site, '/payments?status=completed&email=x%40example.com'));
  await page.getByText('No payment fits.').waitFor();
  await page.getByRole('button', { name: 'Saved views' }).click();
  await page.getByRole('menuitem', { name: 'Save this view' }).click();
  await dialog(page).getByRole('textbox', { name: 'Name of the view' }).fill('Mine');
  await page.keyboard.press('Enter');
  await dialog(page).waitFor({ state: 'detached' });
  await page.goto(at(site, '/payments'));
  await page.getByRole('link', { name: /500\.00/ }).waitFor();
  await page.getByRole('button', { name: 'Saved views' }).click();
  await page.getByRole('menuitem', { name: 'Mine' }).click();
  await page.getByText('No payment fits.').waitFor();
  assert.equal(new URL(page.url()).searchParams.get('email'), 'x@example.com');
  await page.getByRole('button', { name: 'Clear filters', exact: true }).first().click();
  await page.getByRole('columnheader', { name: 'Method' }).waitFor();
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Method' }).click();
  await page.getByRole('columnheader', { name: 'Method' }).waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'CSV' }).click();
  const saving = page.waitForEvent('download');
  await dialog(page).getByRole('button', { name: 'Download' }).click();
  const file = await saving;
  assert.match(file.suggestedFilename(), /payments.*\.csv$/);
});

test('by keyboard alone: the content, the search, a page and back', async () => {
  const { page } = seat;
  await page.goto(at(site, '/'));
  await heading(page, 'Overview');
  await page.keyboard.press('Tab');
  assert.equal(await page.locator(':focus').innerText(), 'Skip to the content');
  await page.keyboard.press('ControlOrMeta+k');
  await page.getByRole('textbox', { name: 'Search' }).waitFor();
  assert.deepEqual(await axeFindings(page), [], 'the search');
  await page.keyboard.type('balances');
  await dialog(page).getByRole('link', { name: 'Balances' }).waitFor();
  await page.keyboard.press('Enter');
  await heading(page, 'Balances');
  await page.goBack();
  await heading(page, 'Overview');
  assert.deepEqual(seat.complaints, []);
});
