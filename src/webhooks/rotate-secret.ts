// A new signing secret. The one before keeps signing beside it for a while, so that the receiver can change over without a gap.

import Type from 'typebox';
import { plus, seconds } from '../kit/clock.ts';
import { Id } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { EndpointWithSecret, endpointObject, lockEndpoint, newSecret, sealSecret, withoutSecret } from './endpoint.ts';
import { secretText } from './sign.ts';

const day = 86_400;

export const rotateSecret = operation({
  name: 'webhook_endpoints.rotate_secret',
  scope: 'webhook_endpoints:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Rotate the secret of a webhook endpoint',
  description:
    'The new `secret` is in the answer of this call and nowhere else. Until `expires_in` seconds have passed (24 hours when left out, at most 7 days) each delivery carries two signatures, ' +
    'one by each secret. 0 ends the old one at once: for a secret that leaked. A second rotation within that time drops the oldest. A replay by idempotency key shows `secret: null`.',
  input: Type.Object(
    {
      id: Id,
      expires_in: Type.Optional(
        Type.Integer({ minimum: 0, maximum: 7 * day, description: 'Seconds that the old secret keeps signing.' }),
      ),
    },
    { additionalProperties: false },
  ),
  output: EndpointWithSecret,
  keep: withoutSecret,
  faults: ['not_found'],
  example: { id: '{webhook_endpoint}', expires_in: 3_600 },
  async run(ctx, input, tx) {
    const { account_id } = ctx.account;
    const before = await lockEndpoint(tx, account_id, input.id);
    const now = ctx.env.clock.now();
    const expires_in = input.expires_in ?? day;
    const secret = newSecret(ctx.env);
    const row = await tx
      .updateTable('webhook_endpoints')
      .set({
        secret: sealSecret(ctx.env, before.id, secret),
        previous_secret: expires_in === 0 ? null : before.secret,
        previous_secret_until: expires_in === 0 ? null : plus(now, seconds(expires_in)),
        updated_at: now,
      })
      .where('account_id', '=', account_id)
      .where('id', '=', before.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    return { ...endpointObject(row, now), secret: secretText(secret) };
  },
});
