// What the pages of the portal are painted from. Only what the customer may see: no fingerprints, no notes of the merchant's, no ids of
// anybody else.

import Type, { type Static } from 'typebox';
import { subscriptionStatuses } from '../billing/subscription.ts';
import { ItemObject } from '../billing/subscription-object.ts';
import { Address, nullable } from '../operation/fields.ts';

const Instant = Type.String({ format: 'date-time' });

export const PortalCard = Type.Object({
  id: Type.String(),
  brand: Type.String(),
  last_four: Type.String(),
  exp_month: Type.Integer(),
  exp_year: Type.Integer(),
  is_default: Type.Boolean(),
  billing_address: nullable(Address),
  /** Something renews with it, so it cannot be removed. */
  renews: Type.Boolean(),
});
export type PortalCard = Static<typeof PortalCard>;

export const PortalSubscription = Type.Object({
  id: Type.String(),
  status: Type.Enum([...subscriptionStatuses]),
  item: ItemObject,
  /** What follows with the next period, where that is another plan. */
  upcoming: nullable(ItemObject),
  currency: Type.String(),
  card: nullable(Type.String()),
  current_period_end: Instant,
  trial_end: nullable(Instant),
  cancel_at: nullable(Instant),
  cancel_at_period_end: Type.Boolean(),
  paused: Type.Boolean(),
  resumes_at: nullable(Instant),
  ended_at: nullable(Instant),
  may: Type.Object({
    change: Type.Boolean(),
    cancel: Type.Boolean(),
    revoke: Type.Boolean(),
    pause: Type.Boolean(),
    resume: Type.Boolean(),
  }),
});
export type PortalSubscription = Static<typeof PortalSubscription>;

export const PortalInvoice = Type.Object({
  id: Type.String(),
  number: Type.String(),
  status: Type.Enum(['open', 'paid', 'void', 'uncollectible']),
  total: Type.Integer(),
  currency: Type.String(),
  created_at: Instant,
  url: Type.String(),
  pdf_url: Type.String(),
});
export type PortalInvoice = Static<typeof PortalInvoice>;

export const PastDue = Type.Object({
  invoice: Type.String(),
  number: Type.String(),
  /** Null: an invoice by hand that says nothing of what it is for. */
  name: nullable(Type.String()),
  amount_due: Type.Integer(),
  currency: Type.String(),
  created_at: Instant,
  decline_code: nullable(Type.String()),
  /** It is for another plan, which takes effect when it is paid; until then the customer may leave everything as it is. */
  change: Type.Boolean(),
  /** Its payment is under way. */
  charging: Type.Boolean(),
  /** Where the customer confirms it, when their bank asks. */
  action_url: nullable(Type.String()),
  next_charge_at: nullable(Instant),
  /** Of an invoice that is sent: the customer pays it, by then, on its page or here. */
  due_at: nullable(Instant),
  overdue: Type.Boolean(),
  url: Type.String(),
});
export type PastDue = Static<typeof PastDue>;

/** What every page has around it. */
export const PortalFrame = Type.Object({
  id: Type.String(),
  mode: Type.Enum(['sandbox', 'live']),
  merchant: Type.Object({ name: Type.String(), logo_url: nullable(Type.String()) }),
  branding: Type.Object({
    color: nullable(Type.String()),
    corners: Type.Enum(['square', 'rounded', 'pill']),
    icon_url: nullable(Type.String()),
  }),
  time_zone: Type.String(),
  terms_url: nullable(Type.String()),
  privacy_url: nullable(Type.String()),
});
export type PortalFrame = Static<typeof PortalFrame>;

export const PortalView = Type.Object({
  ...PortalFrame.properties,
  locale: nullable(Type.String()),
  return_url: nullable(Type.String()),
  customer: Type.Object({
    name: nullable(Type.String()),
    email: nullable(Type.String()),
    address: nullable(Address),
    tax_id: nullable(Type.String()),
    language: nullable(Type.String()),
  }),
  past_due: Type.Array(PastDue),
  subscriptions: Type.Array(PortalSubscription),
  cards: Type.Array(PortalCard),
  invoices: Type.Object({ data: Type.Array(PortalInvoice), has_more: Type.Boolean() }),
  cancel_at: Type.Array(Type.Enum(['period_end', 'now'])),
});
export type PortalView = Static<typeof PortalView>;
