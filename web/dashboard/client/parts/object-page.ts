// Where an object is shown and what it is called, by the prefix of its id.

import { catalogue } from '../words.ts';

const t = catalogue({
  en: {
    pay: 'Payment',
    cus: 'Customer',
    sub: 'Subscription',
    in: 'Invoice',
    prod: 'Product',
    price: 'Price',
    coup: 'Coupon',
    promo: 'Promotion code',
    plink: 'Payment link',
    txr: 'Tax rate',
    dp: 'Dispute',
    evt: 'Event',
    we: 'Webhook endpoint',
    req: 'Request',
    setl: 'Settlement',
    po: 'Payout',
    ba: 'Bank account',
    key: 'API key',
    ack: 'Access key',
  },
});
type Prefix = Parameters<typeof t>[0];

const byPrefix: Record<Prefix, (id: string) => string> = {
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
  po: (id) => `/balances/payouts/${id}`,
  ba: () => '/balances/bank-accounts',
  key: () => '/developers/keys',
  ack: () => '/developers/access-keys',
};

const prefixOf = (id: string): Prefix | undefined => {
  const prefix = id.slice(0, id.indexOf('_'));
  return Object.hasOwn(byPrefix, prefix) ? (prefix as Prefix) : undefined;
};

export function objectPage(id: string): string | undefined {
  const prefix = prefixOf(id);
  return prefix && byPrefix[prefix](id);
}

export function objectName(id: string): string | undefined {
  const prefix = prefixOf(id);
  return prefix && t(prefix);
}
