// The VINR dialect: payments, refunds, webhooks and settlements as VINR's API reference writes them, under /vinr/v1.

import type { Dialect } from '../dialect.ts';
import { contextOf } from './auth.ts';
import { coverage } from './coverage.ts';
import { refusal, VinrError } from './errors.ts';
import { form } from './form.ts';
import { routes } from './routes.ts';
import { vinrWebhooks } from './webhooks.ts';

export const vinr: Dialect = {
  name: 'vinr',
  title: 'VINR',
  base: '/vinr/v1',
  description:
    'Amounts are integers in the minor unit of their currency. Times are ISO 8601 in UTC. Lists are paged by `starting_after` and `ending_before`.',
  routes,
  coverage,
  names: {
    return_url: 'returnUrl',
    checkout_url: 'checkoutUrl',
    amount_captured: 'amountCaptured',
    amount_refunded: 'amountRefunded',
    events: 'enabledEvents',
  },
  major_units: false,
  contextOf,
  refusal,
  error_schema: VinrError,
  headers: (request_id, standing) => ({
    'x-vinr-request-id': request_id,
    ...(standing === undefined
      ? {}
      : {
          'x-ratelimit-limit': String(standing.limit),
          'x-ratelimit-remaining': String(standing.remaining),
          'x-ratelimit-reset': String(standing.reset),
        }),
  }),
  openParsers: form,
  content_types: ['application/json', 'application/x-www-form-urlencoded'],
  security: {
    schemes: {
      bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'sk_test_… or sk_live_…' },
      apiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
    },
    all: [{ bearer: [] }, { apiKey: [] }],
  },
  webhooks: vinrWebhooks,
  sandbox: ({ secret_key }) => [{ name: 'Authorization', value: `Bearer ${secret_key}` }],
};
