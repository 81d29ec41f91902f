// How many of a line a customer may buy: the bounds that the merchant set. Pure.

import Type, { type Static } from 'typebox';
import { Fault } from '../kit/fault.ts';

const most = 1_000_000;
/** Left out: few enough that a slip of the finger is no disaster. */
const usual = { minimum: 1, maximum: 99 };

export const Quantity = Type.Integer({ minimum: 1, maximum: most });

export const AdjustableQuantity = Type.Object(
  {
    minimum: Type.Optional(Type.Integer({ minimum: 1, maximum: most, description: '1 when left out.' })),
    maximum: Type.Optional(Type.Integer({ minimum: 1, maximum: most, description: '99 when left out.' })),
  },
  { additionalProperties: false, description: 'The customer may change the quantity on the page, within these.' },
);

export const QuantityBounds = Type.Object({ minimum: Type.Integer(), maximum: Type.Integer() });
export type QuantityBounds = Static<typeof QuantityBounds>;

/** Refuses bounds that leave nothing to choose, and a quantity outside of them. */
export function boundsOf(
  {
    quantity,
    adjustable_quantity: given,
  }: { quantity: number; adjustable_quantity?: Static<typeof AdjustableQuantity> },
  at: string,
): QuantityBounds | null {
  if (!given) return null;
  const { minimum = usual.minimum, maximum = Math.max(usual.maximum, quantity) } = given;
  const bad = (param: string, message: string) => new Fault('parameter_invalid', message, { param });
  if (minimum >= maximum)
    throw bad(
      `${at}.adjustable_quantity.maximum`,
      `The maximum, ${maximum}, must be above the minimum, ${minimum}. Leave adjustable_quantity out for a fixed quantity.`,
    );
  if (quantity < minimum || quantity > maximum)
    throw bad(`${at}.quantity`, `The quantity to begin with must be from ${minimum} to ${maximum}.`);
  return { minimum, maximum };
}
