// Printed in the reference and run by its test: a receiver's check of a delivery, by a library of Standard Webhooks. This
// comment is not printed.

import { Webhook } from 'standardwebhooks';

export function verify(secret, headers, body) {
  return new Webhook(secret).verify(body, headers);
}
