// What a browser fetches to show the checkout: the page of a payment that waits for its customer, and every script and style
// that its HTML names, as they travel (gzip).

import { request } from 'undici';
import type { Server } from './place.ts';

export type PageWeight = { kilobytes: number; requests: number };

/** The path of a payment's page that waits for its customer. */
export async function openCheckout(server: Server, key: string): Promise<string> {
  const made = await fetch(`${server.origin}/v1/payments`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ amount: 1999, currency: 'USD', description: 'Two bags of coffee' }),
  });
  const { checkout_url } = (await made.json()) as { checkout_url?: string };
  if (checkout_url === undefined) throw new Error(`no hosted payment: ${made.status}`);
  return new URL(checkout_url).pathname;
}

export async function weighCheckout(server: Server, key: string): Promise<PageWeight> {
  const path = await openCheckout(server, key);
  const page = await fetch(`${server.origin}${path}`);
  if (!page.ok) throw new Error(`the checkout page answered ${page.status}`);
  const html = await page.text();
  const assets = [...html.matchAll(/<(?:script|link|img)[^>]+(?:src|href)="(\/assets\/[^"]+)"/g)].map(
    (match) => match[1] ?? '',
  );
  const paths = [path, ...new Set(assets)];
  const sizes = await Promise.all(paths.map((path) => bytesOf(`${server.origin}${path}`)));
  return { kilobytes: sizes.reduce((sum, size) => sum + size, 0) / 1000, requests: paths.length };
}

/** The body's bytes on the wire: undici's `request` leaves them compressed. */
async function bytesOf(url: string): Promise<number> {
  const answer = await request(url, { headers: { 'accept-encoding': 'gzip' } });
  return (await answer.body.bytes()).length;
}
