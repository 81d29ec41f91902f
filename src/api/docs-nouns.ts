// What the nouns of the native API are, in a sentence or two: for the reference and the tags of the OpenAPI document. A noun
// without an entry is named from its path and shown all the same.

const nouns: Record<string, { title: string; text: string }> = {
  payments: {
    title: 'Payments',
    text: 'One customer’s money on its way to you. A payment is charged at once from a token or a saved card, or waits on a hosted page for its customer. With `capture: false` the amount is only held, to be captured or cancelled later.',
  },
  refunds: {
    title: 'Refunds',
    text: 'Money on its way back. A refund belongs to one payment; several may share what was captured.',
  },
  disputes: {
    title: 'Disputes',
    text: 'A customer told their bank that a payment was wrong, and the provider took the money back. Until it is decided the amount is held back from your balance. Accept it, or challenge it with evidence before `evidence_due_by`.',
  },
  fraud_warnings: {
    title: 'Fraud warnings',
    text: 'An issuer told that its customer does not know a payment. Your account can be set to refund such payments by itself, up to an amount, before they are disputed.',
  },
  files: {
    title: 'Files',
    text: 'Documents and pictures that go to a provider as evidence. Send them as base64; they are kept with your account and shown to nobody else.',
  },
  customers: {
    title: 'Customers',
    text: 'The people who pay you, with the cards they saved. Deleting one keeps the history of payments.',
  },
  tokens: {
    title: 'Tokens',
    text: 'A card as it was just typed, for one use within fifteen minutes. Made in the customer’s browser, so that card numbers never reach your servers.',
  },
  payment_methods: { title: 'Payment methods', text: 'A customer’s saved cards, to be charged again without typing.' },
  checkout_sessions: {
    title: 'Checkout sessions',
    text: 'A hosted page where one customer pays one total. The shortest way to a first payment: create a session, send the customer to its `url`, and wait for `checkout_session.completed`.',
  },
  webhook_endpoints: {
    title: 'Webhook endpoints',
    text: 'Addresses of yours that are told of events, signed as Standard Webhooks says. How to receive them is in the webhook guide above.',
  },
  deliveries: { title: 'Deliveries', text: 'One event on its way to one endpoint, with the history of its tries.' },
  events: {
    title: 'Events',
    text: 'What happened, with each object as it was then. Events are kept, so a system that was away can catch up by reading them.',
  },
  api_keys: {
    title: 'API keys',
    text: 'Secret keys are for your servers, publishable keys for browsers. A key belongs to one account, sandbox or live.',
  },
  balances: { title: 'Balances', text: 'What you have, by currency, straight from the ledger.' },
  balance_activities: {
    title: 'Balance activities',
    text: 'Each movement of a balance, with its fee and what caused it.',
  },
  bank_accounts: {
    title: 'Bank accounts',
    text: 'Where you are paid out to: a US account, one in Hong Kong, or an IBAN. Numbers are checked and sealed, and reviewed before anything is sent; a change of them is reviewed anew.',
  },
  payouts: {
    title: 'Payouts',
    text: 'Available money on its way to your bank. It leaves the balance when the payout is requested, and is there again if the payout fails or is cancelled. An account may also be paid daily, weekly or monthly by schedule.',
  },
  settlements: {
    title: 'Settlements',
    text: 'What came in over a day, less refunds and fees, on its way from incoming to available.',
  },
  reports: {
    title: 'Reports',
    text: 'Files for your accounting: every payment, refund, movement, settlement and payout as CSV, the monthly statement, the trial balance.',
  },
  reconciliations: {
    title: 'Reconciliations',
    text: 'The provider’s own settlement report held against the ledger: what matched, what is missing on either side, what differs.',
  },
  ledger: { title: 'Ledger', text: 'Every movement of money is double entry. This is the proof that the books hold.' },
};

export const nounOf = (operation_name: string): string => operation_name.split('.')[0] ?? operation_name;

export function nounText(noun: string): { title: string; text: string } {
  const words = noun.replaceAll('_', ' ');
  return nouns[noun] ?? { title: words.slice(0, 1).toUpperCase() + words.slice(1), text: '' };
}
