// Browsers that ask for a page before anybody goes there, and programs that show what an address leads to: nothing may be used up or made
// for them.

import type { FastifyRequest } from 'fastify';

export function looksAhead({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  const purpose = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'].map((name) => String(headers[name] ?? ''));
  return purpose.some((text) => /prefetch|prerender|preview/i.test(text));
}

/** What calls itself one of these only wants to show or index the address. */
const robot = /bot\b|crawl|spider|preview|facebookexternalhit|whatsapp|slurp/i;

export const isRobot = ({ headers }: Pick<FastifyRequest, 'headers'>): boolean =>
  robot.test(headers['user-agent'] ?? '');
