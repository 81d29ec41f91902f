// What Wink documents, and what became of it here. A test holds it against the table of routes.

import type { Coverage } from '../dialect.ts';

const reference = 'API reference';
const guide = 'Checkout guide, which names what it does and no path';

export const coverage: Coverage = {
  endpoints: [
    { method: 'POST', path: '/checkout-sessions', source: guide, state: 'done' },
    { method: 'GET', path: '/checkout-sessions/{sessionId}', source: guide, state: 'done' },
    { method: 'GET', path: '/customers', source: reference, state: 'done' },
    { method: 'GET', path: '/customers/{customerId}', source: reference, state: 'done' },
    { method: 'GET', path: '/transactions', source: reference, state: 'done' },
    { method: 'GET', path: '/transactions/{transactionId}', source: reference, state: 'done' },
    { method: 'POST', path: '/refunds', source: reference, state: 'done' },
    { method: 'GET', path: '/refunds', source: reference, state: 'done' },
    { method: 'GET', path: '/refunds/{refundId}', source: reference, state: 'done' },
  ],
  ignored: [
    {
      where: 'GET, every path',
      parameter: 'Idempotency-Key',
      why: 'A read does the same however often it is made; on POST it counts, although Wink has no such header.',
    },
  ],
  missing: [
    { what: 'webhooks', why: 'Wink describes none. Ask for the session, or register an endpoint at our own API.' },
    {
      what: 'POST /create-checkout-session',
      why: 'A path of the merchant’s own server; examples/shop answers it with 303, as the guide does.',
    },
    { what: 'a host for each environment', why: 'One address; the key says sandbox or production.' },
  ],
};
