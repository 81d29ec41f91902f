// Another plan or quantity, chosen by the customer: what there is to choose, what it comes to, and doing it. Amounts and rules are those of
// subscriptions.preview and subscriptions.update; here is decided only what a customer may ask for.

import Type, { type Static } from 'typebox';
import { PreviewObject, previewSubscription } from '../billing/preview-subscription.ts';
import type { Item, SubscriptionRow } from '../billing/subscription.ts';
import { isEnded } from '../billing/subscription.ts';
import { ItemObject } from '../billing/subscription-object.ts';
import { updateSubscription } from '../billing/update-subscription.ts';
import { Fault } from '../kit/fault.ts';
import type { Ctx } from '../operation/context.ts';
import { Id, nullable } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { plansFor } from './choices.ts';
import { Languages, localeIn, namingOf } from './names.ts';
import { PaymentAnswer, paymentAnswer } from './pay-invoice.ts';
import { act, homeOf, ownSubscription } from './reach.ts';
import { type PortalSettings, portalSettings } from './settings.ts';
import { sessionIn } from './view-portal.ts';

const Wanted = {
  id: Id,
  price: Type.Optional(Id),
  quantity: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
};
type Wanted = { id: string; price?: string; quantity?: number };

export const previewPortalChange = operation({
  name: 'portal.preview_change',
  scope: 'portal:read',
  actors: ['portal'],
  kind: 'read',
  summary: 'Preview a change of plan',
  description: 'Plans to choose among, and what the chosen one comes to. Nothing is changed.',
  input: Type.Object({ ...Wanted, languages: Languages }, { additionalProperties: false }),
  output: Type.Object({
    item: ItemObject,
    choices: Type.Array(ItemObject),
    change_quantity: Type.Boolean(),
    preview: nullable(
      Type.Object({
        ...PreviewObject.properties,
        lines: Type.Array(
          Type.Object({ ...PreviewObject.properties.lines.items.properties, localized_name: Type.String() }),
        ),
      }),
    ),
  }),
  faults: ['not_found', 'state_invalid', 'parameter_invalid', 'permission_denied'],
  async run(ctx, { languages, ...input }) {
    const { s, settings, choices, change } = await planned(ctx, input);
    const preview = change ? await act(ctx, previewSubscription, { id: s.id, ...change }) : null;
    const locale = await localeIn(ctx, await sessionIn(ctx), languages);
    const naming = await namingOf(ctx, locale, [...choices, ...(preview ? [preview.item, ...preview.lines] : [])]);
    const lines = preview?.lines.map((line) => ({ ...line, localized_name: naming(line).product_name })) ?? [];
    return {
      item: naming(shown(s.item)),
      choices: choices.map(shown).map(naming),
      change_quantity: settings.change_quantity,
      preview: preview && { ...preview, item: naming(preview.item), lines },
    };
  },
});

export const confirmPortalChange = operation({
  name: 'portal.change',
  scope: 'portal:write',
  actors: ['portal'],
  kind: 'process',
  summary: 'Change the plan',
  description: 'As it was previewed: refused when the price was edited since.',
  input: Type.Object({ ...Wanted, price_snapshot: Type.Optional(Id) }, { additionalProperties: false }),
  output: PaymentAnswer,
  faults: ['not_found', 'state_invalid', 'parameter_invalid', 'permission_denied'],
  async run(ctx, { price_snapshot, ...input }) {
    const { s, change } = await planned(ctx, input);
    if (!change)
      throw new Fault('parameter_invalid', 'This is the plan that you have. Choose another one.', { param: 'price' });
    const seen = price_snapshot !== undefined && change.price !== undefined ? { price_snapshot } : {};
    const result = await act(ctx, updateSubscription, { id: s.id, ...change, ...seen, return_url: homeOf(ctx) });
    const began = result.latest_invoice !== s.latest_invoice_id;
    return paymentAnswer(began ? result.latest_payment : null);
  },
});

const shown = ({ tax_category: _, usage, ...item }: Item): Static<typeof ItemObject> => ({
  ...item,
  meter: usage?.meter ?? null,
});

type Change = { price?: string; quantity?: number; at?: 'period_end'; proration?: PortalSettings['proration'] };
type Planned = { s: SubscriptionRow; settings: PortalSettings; choices: Item[]; change: Change | undefined };

/** `change` is undefined when nothing else than now was chosen. */
async function planned(ctx: Ctx, { id, price, quantity }: Wanted): Promise<Planned> {
  const s = await ownSubscription(ctx, id);
  const settings = await portalSettings(ctx.env.db.query, ctx.account.account_id);
  refuseState(s);
  const counted = quantity ?? s.quantity;
  if (counted !== s.quantity && !settings.change_quantity)
    throw new Fault('permission_denied', 'The quantity of this subscription is not changed here.', {
      param: 'quantity',
    });
  const choices = await plansFor(ctx, settings, await sessionIn(ctx))(s, counted);
  if (choices.length < 2 && !settings.change_quantity)
    throw new Fault('permission_denied', 'The plan of this subscription is not changed here.', { param: 'id' });
  const item = choices.find((one) => one.price === (price ?? s.item.price));
  if (!item) throw new Fault('parameter_invalid', 'This plan is not among those to choose from.', { param: 'price' });
  return { s, settings, choices, change: changeTo(s, item, counted, settings.proration) };
}

function refuseState(s: SubscriptionRow): void {
  const refuse = (message: string) => {
    throw new Fault('state_invalid', message, { param: 'id' });
  };
  if (isEnded(s)) refuse('This subscription has ended.');
  if (s.cancel_at_period_end) refuse('This subscription is canceled. Keep it first, then change the plan.');
  // What the merchant has planned is not the customer's to change.
  if (s.phases.length > 0) refuse('A change of this subscription is scheduled already.');
}

function changeTo(
  s: SubscriptionRow,
  item: Item,
  quantity: number,
  proration: Change['proration'],
): Change | undefined {
  const other = item.price !== s.item.price;
  if (!other && quantity === s.quantity) return undefined;
  const what = { ...(other ? { price: item.price } : {}), quantity };
  const same_cycle = item.interval === s.item.interval && item.interval_count === s.item.interval_count;
  // What is billed by another cycle begins a period of its own: where nothing is to be settled now, at the end of the present one.
  if (!same_cycle && (proration === 'none' || proration === 'prorate_next')) return { ...what, at: 'period_end' };
  return { ...what, ...(proration === undefined ? {} : { proration }) };
}
