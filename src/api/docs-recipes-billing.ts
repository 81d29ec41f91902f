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
  due_invoice: {
    op: 'invoices.create',
    input: {
      customer: '{customer}',
      currency: 'USD',
      lines: [{ description: 'Workshop', amount: 45_000 }],
      collection_method: 'send_invoice',
      days_until_due: 30,
    },
    fresh: true,
    why: 'an invoice that its customer is to pay',
  },
  invoice: { op: 'invoices.list', input: { subscription: '{subscription}' }, fresh: false, why: 'its invoice' },
  paid_invoice: {
    op: 'invoices.list',
    input: { subscription: '{subscription}', status: ['paid'] },
    fresh: false,
    why: 'an invoice that was paid',
  },
  credit_note: {
    op: 'credit_notes.create',
    input: { invoice: '{paid_invoice}', amount: 10, method: 'out_of_band' },
    fresh: true,
    why: 'a credit note that can be voided',
  },
  meter: {
    op: 'meters.create',
    input: { display_name: 'Stored gigabytes', event_name: 'gigabyte', aggregation: 'sum' },
    fresh: false,
    why: 'a meter',
  },
  unused_meter: {
    op: 'meters.create',
    input: { display_name: 'Views', event_name: 'page_view', aggregation: 'count' },
    fresh: true,
    why: 'a meter to deactivate',
  },
  meter_event_identifier: {
    op: 'meter_events.create',
    input: { event_name: 'gigabyte', payload: { customer: '{customer}', value: 1 } },
    fresh: true,
    why: 'an event to cancel; without an identifier of yours it has its id for one',
    first: { op: 'meters.get', input: { id: '{meter}' } },
  },
  portal_session: {
    op: 'portal_sessions.create',
    input: { customer: '{customer}' },
    fresh: true,
    why: 'a link to the portal, to revoke',
  },
  mailed_token: {
    op: 'tokens.create',
    input: { card: { number: '4242424242424242', exp_month: 12, exp_year: 2034, cvc: '123' } },
    fresh: true,
    why: 'a card token, after receipts were switched on, which counts a few seconds later',
    first: { op: 'email_settings.update', input: { payment_receipt: true }, wait_s: 6 },
  },
  mailed_payment: {
    op: 'payments.list',
    input: { email: 'receipt@example.com', limit: 1 },
    fresh: false,
    why: 'a payment whose customer was sent a receipt',
    first: {
      op: 'payments.create',
      input: { amount: 1999, currency: 'USD', token: '{mailed_token}', email: 'receipt@example.com' },
      wait_s: 3,
    },
  },
  email: { op: 'emails.list', input: { object_id: '{mailed_payment}' }, fresh: false, why: 'that receipt' },
  test_clock: {
    op: 'test_clocks.create',
    input: { name: 'A year of Charles', customer: '{unused_customer}' },
    fresh: true,
    why: 'a test clock',
  },
};
