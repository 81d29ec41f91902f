// What a test of the catalog or of coupons sells: a product with a price, a code that takes something off, a page that is paid.

import assert from 'node:assert/strict';
import type { World } from './world.ts';

type Fields = Record<string, unknown>;
// biome-ignore lint/suspicious/noExplicitAny: a test reads answers field by field
type Made = any;

export async function made(world: World, path: string, body: Fields): Promise<Made> {
  const reply = await world.call('POST', path, body);
  assert.ok(reply.status < 300, `${path}: ${reply.text}`);
  return reply.body;
}

export async function priceOf(
  world: World,
  unit_amount = 1_000,
  more: Fields = {},
  product: Fields = {},
): Promise<Made> {
  const { id } = await made(world, '/v1/products', { name: 'Beans', ...product });
  return await made(world, '/v1/prices', { product: id, amounts: [{ currency: 'USD', unit_amount }], ...more });
}

let codes = 0;
export async function codeOf(world: World, coupon: Fields = {}, code: Fields = {}): Promise<Made> {
  const terms = 'fixed_amounts' in coupon ? coupon : { percentage_bps: 2_500, ...coupon };
  const { id } = await made(world, '/v1/coupons', { name: 'Spring sale', ...terms });
  return await made(world, '/v1/promotion_codes', { coupon: id, code: `CODE-${++codes}`, ...code });
}

export const sessionOf = (world: World, more: Fields = {}): Promise<Made> =>
  made(world, '/v1/checkout_sessions', { currency: 'USD', ...more });

export const sessionNow = async (world: World, id: string): Promise<Made> =>
  (await world.call('GET', `/v1/checkout_sessions/${id}`)).body;
export const codeNow = async (world: World, id: string): Promise<Made> =>
  (await world.call('GET', `/v1/promotion_codes/${id}`)).body;

/** As the page does. */
export const tryCode = (world: World, session: string, code: string | null) =>
  world.call<Made>('POST', `/pay/${session}/promotion_code`, { code });

let presses = 0;
export async function payPage(world: World, session: string, more: Fields = {}, card?: string): Promise<Made> {
  const token = await world.token(card);
  return await world.call('POST', `/pay/${session}/payments`, { token, ...more }, { key: `press-${++presses}` });
}

/** Reserved and redeemed, of a code. */
export const countsOf = async (world: World, id: string): Promise<[number, number]> => {
  const code = await codeNow(world, id);
  return [code.times_reserved, code.times_redeemed];
};
