// What a browser fetches to show the checkout: the page of a payment that waits for its customer, and every script and style
// that its HTML names, as they travel (gzip).

import { request } from 'undici';
import type { Server } from './place.ts';

export type PageWeight = { kilobytes: number; requests: number };

export async function weighCheckout(server: Server, key: string): Promise<PageWeight> {
  const made = await fetch(`${server.origin}/v1/payments`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ amount: 1999, currency: 'USD', description: 'Two bags of coffee' }),
  });
  const { checkout_url } = (await made.json()) as { checkout_url?: string };
  if (checkout_url === undefined) throw new Error(`no hosted payment: ${made.status}`);
  const page = await fetch(`${server.origin}${new URL(checkout_url).pathname}`);
  if (!page.ok) throw new Error(`the checkout page answered ${page.status}`);
  const html = await page.text();
  const assets = [...html.matchAll(/<(?:script|link|img)[^>]+(?:src|href)="(\/assets\/[^"]+)"/g)].map(
    (match) => match[1] ?? '',
  );
  const paths = [new URL(checkout_url).pathname, ...new Set(assets)];
  const sizes = await Promise.all(paths.map((path) => bytesOf(`${server.origin}${path}`)));
  return { kilobytes: sizes.reduce((sum, size) => sum + size, 0) / 1000, requests: paths.length };
}

/** The body's bytes on the wire: undici's `request` leaves them compressed. */
async function bytesOf(url: string): Promise<number> {
  const answer = await request(url, { headers: { 'accept-encoding': 'gzip' } });
  return (await answer.body.bytes()).length;
}
