// A customer at the hosted page: opens it in a browser of their own, types a card, presses, and is told by axe and by the browser
// what is wrong with it. Must never sleep: every wait is for a condition.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { sql } from 'kysely';
import type { Browser, BrowserContext, BrowserContextOptions, Frame, Page, Request } from 'playwright-core';
import type { Site } from './site.ts';

export type Press = { key: string | undefined; body: Record<string, unknown> };

export type Visit = {
  page: Page;
  context: BrowserContext;
  /** What the browser found wrong: policy violations, errors of the console and of the script. */
  complaints: string[];
  /** Every POST of a payment, in order. */
  presses: Press[];
  close(): Promise<void>;
};

export const phone = { width: 390, height: 844 };
export const desktop = { width: 1440, height: 900 };
/** The merchant's site, far away: answered by the browser itself. */
export const shop = 'https://shop.example';

/** Motion is off, so that a colour is never measured halfway. */
export async function visit(browser: Browser, address: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({
    viewport: desktop,
    locale: 'en-US',
    reducedMotion: 'reduce',
    ...options,
  });
  await context.route(`${shop}/**`, (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Shop</title><h1>Shop</h1>' }),
  );
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const seen = { page, context, complaints: [], presses: [], close: () => context.close() } satisfies Visit as Visit;
  listen(seen);
  await page.goto(address);
  return seen;
}

function listen({ page, complaints, presses }: Visit): void {
  page.on('pageerror', (error) => complaints.push(`script: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (isPress(request)) presses.push({ key: request.headers()['idempotency-key'], body: request.postDataJSON() });
  });
}

const isPress = (request: Request) => request.method() === 'POST' && /\/pay\/[^/]+\/payments$/.test(request.url());

let amounts = 0;
/** Another amount for every session of a file, so that the provider's books tell them apart. */
export const nextAmount = (): number => 10_000 + 7 * ++amounts;

export type Session = { id: string; url: string; amount: number };

export async function newSession(site: Site, more: Record<string, unknown> = {}): Promise<Session> {
  const body = { amount_total: nextAmount(), currency: 'USD', ...more };
  const answer = await site.world.call('POST', '/v1/checkout_sessions', body);
  assert.equal(answer.status, 201, answer.text);
  return { id: answer.body.id, url: answer.body.url, amount: body.amount_total };
}

export type Card = { number?: string; expiry?: string; cvc?: string; name?: string; postal?: string; email?: string };

/** Types as a hand does, so that the shaping of digits takes part. */
export async function typeCard(page: Page, card: Card = {}): Promise<void> {
  const { number = '4242424242424242', expiry = '1234', cvc = '123', name = 'Ada Lovelace', postal = '94107' } = card;
  if (await page.locator('#email:not([readonly])').count()) await page.fill('#email', card.email ?? 'ada@example.com');
  for (const [id, digits] of [
    ['number', number],
    ['expiry', expiry],
    ['cvc', cvc],
  ] as const) {
    await page.fill(`#${id}`, '');
    await page.locator(`#${id}`).pressSequentially(digits);
  }
  await page.fill('#name', name);
  await page.fill('#postal', postal);
}

export async function payWith(page: Page, number?: string): Promise<void> {
  await typeCard(page, { number });
  await page.click('#pay');
}

export const shown = (page: Page, id: string) => page.locator(`#${id}:visible`).waitFor();
export const noticeOf = async (page: Page): Promise<string> => {
  await page.locator('#notice:not(:empty)').waitFor();
  return page.innerText('#notice');
};
/** `#id` of the focused element, else its tag. */
export const focusOf = (page: Page) =>
  page.evaluate<string>('document.activeElement.id || document.activeElement.tagName');
export const focusComes = (page: Page, id: string) => page.waitForFunction(`document.activeElement.id === '${id}'`);

export type Authorization = { status: string; scenario: string };

/** Authorizations of this amount in the provider's own books: what it was really asked to take. */
export async function authorizations(site: Site, amount: number): Promise<Authorization[]> {
  const { rows } = await sql<Authorization>`
    select status, scenario from simulator_calls where kind = 'authorize' and amount = ${amount} order by created_at`.execute(
    site.world.env.db.query,
  );
  return rows;
}

/** One approved authorization, and one completed payment of the session. */
export async function paidOnce(site: Site, { id, amount }: Session): Promise<void> {
  const approved = (await authorizations(site, amount)).filter((call) => call.status === 'approved');
  assert.equal(approved.length, 1, 'the provider approved once');
  const { data } = (await site.world.call('GET', `/v1/payments?checkout_session=${id}`)).body;
  const completed = data.filter((payment: { status: string }) => payment.status === 'completed');
  assert.deepEqual(
    completed.map((p: Record<string, unknown>) => [p.amount, p.amount_captured]),
    [[amount, amount]],
  );
  const session = (await site.world.call('GET', `/v1/checkout_sessions/${id}`)).body;
  assert.deepEqual([session.status, session.payment], ['complete', completed[0].id]);
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const everything = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** The rules that look at colours: all that a change of the colour scheme alone can break. */
const colours = ['color-contrast', 'link-in-text-block'];

export const colourFindings = (page: Page) => axeFindings(page, colours);

type Found = { id: string; impact: string | null; nodes: { target: string[]; failureSummary?: string }[] };

/** A dialog that has just opened gets its name with the next render; one that never gets it is found. */
const dialogsNamed = `new Promise((done) => {
  const unnamed = '[role=dialog]:not([aria-label]):not([aria-labelledby])';
  const look = (frames) =>
    frames === 0 || !document.querySelector(unnamed) ? done(true) : requestAnimationFrame(() => look(frames - 1));
  look(120);
})`;

/** In a world of its own beside the page's, so that the page's policy stays as strict as it is and sees nothing of it. */
export async function axeFindings(page: Page | Frame, rules = everything): Promise<string[]> {
  const context = 'context' in page ? page.context() : page.page().context();
  const client = await context.newCDPSession(page);
  try {
    const { frameTree } = await client.send('Page.getFrameTree');
    const { executionContextId } = await client.send('Page.createIsolatedWorld', {
      frameId: frameTree.frame.id,
      worldName: 'axe',
    });
    const run = (expression: string) =>
      client.send('Runtime.evaluate', {
        expression,
        contextId: executionContextId,
        awaitPromise: true,
        returnByValue: true,
      });
    const there = await run('typeof axe');
    if (there.result.value !== 'object') await run(`${axe};0`);
    await run(dialogsNamed);
    const options = JSON.stringify({ runOnly: rules, iframes: false, resultTypes: ['violations'] });
    const { result, exceptionDetails } = await run(`axe.run(document, ${options}).then((r) => r.violations)`);
    if (exceptionDetails) throw new Error(`axe failed: ${exceptionDetails.exception?.description}`);
    return (result.value as Found[]).flatMap((found) =>
      found.nodes.map((node) => `${found.id} ${node.target.join(' ')}: ${node.failureSummary?.split('\n')[1]?.trim()}`),
    );
  } finally {
    await client.detach();
  }
}
