// What the hosted page shows and is answered: one shape for a checkout session and for a payment that is paid on our page.

import Type, { type Static } from 'typebox';
import { QuantityBounds } from './quantity.ts';
import { Recurring } from './subscription-terms.ts';

/** All amounts are satoshis. */
const BitcoinView = Type.Object({
  address: Type.String(),
  /** BIP 21, over what is missing. */
  uri: Type.String(),
  amount_missing: Type.Integer(),
  amount_received: Type.Integer(),
  rate: Type.Union([
    Type.Object({ currency: Type.String(), minor_units: Type.Integer(), satoshis: Type.Integer() }),
    Type.Null(),
  ]),
  expires_at: Type.String(),
  /** Sandbox: the page that plays the customer's wallet. */
  wallet_url: Type.Union([Type.String(), Type.Null()]),
});
export type BitcoinView = Static<typeof BitcoinView>;

export const CheckoutView = Type.Object({
  /** `sess_…` or `pay_…`: what `/pay/{id}` names. */
  id: Type.String(),
  state: Type.Enum(['open', 'processing', 'requires_authentication', 'complete', 'expired', 'cancelled']),
  mode: Type.Enum(['sandbox', 'live']),
  merchant: Type.Object({ name: Type.String(), logo_url: Type.Union([Type.String(), Type.Null()]) }),
  /** What the merchant chose; null is the product's own. */
  branding: Type.Object({
    color: Type.Union([Type.String(), Type.Null()]),
    corners: Type.Enum(['square', 'rounded', 'pill']),
    icon_url: Type.Union([Type.String(), Type.Null()]),
  }),
  amount_total: Type.Integer(),
  amount_subtotal: Type.Integer(),
  currency: Type.String(),
  /** Two currencies to choose from, the session's own first; null: there is nothing to choose. */
  offer: Type.Union([
    Type.Object({
      choices: Type.Array(
        Type.Object({ currency: Type.String(), amount_total: Type.Integer(), chosen: Type.Boolean() }),
      ),
      /** Of the second for one of the first; null: the merchant's own prices. */
      rate: Type.Union([Type.String(), Type.Null()]),
      markup_bps: Type.Integer(),
      rate_date: Type.Union([Type.String(), Type.Null()]),
    }),
    Type.Null(),
  ]),
  description: Type.Union([Type.String(), Type.Null()]),
  line_items: Type.Array(
    Type.Object({
      name: Type.String(),
      description: Type.Union([Type.String(), Type.Null()]),
      quantity: Type.Integer(),
      /** Null: the amount is not so many times one amount. */
      unit_amount: Type.Union([Type.Integer(), Type.Null()]),
      amount: Type.Integer(),
      image_url: Type.Union([Type.String(), Type.Null()]),
      /** The customer may change the quantity within these; null: it is fixed. */
      adjustable: Type.Union([QuantityBounds, Type.Null()]),
    }),
  ),
  /** An inclusive one is shown and not added. */
  taxes: Type.Array(Type.Object({ name: Type.String(), amount: Type.Integer(), inclusive: Type.Boolean() })),
  discounts: Type.Array(Type.Object({ name: Type.String(), amount: Type.Integer() })),
  /** Whether the page has a field for a promotion code, and which one counts. */
  promotion: Type.Object({ allowed: Type.Boolean(), code: Type.Union([Type.String(), Type.Null()]) }),
  customer_email: Type.Union([Type.String(), Type.Null()]),
  /** Shown above the pay button. */
  custom_text: Type.Union([Type.String(), Type.Null()]),
  /** What a paid customer reads, instead of being sent on. */
  success_message: Type.Union([Type.String(), Type.Null()]),
  /** Why nobody can pay by the link that made it, when it is over; null: its own time was up. */
  link_closed: Type.Union([Type.Enum(['inactive', 'expired', 'used_up']), Type.Null()]),
  /** What is charged after today, for a subscription. */
  recurring: Type.Union([Recurring, Type.Null()]),
  /** The customer's saved cards, offered beside a new one. */
  payment_methods: Type.Array(
    Type.Object({
      id: Type.String(),
      brand: Type.String(),
      last_four: Type.String(),
      exp_month: Type.Integer(),
      exp_year: Type.Integer(),
    }),
  ),
  /** Offer to keep the card for next time. */
  can_save: Type.Boolean(),
  locale: Type.Union([Type.String(), Type.Null()]),
  /** Whose pages may show this page in a frame; empty: nobody's. */
  allowed_origins: Type.Array(Type.String()),
  /** Where a paid customer goes, the session id already appended; null: stay on our page. */
  redirect_url: Type.Union([Type.String(), Type.Null()]),
  cancel_url: Type.Union([Type.String(), Type.Null()]),
  /** The provider's challenge page, when state is requires_authentication. */
  action_url: Type.Union([Type.String(), Type.Null()]),
  expires_at: Type.Union([Type.String(), Type.Null()]),
  /** Offer Bitcoin beside cards. */
  takes_bitcoin: Type.Boolean(),
  /** What the customer is asked to send, while it is waited for or seen. */
  bitcoin: Type.Union([BitcoinView, Type.Null()]),
});
export type CheckoutView = Static<typeof CheckoutView>;

/** Answer to a press of the pay button, and to a question how it stands. */
export const PayResult = Type.Object({
  state: Type.Enum(['open', 'declined', 'processing', 'requires_authentication', 'complete', 'expired', 'cancelled']),
  redirect_url: Type.Union([Type.String(), Type.Null()]),
  action_url: Type.Union([Type.String(), Type.Null()]),
  /** In the words of the customer: what happened, and what to do next. The code picks a translation. */
  decline: Type.Union([
    Type.Object({ code: Type.String(), message: Type.String(), advice: Type.String() }),
    Type.Null(),
  ]),
  /** The address to pay to, as BIP 21, when state is requires_authentication by Bitcoin. */
  bitcoin_uri: Type.Union([Type.String(), Type.Null()]),
});
export type PayResult = Static<typeof PayResult>;
