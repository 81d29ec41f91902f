// A person at the dashboard in a browser of their own: signs in through the front door, and is told by the browser what is wrong.
// Must never sleep: every wait is for a condition.

import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { codeAt, password } from './people.ts';
import type { Site } from './site.ts';

export type Seat = { page: Page; context: BrowserContext; complaints: string[]; close(): Promise<void> };

export const phone = { width: 390, height: 844 };
export const desktop = { width: 1440, height: 900 };

export async function sit(browser: Browser, options: BrowserContextOptions = {}): Promise<Seat> {
  const context = await browser.newContext({
    viewport: desktop,
    locale: 'en-US',
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const seat: Seat = { page, context, complaints: [], close: () => context.close() };
  page.on('pageerror', (error) => seat.complaints.push(`script: ${error.message}`));
  page.on('console', (message) => {
    // A refusal is told by the page; the browser's own line about its status is no complaint.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      seat.complaints.push(`console: ${message.text()}`);
  });
  return seat;
}

export const at = (site: Site, path: string) => `${site.base}/dashboard${path}`;

/** Password, then the authenticator that is set up the first time. Returns its secret. */
export async function enrolAt(site: Site, page: Page, email: string, given = password, path = '/'): Promise<string> {
  await page.goto(at(site, path));
  await page.getByLabel('E-mail').fill(email);
  await page.getByRole('textbox', { name: 'Password' }).fill(given);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByAltText('QR code for your authenticator').waitFor();
  const secret = await page.getByTestId('totp-secret').innerText();
  await page.getByLabel('Code from your authenticator').fill(codeAt(secret, site.world.clock.now()));
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
  await page.getByLabel('I have stored them').check();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  return secret;
}

/** No wider than the screen: nothing is cut off and nothing has to be pushed sideways. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
