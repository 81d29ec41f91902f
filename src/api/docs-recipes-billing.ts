// What the examples of billing stand on: subscriptions in several states, an invoice that could not be paid, a test clock. In the order in
// which they can be made; a part of the list in docs-examples.ts.

const subscribed = { customer: '{customer}', price: '{recurring_price}', payment_method: '{payment_method}' };

export const billingRecipes = {
  recurring_price: {
    op: 'prices.create',
    input: {
      product: '{product}',
      type: 'recurring',
      amounts: [{ currency: 'USD', unit_amount: 1500 }],
      recurring: { interval: 'month' },
    },
    fresh: false,
    why: 'a price by the month',
  },
  subscription: {
    op: 'subscriptions.create',
    input: subscribed,
    fresh: false,
    why: 'a subscription',
  },
  new_subscription: { op: 'subscriptions.create', input: subscribed, fresh: true, why: 'a subscription' },
  canceling_subscription: {
    op: 'subscriptions.cancel',
    input: { id: '{new_subscription}' },
    fresh: true,
    why: 'a subscription that is to end',
  },
  changing_subscription: {
    op: 'subscriptions.create',
    input: { ...subscribed, cycles: 1, phases: [{ price: '{recurring_price}', quantity: 2 }] },
    fresh: true,
    why: 'a subscription that is to change',
  },
  pausing_subscription: { op: 'subscriptions.create', input: subscribed, fresh: true, why: 'a subscription to pause' },
  paused_subscription: {
    op: 'subscriptions.pause',
    input: { id: '{new_subscription}' },
    fresh: true,
    why: 'a subscription that rests',
  },
  declining_token: {
    op: 'tokens.create',
    input: { card: { number: '4000000000000341', exp_month: 12, exp_year: 2034, cvc: '123' } },
    fresh: true,
    why: 'a test card that is declined when it is charged again',
  },
  declining_payment_method: {
    op: 'payment_methods.create',
    input: { customer: '{customer}', token: '{declining_token}' },
    fresh: true,
    why: 'such a card, saved',
  },
  open_invoice: {
    op: 'invoices.list',
    input: { status: ['open'], limit: 1 },
    fresh: true,
    why: 'an invoice that could not be paid',
    first: { op: 'subscriptions.create', input: { ...subscribed, payment_method: '{declining_payment_method}' } },
  },
  invoice: { op: 'invoices.list', input: { subscription: '{subscription}' }, fresh: false, why: 'its invoice' },
  test_clock: {
    op: 'test_clocks.create',
    input: { name: 'A year of Charles', customer: '{unused_customer}' },
    fresh: true,
    why: 'a test clock',
  },
};
