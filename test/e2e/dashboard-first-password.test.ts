// The first sign-in of an installation that others can reach: the printed password opens nothing but the page on which one's own is chosen.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { openFirstAdmin } from '../../src/identity/first-admin.ts';
import { must } from '../../src/kit/assert.ts';
import { axeFindings } from '../kit/checkout-page.ts';
import { launchChromium } from '../kit/chromium.ts';
import { at, overflow, phone, sit } from '../kit/dashboard-page.ts';
import { codeAt } from '../kit/people.ts';
import { openSite, type Site } from '../kit/site.ts';

let site: Site;
let browser: Browser;
before(async () => {
  site = await openSite({ settings: { HOST: '0.0.0.0' } });
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  await site?.close();
});

test('whoever comes with the printed password chooses their own first, whatever page they ask for', async () => {
  const { page, complaints } = await sit(browser, { viewport: phone });
  const first = await openFirstAdmin(site.world.env, site.world.tenant.account.account_id);
  const printed = must(first.password, 'nobody has signed in');
  await page.goto(at(site, '/developers/keys'));
  await page.getByLabel('E-mail').fill(first.email);
  await page.getByRole('textbox', { name: 'Password' }).fill(printed);
  await page.getByRole('button', { name: 'Sign in' }).click();
  const secret = await page.getByTestId('totp-secret').innerText();
  await page.getByLabel('Code from your authenticator').fill(codeAt(secret, site.world.clock.now()));
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByLabel('I have stored them').check();
  await page.getByRole('button', { name: 'Continue' }).click();

  const asked = page.getByRole('heading', { level: 1, name: 'Choose your own password' });
  await asked.waitFor();
  await page.goto(at(site, '/payments'));
  await asked.waitFor();
  assert.equal(await page.getByRole('navigation').count(), 0, 'no page of the dashboard is there');
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await axeFindings(page), [], colorScheme);
  }
  assert.equal(await overflow(page), 0);

  const fill = async (own: string) => {
    await page.getByRole('textbox', { name: 'The printed password' }).fill(printed);
    await page.getByRole('textbox', { name: 'New password' }).fill(own);
    await page.getByRole('textbox', { name: 'The password once more' }).fill(own);
    await page.getByRole('button', { name: 'Save' }).click();
  };
  await fill(printed);
  await page.getByText('This is your current password. Choose another one.').waitFor();
  await fill('copper-meadow-lantern-52');
  await page.getByRole('heading', { level: 1, name: 'Transactions' }).waitFor();
  assert.deepEqual(complaints, []);
});
