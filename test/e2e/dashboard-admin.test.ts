// What an administrator and finance do now and then: pictures, people, merchants, a payout taken back, an endpoint's secret and the past
// of it sent again. Each is pressed in a browser and proved by what the API and the receiver say afterwards.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { readMailbox } from '../../src/mail/mail.ts';
import { rejectPayout } from '../../src/payouts/review-payout.ts';
import { axeFindings } from '../kit/checkout-page.ts';
import { launchChromium } from '../kit/chromium.ts';
import { at, desktop, enrolAt, overflow, phone, type Seat, sit } from '../kit/dashboard-page.ts';
import { eventually } from '../kit/eventually.ts';
import { availableOf, fund, operate, usAccount } from '../kit/payouts.ts';
import { addPerson, password } from '../kit/people.ts';
import { openSite, type Site } from '../kit/site.ts';

let site: Site;
let browser: Browser;
let seat: Seat;
let email: string;

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();
const dialog = (page: Page) => page.getByRole('dialog');
const told = (text: string) => seat.page.getByRole('status').getByText(text).first().waitFor();

before(async () => {
  site = await openSite();
  browser = await launchChromium();
  const { world } = site;
  await fund(world, 80_000);
  await usAccount(world);
  await eventually('the bank account is verified', async () => {
    world.clock.advance(86_400_000);
    await world.work();
    const [account] = (await world.call('GET', '/v1/bank_accounts')).body.data;
    return account.status === 'verified' ? true : undefined;
  });
  email = (await addPerson(world, ['admin'], { installation_admin: true })).email;
  seat = await sit(browser);
  await enrolAt(site, seat.page, email);
});

after(async () => {
  await browser?.close();
  await site?.close();
});

const picture = async (name: string) => ({
  name,
  mimeType: 'image/png',
  buffer: await sharp({ create: { width: 300, height: 120, channels: 3, background: '#b02a5b' } })
    .png()
    .toBuffer(),
});

async function choose(page: Page, press: string, file: { name: string; mimeType: string; buffer: Buffer }) {
  const choosing = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: press }).click();
  await (await choosing).setFiles(file);
}

/** From our own store, and really drawn. */
async function shownPicture(page: Page, part: string) {
  const image = page.locator(`${part} img[src*="/pictures/pic_"]`).first();
  await image.waitFor();
  await eventually('the picture is drawn', async () =>
    (await image.evaluate((one) => (one as unknown as { naturalWidth: number }).naturalWidth > 0)) ? true : undefined,
  );
}

test('a payout is taken back, and its money is available again', async () => {
  const { page } = seat;
  const { world } = site;
  const before_ = await availableOf(world);
  const asked = await world.call('POST', '/v1/payouts', { currency: 'USD', amount: 12_300 });
  assert.equal(asked.status, 201, asked.text);
  await page.goto(at(site, '/balances/payouts'));
  await page
    .getByRole('row', { name: /123\.00/ })
    .getByRole('button', { name: 'Cancel' })
    .click();
  await dialog(page).getByText('$123.00').waitFor();
  await dialog(page).getByRole('button', { name: 'Cancel the payout' }).click();
  await page.getByRole('row', { name: /123\.00.*Cancelled/ }).waitFor();
  assert.equal((await world.call('GET', `/v1/payouts/${asked.body.id}`)).body.status, 'cancelled');
  assert.equal(await availableOf(world), before_);
  assert.equal(
    await page
      .getByRole('row', { name: /123\.00/ })
      .getByRole('button', { name: 'Cancel' })
      .count(),
    0,
  );
});

test('a payout has a page: from the list, its activity and the search; cancelled there by keyboard; a refusal says why', async () => {
  const { page } = seat;
  const { world } = site;
  const asked = (await world.call('POST', '/v1/payouts', { currency: 'USD', amount: 4_500, description: 'Rent' })).body;
  const steps = page.locator('.steps');
  await page.goto(at(site, '/balances/payouts'));
  await page.getByRole('link', { name: '$45.00' }).click();
  await heading(page, 'Payout $45.00');
  await page.getByText('In review').first().waitFor();
  await page.getByText('Rent', { exact: true }).waitFor();
  await page.getByRole('link', { name: /6789$/ }).waitFor();
  const moved = page.getByRole('region', { name: 'What it moved on the balance' });
  await moved.getByRole('row', { name: /^Payout -\$45\.00/ }).waitFor();
  assert.equal(await moved.getByRole('row').count(), 2, 'its own movements alone, under their names');
  for (const [size, colorScheme] of [
    [phone, 'dark'],
    [desktop, 'light'],
  ] as const) {
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await axeFindings(page), [], colorScheme);
    assert.equal(await overflow(page), 0);
  }

  const cancel = page.getByRole('button', { name: 'Cancel the payout' });
  await cancel.focus();
  await page.keyboard.press('Enter');
  const verb = dialog(page).getByRole('button', { name: 'Cancel the payout' });
  await verb.waitFor();
  await verb.focus();
  await page.keyboard.press('Enter');
  await steps.getByText('Cancelled').waitFor();
  await steps.getByText('The money is in your balance again.').waitFor();
  await moved.getByRole('row', { name: /^Payout failure \$45\.00/ }).waitFor();
  assert.equal(await cancel.getAttribute('aria-disabled'), 'true');
  assert.match(await cancel.innerText(), /Nothing is left to cancel/);

  await page.goto(at(site, '/balances/activities'));
  await page
    .getByRole('link', { name: `Show ${asked.id}` })
    .first()
    .click();
  await heading(page, 'Payout $45.00');
  const other = (await world.call('POST', '/v1/payouts', { currency: 'USD', amount: 4_600 })).body;
  await operate(world.ctx(), rejectPayout, { id: other.id, reason: '<b>Papers missing</b>' });
  await page.keyboard.press('Control+k');
  await page.getByRole('textbox', { name: 'Search' }).fill(other.id);
  await page.getByRole('link', { name: `${other.id} Payout` }).waitFor();
  await page.keyboard.press('Enter');
  await heading(page, 'Payout $46.00');
  await steps.getByText('“<b>Papers missing</b>”').waitFor();
  assert.equal(await steps.getByText('Sent to the bank').count(), 0);
  assert.deepEqual(seat.complaints, []);
});

test('an endpoint gets a new secret, shown once, and what it missed is sent again', async () => {
  const { page } = seat;
  const { world } = site;
  const made = await world.call('POST', '/v1/webhook_endpoints', { url: site.receiver_url, events: ['*'] });
  await page.goto(at(site, `/developers/webhooks/${made.body.id}`));
  await heading(page, site.receiver_url);
  await page.getByRole('button', { name: 'New secret' }).click();
  await dialog(page).getByRole('combobox').selectOption({ label: '1 hour' });
  await dialog(page).getByRole('button', { name: 'New secret' }).click();
  const secret = (await page.getByTestId('secret').innerText()).trim();
  assert.match(secret, /^whsec_/);
  assert.notEqual(secret, made.body.secret);
  await page.getByRole('button', { name: 'I have stored it' }).click();
  await page.getByText('Old secret until').waitFor();
  assert.ok(!(await page.content()).includes(secret), 'the secret is shown once');

  await page.getByRole('button', { name: 'Disable', exact: true }).click();
  await dialog(page).getByRole('button', { name: 'Disable' }).click();
  await page.getByRole('button', { name: 'Enable', exact: true }).waitFor();
  const missed = await world.call('POST', '/v1/payments', {
    amount: 4_321,
    currency: 'USD',
    token: await world.token(),
  });
  const heard = () => site.received.filter(({ body }) => body.includes(missed.body.id)).length;
  await page.getByRole('button', { name: 'Enable', exact: true }).click();
  await page.getByRole('button', { name: 'Recover' }).click();
  assert.equal(heard(), 0, 'a disabled endpoint is told nothing');
  await dialog(page)
    .getByLabel('Since')
    .fill(new Date(world.clock.now().getTime() - 3_600_000).toISOString().slice(0, 16));
  await dialog(page).getByRole('button', { name: 'Recover' }).click();
  await page.getByText(/deliver(y is|ies are) sent again\./).waitFor();
  await eventually('the missed event', () => (heard() >= 1 ? true : undefined));
});

test('a logo and an avatar are chosen, drawn anew and shown; what is no picture is refused with its request', async () => {
  const { page } = seat;
  const { world } = site;
  await page.goto(at(site, '/settings/merchants'));
  await page.getByRole('button', { name: 'Name / Logo' }).first().click();
  await choose(page, 'Choose a logo', {
    name: 'evil.png',
    mimeType: 'image/png',
    buffer: Buffer.from('<svg onload=x>'),
  });
  await dialog(page).getByText('The content is no PNG').waitFor();
  await dialog(page).getByText(/^req_/).waitFor();
  await choose(page, 'Choose a logo', await picture('logo.png'));
  await told('Saved.');
  const { logo_url } = (await visitMerchant()) ?? {};
  assert.match(String(logo_url), /\/pictures\/pic_[0-9a-f]{40}$/);
  await page.goto(at(site, '/settings/merchants'));
  await shownPicture(page, 'table');

  await page.goto(at(site, '/settings/profile'));
  await choose(page, 'Choose a picture', await picture('me.png'));
  await told('Saved.');
  await shownPicture(page, 'main');
  const { avatar_url } = await world.env.db.query
    .selectFrom('users')
    .select('avatar_url')
    .where('email', '=', email)
    .executeTakeFirstOrThrow();
  assert.match(String(avatar_url), /\/pictures\/pic_/);
});

async function visitMerchant() {
  const { world } = site;
  return await world.env.db.query
    .selectFrom('merchants')
    .select('logo_url')
    .where('id', '=', world.tenant.account.merchant_id)
    .executeTakeFirst();
}

test('a person’s second step and password are reset, and they are disabled: each ends their sessions', async () => {
  const { page } = seat;
  const { world } = site;
  const person = await addPerson(world, ['operations']);
  const theirs = await sit(browser);
  await enrolAt(site, theirs.page, person.email);
  const calls = theirs.context.request;
  const inside = async () => (await calls.get(`${site.base}/v1/session`)).status();
  const signIn = () =>
    calls.post(`${site.base}/v1/sign_in`, {
      headers: { origin: site.base },
      data: { email: person.email, password },
    });
  assert.equal(await inside(), 200);
  const act = async (name: string) => {
    await page.getByRole('button', { name: `… Change ${person.email}` }).click();
    await page.getByRole('menuitem', { name, exact: true }).click();
    await dialog(page).getByText(person.email).waitFor();
    assert.deepEqual(await axeFindings(page), [], name);
    await dialog(page).getByRole('button', { name, exact: true }).click();
    await dialog(page).waitFor({ state: 'detached' });
  };
  await page.goto(at(site, '/settings/users'));
  await act('Reset two steps');
  assert.equal(await inside(), 401);
  assert.equal((await (await signIn()).json()).next, 'enrol_totp', 'the second step is set up anew');
  await act('Reset password');
  assert.notEqual((await signIn()).status(), 200, 'the old password opens nothing');
  const mails = await readMailbox(world.env, world.env.db.query);
  assert.ok(mails.some(({ to, text }) => to === person.email && text.includes('/dashboard/reset/')));
  await act('Disable');
  await page
    .getByRole('row', { name: new RegExp(person.email) })
    .getByText('Disabled')
    .waitFor();
  assert.notEqual((await signIn()).status(), 200);
  await theirs.close();
});

test('a new merchant waits for review and is approved by the installation', async () => {
  const { page } = seat;
  await page.goto(at(site, '/settings/merchants'));
  await page.getByRole('button', { name: 'Add a merchant' }).click();
  await dialog(page).getByRole('textbox', { name: 'Name' }).fill('Night Bakery');
  await dialog(page).getByRole('button', { name: 'Add a merchant' }).click();
  const row = page.getByRole('row', { name: /Night Bakery/ });
  await row.getByText('Pending review').waitFor();
  await page.getByText('All of the installation').click();
  await row.getByRole('button', { name: 'Approve' }).click();
  await dialog(page).getByText('Live payments are accepted from now on.').waitFor();
  await dialog(page).getByRole('button', { name: 'Approve' }).click();
  await row.waitFor({ state: 'detached' });
  await page.getByText('Company', { exact: true }).click();
  await row.getByText('Active').waitFor();
  assert.deepEqual(seat.complaints, []);
});
