// Where an object is shown, by the prefix of its id.

const byPrefix: Record<string, (id: string) => string> = {
  pay: (id) => `/payments/${id}`,
  cus: (id) => `/customers/${id}`,
  sub: (id) => `/billing/subscriptions/${id}`,
  in: (id) => `/billing/invoices/${id}`,
  prod: (id) => `/products/${id}`,
  price: (id) => `/products/prices/${id}`,
  coup: (id) => `/products/coupons/${id}`,
  promo: (id) => `/products/codes/${id}`,
  plink: (id) => `/products/links/${id}`,
  txr: () => '/products/tax-rates',
  dp: (id) => `/disputes/${id}`,
  evt: (id) => `/developers/events/${id}`,
  we: (id) => `/developers/webhooks/${id}`,
  req: (id) => `/developers/requests/${id}`,
  setl: (id) => `/balances/settlements/${id}`,
  po: () => '/balances/payouts',
  ba: () => '/balances/bank-accounts',
  key: () => '/developers/keys',
  ack: () => '/developers/access-keys',
};

export const objectPage = (id: string): string | undefined => byPrefix[id.slice(0, id.indexOf('_'))]?.(id);
