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
  overview: {
    title: 'Overview',
    text: 'What happened on a stretch of days, by currency and day: the figures of the dashboard’s first page. For the rows behind them, list payments or download a report.',
  },
  receivables: {
    title: 'Receivables',
    text: 'What your customers still owe on open invoices, in one sum by currency, and how much of it is late.',
  },
  customers: {
    title: 'Customers',
    text: 'The people who pay you, with the cards they saved. Deleting one keeps the history of payments.',
  },
  product_images: {
    title: 'Product images',
    text: 'Pictures of what you sell. Each is drawn anew by us and shown under an address that never changes.',
  },
  products: {
    title: 'Products',
    text: 'What you sell: name, picture, tax category. For how much is said by its prices. An archived product is not sold anew.',
  },
  prices: {
    title: 'Prices',
    text: 'For how much a product is sold, in as many currencies as you like under one id: flat, per seat, in tiers, in packs or by usage. Each edit of the terms is another snapshot, and what was sold keeps its own.',
  },
  tax_rates: {
    title: 'Tax rates',
    text: 'Your own table of taxes: by country, region and tax category, inside the price or on top of it. A session with `automatic_tax` is taxed by it.',
  },
  coupons: {
    title: 'Coupons',
    text: 'What is taken off: a percentage or fixed amounts, of everything or of some products or prices. Customers take it by a promotion code.',
  },
  promotion_codes: {
    title: 'Promotion codes',
    text: 'The text by which a customer takes a coupon, with limits of its own. A use is counted when a payment starts, kept when it is paid, and free again when it is not.',
  },
  redemptions: {
    title: 'Redemptions',
    text: 'Who used a coupon, by which code, on which payment or subscription, and what was taken off.',
  },
  tokens: {
    title: 'Tokens',
    text: 'A card as it was just typed, for one use within fifteen minutes. Made in the customer’s browser, so that card numbers never reach your servers.',
  },
  payment_methods: { title: 'Payment methods', text: 'A customer’s saved cards, to be charged again without typing.' },
  card_setups: {
    title: 'Card setups',
    text: 'A card put on file without a charge: the customer’s bank says whether it is good, with 3-D Secure where it wants that.',
  },
  checkout_sessions: {
    title: 'Checkout sessions',
    text: 'A hosted page where one customer pays one total. The shortest way to a first payment: create a session, send the customer to its `url`, and wait for `checkout_session.completed`.',
  },
  payment_links: {
    title: 'Payment links',
    text: 'A reusable address that sells prices of your catalog: whoever opens it gets a checkout session of their own. Put it into a mail, on a page, or in print as its QR code; no code is needed.',
  },
  sdk: {
    title: 'Browser SDK',
    text: 'What `@florin/js` asks when it starts in a page. The package shows the checkout inside your page or leads to it; it is served at `/sdk/florin.js`.',
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
  access_keys: {
    title: 'Access keys',
    text: 'Client id and secret of OAuth 2.0, for programs that should hold a short-lived token with few scopes rather than a key. Ask for a token at `/oauth/token` with the grant `client_credentials`, and send it like a key.',
  },
  request_logs: {
    title: 'Request log',
    text: 'Every API call of the last 30 days, by its request id, with what was sent and answered. Card numbers, codes, secrets, tokens and passwords are masked before anything is kept.',
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
  fx_rates: {
    title: 'Exchange rates',
    text: 'The European Central Bank’s reference rates, by day. Every conversion and every offer of another currency names the day it went by.',
  },
  fx_settings: {
    title: 'Currency settings',
    text: 'Whether customers are offered their own currency at checkout, and whether foreign money is converted when it settles.',
  },
  conversions: {
    title: 'Conversions',
    text: 'Available money of one currency that became money of another: by hand, or by itself at settlement. Never more than is available.',
  },
  reports: {
    title: 'Reports',
    text: 'Files for your accounting: every payment, refund, movement, settlement, payout, invoice and credit note as CSV, the monthly statement, the trial balance.',
  },
  reconciliations: {
    title: 'Reconciliations',
    text: 'The provider’s own settlement report held against the ledger: what matched, what is missing on either side, what differs.',
  },
  sign_in: {
    title: 'Signing in',
    text: 'For people: a password, then a code of an authenticator app. The answer to a wrong one never tells which part was wrong.',
  },
  password_resets: { title: 'Password resets', text: 'A link by mail to choose a new password.' },
  invitations: { title: 'Invitations', text: 'A link by mail by which somebody becomes a user of a company.' },
  session: { title: 'Session', text: 'Who is signed in in this browser, what they may do, and where.' },
  user_sessions: { title: 'User sessions', text: 'Browsers in which a person is signed in.' },
  profile: { title: 'Profile', text: 'The person who is signed in.' },
  subscriptions: {
    title: 'Subscriptions',
    text: 'What a customer pays again and again, from a saved card. It keeps the terms of the price as they were; a change of plan is prorated as you say, and a preview tells what it will come to.',
  },
  invoices: {
    title: 'Invoices',
    text: 'What was asked for one period of a subscription, for a change within it, or by hand. Numbered without a gap, and never changed; charged to a saved card, or sent to be paid until `due_at`. Each has a page on which its customer reads and pays it, and a PDF.',
  },
  credit_notes: {
    title: 'Credit notes',
    text: 'What of an invoice was taken back, line by line with its taxes, and where the money went. Numbered without a gap in a series of their own; never more than the invoice came to.',
  },
  seller: {
    title: 'Seller',
    text: 'Who sells, as invoices print it: registered name, address, tax id, what the law asks for at the foot. An invoice keeps what held when it was made.',
  },
  meters: {
    title: 'Meters',
    text: 'What your customers use, counted: which events, and how those of a period become one number. A price by usage charges what its meter counted when the period is over.',
  },
  meter_events: {
    title: 'Meter events',
    text: 'What one customer used, and when. The same identifier twice is one event, so a call may be repeated until it is answered.',
  },
  emails: {
    title: 'E-mails',
    text: 'What was written to your customers: receipts, invoices, failed payments, reminders, links to the portal; in their language, under your name and colours. Each is written once for the event that caused it.',
  },
  email_settings: {
    title: 'E-mail settings',
    text: 'Which mails your customers get, whose name they carry and where answers go.',
  },
  billing_settings: {
    title: 'Billing settings',
    text: 'When a failed payment of a subscription is tried again, and what follows the last try.',
  },
  test_clocks: {
    title: 'Test clocks',
    text: 'Time for one customer of the sandbox. Advance it, and everything that is due on the way happens in its order, with payments and webhooks.',
  },
  portal_sessions: {
    title: 'Portal sessions',
    text: 'Links by which one customer gets in to your customer portal: subscriptions, cards, billing information, invoices. A link works once, in one browser.',
  },
  portal_settings: {
    title: 'Portal settings',
    text: 'What customers may do in the portal by themselves, and the address of the page where they ask for a link by e-mail.',
  },
  users: {
    title: 'Users',
    text: 'The people of a company. A person has one or more roles and is let in to one or more merchants.',
  },
  merchants: {
    title: 'Merchants',
    text: 'The operating units of a company, each with a sandbox and a live account. A new one is reviewed before it takes live payments.',
  },
  audit_events: {
    title: 'Audit events',
    text: 'Every administrative act: who, what, when, from where, and how it was before and after. Entries are never changed.',
  },
  ledger: { title: 'Ledger', text: 'Every movement of money is double entry. This is the proof that the books hold.' },
};

export const nounOf = (operation_name: string): string => operation_name.split('.')[0] ?? operation_name;

export function nounText(noun: string): { title: string; text: string } {
  const words = noun.replaceAll('_', ' ');
  return nouns[noun] ?? { title: words.slice(0, 1).toUpperCase() + words.slice(1), text: '' };
}
