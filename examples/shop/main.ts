// The shop by itself, against any Florin: FLORIN_API=… FLORIN_SECRET_KEY=sk_test_… node examples/shop/main.ts
// In the Wink dialect: SHOP_API=wink WINK_MERCHANT_ID=merchant-… FLORIN_SECRET_KEY=sk-test-… node examples/shop/main.ts

import { startShop } from './shop.ts';

const {
  FLORIN_API = 'http://localhost:4242',
  FLORIN_SECRET_KEY,
  FLORIN_WEBHOOK_SECRET,
  SHOP_API = 'florin',
  WINK_MERCHANT_ID,
  PORT = '4243',
  HOST,
  PUBLIC_URL,
} = process.env;
if (!FLORIN_SECRET_KEY) {
  console.error('Set FLORIN_SECRET_KEY to a secret key of your sandbox (sk_test_…).');
  process.exit(2);
}
if (SHOP_API !== 'florin' && (SHOP_API !== 'wink' || !WINK_MERCHANT_ID)) {
  console.error('Set SHOP_API to florin, or to wink together with WINK_MERCHANT_ID (merchant-…).');
  process.exit(2);
}
const shop = await startShop({
  port: Number(PORT),
  host: HOST,
  api_base: FLORIN_API.replace(/\/+$/, ''),
  secret_key: FLORIN_SECRET_KEY,
  wink_headers:
    SHOP_API === 'wink' && WINK_MERCHANT_ID
      ? { 'X-Wink-MerchantId': WINK_MERCHANT_ID, 'X-Wink-SecretKey': FLORIN_SECRET_KEY }
      : undefined,
  webhook_secret: FLORIN_WEBHOOK_SECRET,
  public_url: PUBLIC_URL,
  log: console.log,
});
console.log(`The shop is open at ${shop.url}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void shop.close().then(() => process.exit(0)));
