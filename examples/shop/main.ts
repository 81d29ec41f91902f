// The shop by itself, against any Florin: FLORIN_API=… FLORIN_SECRET_KEY=sk_test_… node examples/shop/main.ts

import { startShop } from './shop.ts';

const {
  FLORIN_API = 'http://localhost:4242',
  FLORIN_SECRET_KEY,
  FLORIN_WEBHOOK_SECRET,
  PORT = '4243',
  HOST,
  PUBLIC_URL,
} = process.env;
if (!FLORIN_SECRET_KEY) {
  console.error('Set FLORIN_SECRET_KEY to a secret key of your sandbox (sk_test_…).');
  process.exit(2);
}
const shop = await startShop({
  port: Number(PORT),
  host: HOST,
  api_base: FLORIN_API.replace(/\/+$/, ''),
  secret_key: FLORIN_SECRET_KEY,
  webhook_secret: FLORIN_WEBHOOK_SECRET,
  public_url: PUBLIC_URL,
  log: console.log,
});
console.log(`The shop is open at ${shop.url}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void shop.close().then(() => process.exit(0)));
