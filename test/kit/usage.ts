// What tests of usage need: a meter, a price that charges by it, and events.

import { createPrice } from '../../src/catalog/manage-prices.ts';
import { createProduct } from '../../src/catalog/manage-products.ts';
import { createCoupon } from '../../src/coupons/manage-coupons.ts';
import { createPromotionCode } from '../../src/coupons/manage-promotion-codes.ts';
import { isFault } from '../../src/kit/fault.ts';
import { createMeterEvent } from '../../src/meters/create-events.ts';
import { createMeter } from '../../src/meters/manage-meters.ts';
import type { Ctx } from '../../src/operation/context.ts';
import { ask } from './billing.ts';

let names = 0;
/** With the name of its events. */
export async function newMeter(ctx: Ctx, aggregation = 'sum', more: Record<string, unknown> = {}) {
  const event_name = `call_${++names}`;
  const meter = await ask(ctx, createMeter, { display_name: 'Calls', event_name, aggregation, ...more });
  return { id: meter.id as string, event_name };
}

export async function usagePrice(ctx: Ctx, meter: string, more: Record<string, unknown> = {}): Promise<string> {
  const product = await ask(ctx, createProduct, { name: 'API', tax_category: 'software_service' });
  const price = await ask(ctx, createPrice, {
    product: product.id,
    type: 'recurring',
    pricing_model: 'usage',
    meter,
    amounts: [{ currency: 'USD', unit_amount: 3 }],
    recurring: { interval: 'month' },
    ...more,
  });
  return price.id;
}

type Told = { identifier?: string; timestamp?: string };
export const use = (ctx: Ctx, event_name: string, customer: string, value: number | string, more: Told = {}) =>
  ask(ctx, createMeterEvent, { event_name, payload: { customer, value }, ...more });

export const newCoupon = async (ctx: Ctx, more: Record<string, unknown> = {}): Promise<string> => {
  const terms = 'fixed_amounts' in more ? more : { percentage_bps: 2_500, ...more };
  return (await ask(ctx, createCoupon, { name: 'Welcome', ...terms })).id;
};

let codes = 0;
export async function newCode(ctx: Ctx, coupon: Record<string, unknown> = {}, code: Record<string, unknown> = {}) {
  const id = await newCoupon(ctx, coupon);
  return await ask(ctx, createPromotionCode, { coupon: id, code: `SUB-${++codes}`, ...code });
}

/** Code and field of what was refused. */
export async function refusal(work: Promise<unknown>): Promise<[string, string | undefined]> {
  try {
    await work;
  } catch (error) {
    if (isFault(error)) return [error.code, error.param];
    throw error;
  }
  throw new Error('it was not refused');
}
