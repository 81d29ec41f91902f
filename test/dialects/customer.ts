// The customer of a dialect's tests: pays on the hosted page, with the two calls that its script makes.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { World } from '../kit/world.ts';

/** The state that the page then shows. `address` is what the merchant's server was given to send the customer to. */
export async function payAt(world: World, address: string, number = '4242424242424242'): Promise<string> {
  const path = new URL(address).pathname;
  const post = async (what: string, body: unknown) => {
    const response = await world.app.server.inject({
      method: 'POST',
      url: `${path}/${what}`,
      headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
      payload: JSON.stringify(body),
    });
    assert.ok(response.statusCode < 300, response.body);
    return response.json();
  };
  const token = await post('tokens', { number, exp_month: 12, exp_year: 2034, cvc: '123' });
  const paid = await post('payments', { token: token.id, email: 'ada@example.com' });
  return paid.state;
}
