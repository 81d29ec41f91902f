// What the hosted page shows and is answered: one shape for a checkout session and for a payment that is paid on our page.

import Type, { type Static } from 'typebox';

export const CheckoutView = Type.Object({
  /** `sess_…` or `pay_…`: what `/pay/{id}` names. */
  id: Type.String(),
  state: Type.Enum(['open', 'processing', 'requires_authentication', 'complete', 'expired', 'cancelled']),
  mode: Type.Enum(['sandbox', 'live']),
  merchant: Type.Object({ name: Type.String(), logo_url: Type.Union([Type.String(), Type.Null()]) }),
  amount_total: Type.Integer(),
  amount_subtotal: Type.Integer(),
  currency: Type.String(),
  description: Type.Union([Type.String(), Type.Null()]),
  line_items: Type.Array(
    Type.Object({
      name: Type.String(),
      description: Type.Union([Type.String(), Type.Null()]),
      quantity: Type.Integer(),
      unit_amount: Type.Integer(),
      amount: Type.Integer(),
      image_url: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
  taxes: Type.Array(Type.Object({ name: Type.String(), amount: Type.Integer() })),
  discounts: Type.Array(Type.Object({ name: Type.String(), amount: Type.Integer() })),
  customer_email: Type.Union([Type.String(), Type.Null()]),
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
  /** Where a paid customer goes, the session id already appended; null: stay on our page. */
  redirect_url: Type.Union([Type.String(), Type.Null()]),
  cancel_url: Type.Union([Type.String(), Type.Null()]),
  /** The provider's challenge page, when state is requires_authentication. */
  action_url: Type.Union([Type.String(), Type.Null()]),
  expires_at: Type.Union([Type.String(), Type.Null()]),
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
});
export type PayResult = Static<typeof PayResult>;
