// The Wink Merchant dialect: checkout sessions, customers, transactions and refunds as Wink's reference names them, under /wink/v1.

import type { Dialect } from '../dialect.ts';
import { contextOf, keyText, merchantText } from './auth.ts';
import { coverage } from './coverage.ts';
import { refusal, WinkError } from './errors.ts';
import { routes } from './routes.ts';

export const wink: Dialect = {
  name: 'wink',
  title: 'Wink Merchant',
  base: '/wink/v1',
  description:
    'Amounts are JSON numbers in the major unit of their currency (eight decimals for BTC). Names are camelCase. Times are ISO 8601 in UTC.',
  routes,
  coverage,
  names: {
    amount_total: 'totalPrice',
    line_items: 'lineItems',
    unit_amount: 'unitPrice',
    image_url: 'imageUrl',
    success_url: 'successUrl',
    cancel_url: 'cancelUrl',
    customer_email: 'customerEmail',
    merchant_reference: 'reference',
    starting_after: 'startingAfter',
    ending_before: 'endingBefore',
    payment: 'transactionId',
  },
  major_units: true,
  contextOf,
  refusal,
  error_schema: WinkError,
  headers: () => ({}),
  content_types: ['application/json'],
  security: {
    schemes: {
      merchantId: { type: 'apiKey', in: 'header', name: 'X-Wink-MerchantId' },
      secretKey: { type: 'apiKey', in: 'header', name: 'X-Wink-SecretKey' },
    },
    all: [{ merchantId: [], secretKey: [] }],
  },
  sandbox: ({ secret_key, merchant_id }) => [
    { name: 'X-Wink-MerchantId', value: merchantText(merchant_id) },
    { name: 'X-Wink-SecretKey', value: keyText(secret_key) },
  ],
};
