// The terms of a price as they are sent and kept: amounts by currency, tiers, packs, cycle. What does not fit together is refused
// here, by field. Pure.

import Type, { type Static } from 'typebox';
import { Fault } from '../kit/fault.ts';
import { currencyOf, maxAmount } from '../kit/money.ts';
import { CurrencyCode, Id, nullable } from '../operation/fields.ts';
import {
  type PriceAmount,
  type PricingModel,
  pricingModels,
  type Tier,
  type TiersMode,
  tiersModeOf,
  tiersModes,
} from './pricing.ts';

const Money = Type.Integer({ minimum: 0, maximum: maxAmount });
const closed = { additionalProperties: false };

export const AmountsInput = Type.Array(
  Type.Object(
    {
      currency: CurrencyCode,
      unit_amount: Type.Optional(Money),
      tiers: Type.Optional(
        Type.Array(
          Type.Object(
            {
              up_to: nullable(
                Type.Integer({
                  minimum: 1,
                  maximum: 1_000_000_000,
                  description: 'The last unit of this tier; null for the last tier.',
                }),
              ),
              unit_amount: Type.Optional(Money),
              flat_amount: Type.Optional(Money),
            },
            closed,
          ),
          { minItems: 1, maxItems: 50 },
        ),
      ),
    },
    closed,
  ),
  {
    minItems: 1,
    maxItems: 40,
    description:
      'One entry per currency in which it is sold, minor units; the first is the price’s own. `unit_amount`, or `tiers` for a tiered model.',
  },
);

export const Recurring = Type.Object(
  {
    interval: Type.Enum(['day', 'week', 'month', 'year']),
    interval_count: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1095,
        description: '3 months are a quarter. 1 when left out; three years at most.',
      }),
    ),
    trial_days: Type.Optional(Type.Integer({ minimum: 0, maximum: 730, description: '0 when left out.' })),
  },
  closed,
);

export const Transform = Type.Object(
  {
    divide_by: Type.Integer({ minimum: 2, maximum: 1_000_000_000 }),
    round: Type.Enum(['up', 'down']),
  },
  { ...closed, description: 'Sold in packs: the quantity is divided by `divide_by` and rounded before it is charged.' },
);

export const Model = Type.Enum([...pricingModels], {
  description:
    '`flat` and `per_seat` charge the unit amount for each; `tiered_graduated` each unit by its own tier, `tiered_volume` all units by the tier they reach; `usage` what its `meter` counted, when the period is over. `flat` when left out.',
});

export const termsInput = {
  amounts: Type.Optional(AmountsInput),
  pricing_model: Type.Optional(Model),
  recurring: Type.Optional(Recurring),
  transform_quantity: Type.Optional(nullable(Transform)),
  meter: Type.Optional(Type.Unsafe<string>({ ...Id, description: 'With `usage`: whose events are charged.' })),
  tiers_mode: Type.Optional(
    nullable(
      Type.Enum([...tiersModes], {
        description: 'With `usage`: the amounts are `tiers`, counted in this way. Null: one `unit_amount`.',
      }),
    ),
  ),
};
type Input = Static<ReturnType<typeof Type.Object<typeof termsInput>>>;

export type StoredTerms = {
  pricing_model: PricingModel;
  amounts: PriceAmount[];
  divide_by: number | null;
  round: 'up' | 'down' | null;
  billing_interval: 'day' | 'week' | 'month' | 'year' | null;
  interval_count: number | null;
  trial_days: number | null;
  meter_id: string | null;
  tiers_mode: TiersMode | null;
};

const bad = (param: string, message: string) => new Fault('parameter_invalid', message, { param });

/** What was sent, on top of what was there. */
export function termsOf(input: Input, type: 'one_time' | 'recurring', before?: StoredTerms): StoredTerms {
  const pricing_model = input.pricing_model ?? before?.pricing_model ?? 'flat';
  if (type === 'one_time' && pricing_model === 'usage')
    throw bad('pricing_model', "Usage is charged by the cycle: only a price of type 'recurring' can be metered.");
  if (!input.amounts && !before)
    throw new Fault('parameter_missing', "'amounts' is required: at least one currency.", { param: 'amounts' });
  const metered = meteredOf(input, pricing_model, before);
  const mode = tiersModeOf({ pricing_model, tiers_mode: metered.tiers_mode });
  const amounts =
    input.amounts?.map((amount, i) => amountFrom(amount, i, pricing_model, mode !== null)) ?? before?.amounts ?? [];
  if (!input.amounts && before && (mode === null) !== (tiersModeOf(before) === null))
    throw bad('amounts', `A ${pricing_model} price needs other amounts. Send 'amounts', too.`);
  const twice = amounts.findIndex(({ currency }, i) => amounts.findIndex((one) => one.currency === currency) < i);
  if (twice !== -1) throw bad(`amounts[${twice}].currency`, 'Each currency stands once. Leave the second one out.');
  const transform = input.transform_quantity === undefined ? transformOf(before) : input.transform_quantity;
  if (transform && mode !== null)
    throw bad('transform_quantity', 'A tiered price cannot be sold in packs. Leave transform_quantity out.');
  const common = {
    pricing_model,
    amounts,
    divide_by: transform?.divide_by ?? null,
    round: transform?.round ?? null,
    ...metered,
  };
  if (type === 'one_time') {
    if (input.recurring)
      throw bad(
        'recurring',
        "A one-time price has no cycle. Leave 'recurring' out, or make a price of type 'recurring'.",
      );
    return { ...common, billing_interval: null, interval_count: null, trial_days: null };
  }
  if (!input.recurring && !before)
    throw new Fault('parameter_missing', "'recurring' is required: how often it is charged.", { param: 'recurring' });
  return { ...common, ...cycleOf(input, before) };
}

/** What a price by usage says beside the others, and no other price. */
function meteredOf({ meter, tiers_mode }: Input, model: PricingModel, before: StoredTerms | undefined) {
  if (model !== 'usage') {
    for (const [name, value] of Object.entries({ meter, tiers_mode }))
      if (value !== undefined && value !== null)
        throw bad(name, `'${name}' goes with the pricing_model 'usage'. This one is '${model}': leave it out.`);
    return { meter_id: null, tiers_mode: null };
  }
  const meter_id = meter ?? before?.meter_id ?? null;
  if (meter_id === null)
    throw new Fault(
      'parameter_missing',
      "'meter' is required with the pricing_model 'usage': whose events are charged?",
      {
        param: 'meter',
      },
    );
  return { meter_id, tiers_mode: tiers_mode === undefined ? (before?.tiers_mode ?? null) : tiers_mode };
}

const longest = { day: 1095, week: 156, month: 36, year: 3 } as const;

function cycleOf({ recurring }: Input, before: StoredTerms | undefined) {
  if (!recurring) {
    const { billing_interval = null, interval_count = null, trial_days = null } = before ?? {};
    return { billing_interval, interval_count, trial_days };
  }
  const { interval, interval_count = 1, trial_days = 0 } = recurring;
  if (interval_count > longest[interval])
    throw bad('recurring.interval_count', `A cycle is three years at most: ${longest[interval]} of '${interval}'.`);
  return { billing_interval: interval, interval_count, trial_days };
}

const transformOf = (terms: StoredTerms | undefined) =>
  terms?.divide_by && terms.round ? { divide_by: terms.divide_by, round: terms.round } : null;

function amountFrom(
  amount: Static<typeof AmountsInput>[number],
  i: number,
  model: PricingModel,
  tiered: boolean,
): PriceAmount {
  const at = `amounts[${i}]`;
  const currency = currencyOf(amount.currency, `${at}.currency`);
  if (!tiered) {
    if (amount.tiers)
      throw bad(
        `${at}.tiers`,
        `A ${model} price has no tiers. Send 'unit_amount'${model === 'usage' ? ", or 'tiers_mode' beside the tiers" : ''}.`,
      );
    if (amount.unit_amount === undefined)
      throw new Fault('parameter_missing', `'${at}.unit_amount' is required: the amount for one.`, {
        param: `${at}.unit_amount`,
      });
    return { currency, unit_amount: amount.unit_amount, tiers: null };
  }
  if (amount.unit_amount !== undefined) throw bad(`${at}.unit_amount`, `A ${model} price has its amounts in 'tiers'.`);
  if (!amount.tiers)
    throw new Fault('parameter_missing', `'${at}.tiers' is required for a tiered price.`, { param: `${at}.tiers` });
  return { currency, unit_amount: null, tiers: tiersFrom(amount.tiers, at) };
}

function tiersFrom(tiers: { up_to: number | null; unit_amount?: number; flat_amount?: number }[], at: string): Tier[] {
  let below = 0;
  return tiers.map(({ up_to, unit_amount = 0, flat_amount = 0 }, i) => {
    const last = i === tiers.length - 1;
    if (last !== (up_to === null))
      throw bad(`${at}.tiers[${i}].up_to`, 'The last tier, and only the last, has no end: up_to is null there.');
    if (up_to !== null && up_to <= below)
      throw bad(`${at}.tiers[${i}].up_to`, `Tiers ascend: this one must end after ${below}.`);
    below = up_to ?? below;
    return { up_to, unit_amount, flat_amount };
  });
}
