// A merchant's colours on the page in a browser: they are there, whatever they are the text can be read, and axe finds nothing, in the
// light and in the dark; and the settings show the same page before it is saved.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { axeFindings, newSession, phone, visit } from '../kit/checkout-page.ts';
import { launchChromium } from '../kit/chromium.ts';
import { at, enrolAt, sit } from '../kit/dashboard-page.ts';
import { eventually } from '../kit/eventually.ts';
import { addPerson } from '../kit/people.ts';
import { openSite, type Site } from '../kit/site.ts';

type Browsing = { getComputedStyle(element: unknown): { backgroundColor: string } };

let site: Site;
let browser: Browser;

before(async () => {
  site = await openSite();
  browser = await launchChromium();
});

after(async () => {
  await browser?.close();
  await site?.close();
});

const brand = async (brand_color: string) => {
  const { env, tenant } = site.world;
  await env.db.query
    .updateTable('merchants')
    .set({ brand_color })
    .where('id', '=', tenant.account.merchant_id)
    .execute();
};

const buttonOf = (page: Page) =>
  page.evaluate<string>(`getComputedStyle(document.querySelector('#pay')).backgroundColor`);

for (const [color, rgb] of [
  ['#ffd400', 'rgb(255, 212, 0)'],
  ['#ffffff', 'rgb(255, 255, 255)'],
  ['#101010', 'rgb(16, 16, 16)'],
  ['#7a7a7a', 'rgb(122, 122, 122)'],
] as const)
  test(`${color}: the button has it, and everything can be read`, async () => {
    await brand(color);
    const session = await newSession(site, {
      line_items: [{ name: 'Tea', quantity: 2, unit_amount: 500 }],
      taxes: [{ name: 'VAT', amount: 200 }],
      amount_total: 1_200,
    });
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, complaints, close } = await visit(browser, session.url, { viewport: phone, colorScheme });
      assert.equal(await buttonOf(page), rgb);
      assert.deepEqual(await axeFindings(page), [], colorScheme);
      // What stands in the colour of a refusal and of a chosen field, too.
      await page.click('#pay');
      await page.locator('.error:visible').first().waitFor();
      assert.deepEqual(await axeFindings(page), [], `${colorScheme}, refused`);
      assert.deepEqual(complaints, []);
      await close();
    }
  });

test('the settings show the page as it would be, then keep it', async () => {
  await brand('#0b6b4f');
  const { email } = await addPerson(site.world, ['admin']);
  const { page, complaints, close } = await sit(browser);
  await enrolAt(site, page, email);
  await page.goto(at(site, '/settings/branding'));
  const frame = page.frameLocator('iframe[title="Preview of the checkout page"]');
  await frame.locator('#pay').waitFor();
  const field = page.getByRole('textbox', { name: 'Colour', exact: true });
  assert.equal(await field.inputValue(), '#0b6b4f');
  await field.fill('#b');
  await page.getByText('Write six digits').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Save' }).isDisabled(), true);
  await field.fill('#b02a5b');
  const shown = () =>
    frame.locator('#pay').evaluate((one) => (globalThis as unknown as Browsing).getComputedStyle(one).backgroundColor);
  await eventually('the preview has the colour', async () =>
    (await shown()) === 'rgb(176, 42, 91)' ? true : undefined,
  );
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.').waitFor();
  await close();
  const session = await newSession(site);
  const customer = await visit(browser, session.url);
  assert.equal(await buttonOf(customer.page), 'rgb(176, 42, 91)');
  await customer.close();
  assert.deepEqual(complaints, []);
});
