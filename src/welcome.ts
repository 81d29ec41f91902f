// What `npm start` prints when everything runs. Pure.

import type { Dialect } from './api/dialect.ts';
import { dialects } from './api/dialects.ts';
import type { Config } from './config.ts';
import type { FirstAdmin } from './identity/first-admin.ts';
import type { Sandbox } from './sandbox.ts';

type Parts = {
  config: Config;
  sandbox: Sandbox;
  admin: FirstAdmin;
  /** Whose sandbox it is; some dialects ask for it beside the key. */
  merchant_id: string;
  shop_url: string | undefined;
  seconds: number;
};

export const signIn = ({ email, password }: FirstAdmin): string =>
  password === undefined
    ? `sign in as ${email} with the password you chose`
    : `sign in as ${email}, password ${password} (printed until the first sign-in; choose your own there)`;

export function welcome({ config, sandbox, admin, merchant_id, shop_url, seconds }: Parts): string {
  const base = config.public_url;
  return `
Florin is running (${seconds.toFixed(1)} s). Ctrl-C stops it; what was paid stays in ${config.database_url === undefined ? config.home : 'your database'}.

  Example shop      ${shop_url ?? 'not running'}
                    pay with 4242 4242 4242 4242, any date to come, any CVC; 4000 0000 0000 3220 asks for 3-D Secure
  Dashboard         ${base}/dashboard
                    ${signIn(admin)}
  API               ${base}/v1
  Reference         ${base}/docs            (OpenAPI: ${base}/openapi.json)
  Secret key        ${sandbox.secret_key}
  Publishable key   ${sandbox.publishable_key}

Other wire formats over the same sandbox, for programs written for them:
${dialects.map((dialect) => spelled(dialect, base, { secret_key: sandbox.secret_key, merchant_id })).join('\n')}

Take a payment:

${curl(base, sandbox)}

Prove the books:    npm run florin verify
`;
}

/** Where a dialect is, and the keys as its clients write them. */
function spelled(dialect: Dialect, base: string, keys: { secret_key: string; merchant_id: string }): string {
  const line = (name: string, value: string) => `  ${name.padEnd(17)} ${value}`;
  return [
    line(dialect.title, `${base}${dialect.base}            (OpenAPI: ${base}${dialect.base}/openapi.json)`),
    ...dialect.sandbox(keys).map(({ name, value }) => line('', `${name}: ${value}`)),
  ].join('\n');
}

/** Two calls: the browser's (card → token), then the server's. */
function curl(base: string, { secret_key, publishable_key }: Sandbox): string {
  return `  TOKEN=$(curl -s ${base}/v1/tokens -H 'Authorization: Bearer ${publishable_key}' -H 'Content-Type: application/json' \\
    -d '{"card":{"number":"4242424242424242","exp_month":12,"exp_year":2034,"cvc":"123"}}' | sed 's/^{"id":"\\([^"]*\\)".*/\\1/')
  curl -s ${base}/v1/payments -H 'Authorization: Bearer ${secret_key}' -H 'Content-Type: application/json' \\
    -H "Idempotency-Key: $(date +%s%N)" -d '{"amount":1999,"currency":"USD","token":"'"$TOKEN"'","description":"My first payment"}'`;
}
