// The story of the dashboard in a browser: the first administrator comes in, makes a key, takes a payment with it, finds it, refunds
// it, sees the webhook and sends it again; then invites somebody for finance, who sees balances and no developers.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { openFirstAdmin } from '../../src/identity/first-admin.ts';
import { must } from '../../src/kit/assert.ts';
import { readMailbox } from '../../src/mail/mail.ts';
import { axeFindings } from '../kit/checkout-page.ts';
import { launchChromium } from '../kit/chromium.ts';
import { at, enrolAt, overflow, phone, type Seat, sit } from '../kit/dashboard-page.ts';
import { eventually } from '../kit/eventually.ts';
import { addPerson, codeAt, password } from '../kit/people.ts';
import { openSite, type Site } from '../kit/site.ts';

let site: Site;
let browser: Browser;
let admin: Seat;

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();
const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).click();

before(async () => {
  site = await openSite();
  browser = await launchChromium();
  admin = await sit(browser);
});

after(async () => {
  await browser?.close();
  await site?.close();
});

test('from the first start to a webhook that is sent again', async () => {
  const { page } = admin;
  const first = await openFirstAdmin(site.world.env, site.world.tenant.account.account_id);
  await enrolAt(site, page, first.email, must(first.password, 'the first start gives a password'));

  // The empty overview leads to a key.
  await page.getByRole('heading', { name: 'Take your first payment' }).waitFor();
  await press(page, 'Make a key');
  await heading(page, 'Developers');
  await press(page, 'Create a key');
  await page.getByLabel('Name').fill('shop');
  await page.getByRole('dialog').getByRole('button', { name: 'Create a key' }).click();
  const key = (await page.getByTestId('secret').innerText()).trim();
  assert.match(key, /^sk_test_/);
  await press(page, 'I have stored it');
  await page.getByRole('cell', { name: 'shop', exact: true }).waitFor();
  assert.ok(!(await page.content()).includes(key), 'the key is shown once');

  await page.getByRole('link', { name: 'Webhooks' }).click();
  await page.getByRole('button', { name: 'Add an endpoint' }).first().click();
  await page.getByRole('textbox', { name: 'Address' }).fill(site.receiver_url);
  await page.getByRole('dialog').getByRole('button', { name: 'Add an endpoint' }).click();
  assert.match(await page.getByTestId('secret').innerText(), /^whsec_/);
  await press(page, 'I have stored it');
  await page.getByRole('link', { name: site.receiver_url }).waitFor();

  const paid = await site.world.call(
    'POST',
    '/v1/payments',
    {
      amount: 2_599,
      currency: 'USD',
      token: await site.world.token(),
      email: 'grace@example.com',
      merchant_reference: 'ORD-1',
    },
    { as: key },
  );
  assert.equal(paid.body.status, 'completed', paid.text);

  // Found by what a person knows of it.
  await page.keyboard.press('ControlOrMeta+k');
  await page.getByRole('textbox', { name: 'Search' }).fill('grace@example.com');
  await page
    .getByRole('dialog')
    .getByRole('link', { name: /25\.99/ })
    .waitFor();
  await page.keyboard.press('Enter');
  await heading(page, '$25.99');
  for (const text of ['grace@example.com', 'Visa •••• 4242', 'ORD-1', 'Authorization code', 'Risk'])
    await page.getByText(text, { exact: true }).first().waitFor();

  // What cannot be done says why, and does nothing.
  const capture = page.getByRole('button', { name: /^Capture/ });
  assert.equal(await capture.getAttribute('aria-disabled'), 'true');
  await capture.hover();
  await page.getByRole('tooltip', { name: 'Only an authorized payment can be captured.' }).waitFor();

  await press(page, 'Refund');
  const amount = page.getByRole('textbox', { name: 'Amount' });
  assert.equal(await amount.inputValue(), '25.99', 'the most is filled in');
  await amount.fill('5.00');
  await page.getByRole('combobox', { name: 'Reason' }).selectOption('duplicate');
  await page.getByRole('textbox', { name: 'Note' }).fill('Ordered twice');
  await press(page, 'Refund $5.00');
  await page.getByText('The refund is made.').waitFor();
  await page.getByText('Duplicate: Ordered twice').waitFor();
  const refunds = await site.world.call('GET', `/v1/refunds?payment=${paid.body.id}`, undefined, { as: key });
  assert.deepEqual(
    refunds.body.data.map((one: Record<string, unknown>) => [one.amount, one.reason, one.note]),
    [[500, 'duplicate', 'Ordered twice']],
  );

  await page.goto(at(site, '/developers/webhooks'));
  await page.getByRole('link', { name: site.receiver_url }).click();
  await heading(page, site.receiver_url);
  const delivered = page.getByRole('row', { name: /refund\.succeeded Delivered/ });
  await delivered.waitFor();
  const times = () => site.received.filter(({ body }) => body.includes('"refund.succeeded"')).length;
  assert.equal(times(), 1);
  await delivered.getByRole('button', { name: 'Resend' }).click();
  await page.getByText('It is sent again.').waitFor();
  await eventually('the second delivery', () => (times() === 2 ? true : undefined));

  await page.goto(at(site, '/payments?email=grace%40example.com'));
  await page.getByRole('link', { name: /25\.99/ }).waitFor();
  await page.goto(at(site, '/payments?email=nobody%40example.com'));
  await page.getByText('No payment fits.').waitFor();
  assert.deepEqual(admin.complaints, []);
});

test('the overview hears of a payment by itself', async () => {
  const { page } = admin;
  await page.goto(at(site, '/'));
  await page.locator('.live.on').waitFor();
  await page.getByRole('link', { name: /25\.99/ }).waitFor();
  await site.world.call('POST', '/v1/payments', { amount: 777, currency: 'USD', token: await site.world.token() });
  await page.getByRole('link', { name: /7\.77/ }).waitFor();
});

test('somebody for finance sees balances and no developers', async () => {
  const { page } = admin;
  await page.goto(at(site, '/settings/users'));
  await press(page, 'Invite a person');
  await page.getByRole('textbox', { name: 'E-mail' }).fill('fin@example.com');
  await page.getByLabel(/^Finance/).check();
  await page.getByRole('dialog').getByRole('button', { name: 'Invite a person' }).click();
  await page.getByText('The invitation is on its way.').waitFor();
  const link = await invitationLink(site, 'fin@example.com');

  const seat = await sit(browser, { viewport: phone });
  await seat.page.goto(link);
  await seat.page.getByText('fin@example.com').waitFor();
  const chosen = 'meadow-copper-lantern-41';
  await seat.page.getByRole('textbox', { name: 'New password' }).fill(chosen);
  await seat.page.getByRole('textbox', { name: 'The password once more' }).fill(chosen);
  await press(seat.page, 'Accept the invitation');
  await seat.page.getByText('You can sign in now.').waitFor();
  await enrolAt(site, seat.page, 'fin@example.com', chosen);
  await press(seat.page, 'Menu');
  const menu = seat.page.getByRole('navigation', { name: 'Main' });
  await menu.getByRole('link', { name: 'Balances' }).waitFor();
  assert.deepEqual(await menu.getByRole('link').allInnerTexts(), [
    'Overview',
    'Transactions',
    'Balances',
    'Disputes',
    'Customers',
    'Billing',
    'Products',
    'Settings',
  ]);
  await menu.getByRole('link', { name: 'Balances' }).click();
  await heading(seat.page, 'Balances');
  await seat.page.getByText('Can be paid out and refunded from.').waitFor();
  // Whoever types the address is refused by the server, and is told.
  await seat.page.goto(at(site, '/developers/keys'));
  await seat.page.getByRole('alert').filter({ hasText: 'api_keys:read' }).waitFor();
  assert.equal(await seat.page.getByRole('button', { name: 'Create a key' }).count(), 0);
  assert.deepEqual(seat.complaints, []);
  await seat.close();
});

test('before one is in: nothing for axe to find on any step, and a wrong password and code are told', async () => {
  const { email } = await addPerson(site.world, ['operations']);
  const { page, complaints, close } = await sit(browser, { viewport: phone });
  const clean = async (step: string) => assert.deepEqual(await axeFindings(page), [], step);
  await page.goto(at(site, '/reset'));
  await heading(page, 'Reset your password');
  await clean('asking for a reset');
  await page.goto(at(site, '/invitations/none'));
  await page.getByRole('alert').waitFor();
  await clean('an invitation that is none');
  await page.goto(at(site, '/'));
  await page.getByLabel('E-mail').fill(email);
  await page.getByRole('textbox', { name: 'Password' }).fill('not-the-password-1');
  await press(page, 'Sign in');
  await page.getByRole('alert').waitFor();
  await clean('a wrong password');
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await press(page, 'Sign in');
  const secret = await page.getByTestId('totp-secret').innerText();
  await page.getByLabel('Code from your authenticator').fill('000000');
  await press(page, 'Continue');
  await page.getByRole('alert').waitFor();
  await clean('a wrong code');
  await page.getByLabel('Code from your authenticator').fill(codeAt(secret, site.world.clock.now()));
  await press(page, 'Continue');
  await heading(page, 'Your recovery codes');
  await clean('recovery codes');
  assert.deepEqual(complaints, []);
  await close();
});

const pages: readonly (readonly [path: string, title: string])[] = [
  ['/', 'Overview'],
  ['/payments', 'Transactions'],
  ['/balances', 'Balances'],
  ['/balances/activities', 'Balances'],
  ['/balances/settlements', 'Balances'],
  ['/balances/payouts', 'Balances'],
  ['/balances/bank-accounts', 'Balances'],
  ['/disputes', 'Disputes'],
  ['/customers', 'Customers'],
  ['/billing/subscriptions', 'Billing'],
  ['/billing/invoices', 'Billing'],
  ['/products', 'Products'],
  ['/products/coupons', 'Products'],
  ['/products/links', 'Products'],
  ['/products/meters', 'Products'],
  ['/products/tax-rates', 'Products'],
  ['/developers/keys', 'Developers'],
  ['/developers/access-keys', 'Developers'],
  ['/developers/webhooks', 'Developers'],
  ['/developers/events', 'Developers'],
  ['/developers/requests', 'Developers'],
  ['/settings/profile', 'Settings'],
  ['/settings/users', 'Settings'],
  ['/settings/merchants', 'Settings'],
  ['/settings/branding', 'Settings'],
  ['/settings/billing', 'Settings'],
  ['/settings/portal', 'Settings'],
  ['/settings/emails', 'Settings'],
  ['/settings/account', 'Settings'],
  ['/settings/audit', 'Settings'],
];

test('every page: nothing for axe to find and nothing cut off, on a phone in the dark and on a desk in the light', async () => {
  const { page } = admin;
  const found: string[] = [];
  for (const [size, colorScheme] of [
    [phone, 'dark'],
    [{ width: 1440, height: 900 }, 'light'],
  ] as const) {
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme });
    for (const [path, title] of pages) {
      await page.goto(at(site, path));
      await heading(page, title);
      await page.getByRole('status', { name: 'Loading' }).first().waitFor({ state: 'detached' });
      for (const finding of await axeFindings(page)) found.push(`${path} ${colorScheme}: ${finding}`);
      if ((await overflow(page)) > 0) found.push(`${path} is wider than ${size.width} px`);
    }
  }
  assert.deepEqual(found, []);
  assert.deepEqual(admin.complaints, []);
});

async function invitationLink({ world }: Site, email: string): Promise<string> {
  const mails = await readMailbox(world.env, world.env.db.query);
  const mail = must(
    mails.find((one) => one.to === email),
    'the mail of the invitation waits in the mailbox',
  );
  return must(/http\S+\/dashboard\/invitations\/\S+/.exec(mail.text)?.[0], 'the mail holds a link');
}
