// Where an object is shown, by the prefix of its id.

const byPrefix: Record<string, (id: string) => string> = {
  pay: (id) => `/payments/${id}`,
  cus: (id) => `/customers/${id}`,
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
