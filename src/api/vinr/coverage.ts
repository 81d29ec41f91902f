// What VINR documents, and what became of it here. A test holds it against the table of routes.

import type { Coverage } from '../dialect.ts';

const reference = 'API reference';
const resource = 'resource pages (illustrative)';
const done = (method: 'GET' | 'POST' | 'DELETE', path: string) =>
  ({ method, path, source: reference, state: 'done' }) as const;
const moved = (method: 'GET' | 'POST' | 'DELETE', path: string) =>
  ({
    method,
    path,
    source: resource,
    state: 'refused',
    why: 'The API reference calls webhook endpoints /webhooks; send this there, with camelCase names.',
  }) as const;

export const coverage: Coverage = {
  endpoints: [
    done('POST', '/payments'),
    done('GET', '/payments/{id}'),
    done('GET', '/payments'),
    done('POST', '/payments/{id}/capture'),
    done('POST', '/payments/{id}/cancel'),
    done('POST', '/refunds'),
    done('GET', '/refunds/{id}'),
    done('GET', '/refunds'),
    done('POST', '/webhooks'),
    done('GET', '/webhooks'),
    done('DELETE', '/webhooks/{id}'),
    done('GET', '/settlements'),
    done('GET', '/settlements/{id}'),
    done('GET', '/settlements/{id}/transactions'),
    moved('POST', '/webhook-endpoints'),
    moved('GET', '/webhook-endpoints'),
    moved('DELETE', '/webhook-endpoints/{id}'),
    {
      method: 'POST',
      path: '/refunds/{id}',
      source: resource,
      state: 'refused',
      why: 'A refund is not changed after it was made. Put metadata into the request that creates it.',
    },
  ],
  ignored: [
    {
      where: 'GET and DELETE, every path',
      parameter: 'Idempotency-Key',
      why: 'VINR ignores it there: such a call does the same however often it is made.',
    },
    {
      where: 'DELETE /webhooks/{id}',
      parameter: 'the body',
      why: 'The path says all.',
    },
  ],
  missing: [
    {
      what: 'payment.expired, payment.refunded, payment.succeeded, invoice.paid, settlement.created, refund.failed',
      why: 'Events that we do not have, or other pages’ names for those we send.',
    },
    { what: 'captureMethod, captureDelayHours, customer', why: 'Guides only; the reference has `capture`. Refused.' },
    { what: 'decline_code, resource in an error', why: 'No card reaches this API; what `resource` holds is not told.' },
    { what: 'filters of lists but `payment` of refunds; `expand`', why: 'Not in the reference. Refused.' },
    { what: 'limits of 100, 300, 50 and 1000 calls a minute', why: 'The installation’s own limits count.' },
    { what: 'retries after 1, 5, 30 minutes, 2 and 24 hours', why: 'The schedule of all endpoints counts (docs).' },
    { what: 'restricted keys (rk_) and address allow-lists', why: 'We have none; such a key is 401.' },
    { what: 'payoutId of a settlement', why: 'A payout is made of the balance; always null.' },
  ],
};
