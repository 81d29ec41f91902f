// The chapters before the operations: what holds for every call. Each sentence here is a promise that code keeps elsewhere;
// it must not promise what an operation does not do.

import { testCards } from '../connectors/simulator/cards.ts';
import { setUp } from './docs-examples.ts';
import { chapter, type Html, html, listing, paragraphs, table } from './docs-html.ts';

export type Settings = { base_url: string; rate_limit: { per_second: number; burst: number } };

export function guides(settings: Settings): { id: string; title: string; section: Html }[] {
  const { base_url } = settings;
  return [
    { id: 'set-up', title: 'Set up the variables', section: setUpGuide(base_url) },
    { id: 'authentication', title: 'Authentication', section: authentication(base_url) },
    { id: 'conventions', title: 'Amounts, times and ids', section: conventions() },
    { id: 'idempotency', title: 'Idempotency', section: idempotency(base_url) },
    { id: 'paging', title: 'Paging and filters', section: paging(base_url) },
    { id: 'errors', title: 'Errors', section: errors(base_url) },
    { id: 'rate-limits', title: 'Rate limits', section: rateLimits(settings) },
  ];
}

function setUpGuide(base_url: string): Html {
  const { keys, functions, variables } = setUp(base_url);
  return chapter(
    'set-up',
    'Set up the variables',
    html`${paragraphs(
      'Every request on this page runs as it is printed, in one terminal (bash or zsh, with `curl`), against your own sandbox. Paste these three blocks once, in order.',
      'First your two keys: `npm start` prints them, and `npm run florin keys create` makes more.',
      'Then functions that make what a request uses up, such as a card token, and variables for what stays, such as `$PAYMENT`. Nothing here can move real money: sandbox keys know test cards only.',
      'Here a token is made with the secret key, for short. In production it is made in the browser, [with the publishable key](#tokens-create).',
    )}`,
    html`${listing('1. Your keys', '', keys, 'shell')}${listing('2. Functions', '', functions, 'shell')}${listing('3. Variables', '', variables, 'shell')}`,
  );
}

const authentication = (base_url: string): Html =>
  chapter(
    'authentication',
    'Authentication',
    html`${paragraphs(
      'Send a key in the `Authorization` header of each request, after the word `Bearer`. The key says which account it is for: there is no other switch between sandbox and live.',
    )}${table(
      'Kinds of keys',
      ['Key', 'Where it may be', 'What it may do'],
      [
        [
          html`<code>sk_test_…</code> <code>sk_live_…</code>`,
          'On your servers, never in a browser, an app or a repository',
          'Everything in its account',
        ],
        [
          html`<code>pk_test_…</code> <code>pk_live_…</code>`,
          'Anywhere',
          'Make card tokens, and read a checkout session by its id',
        ],
      ],
    )}${paragraphs(
      'Each operation below names the scope it needs and the kinds of keys that may call it. A key that leaked is [revoked](#api-keys-revoke) within five seconds, everywhere. A secret key can be limited to scopes and to addresses, and [rolled](#api-keys-roll) without a gap.',
      'A program may hold an [access key](#access-keys-create) instead and ask for a token of one hour: `POST /oauth/token` with the grant `client_credentials`, its id and secret by Basic authentication or in the form, and the scopes it needs. The `access_token` of the answer is sent like a key.',
    )}`,
    listing(
      'A request with a secret key',
      '',
      `curl ${base_url}/v1/balances \\\n  -H "Authorization: Bearer $FLORIN_SECRET_KEY"`,
      'shell',
    ),
  );

const conventions = (): Html =>
  chapter(
    'conventions',
    'Amounts, times and ids',
    html`<dl class="terms"><dt>Amounts</dt><dd>Whole numbers in the minor unit of their currency: <code>1999</code> is 19.99 USD, and 1,999 JPY.</dd>
    <dt>Times</dt><dd>ISO 8601 in UTC: <code>2026-01-31T12:00:00.000Z</code>.</dd>
    <dt>Ids</dt><dd>A prefix that names the kind, then 26 letters that sort by time: <code>pay_…</code> was made before every later one.</dd>
    <dt>Bodies</dt><dd>JSON in and out. A name that a call does not know is refused, never ignored.</dd>
    <dt>Metadata</dt><dd>Your own keys and values on most objects, given back as they are.</dd>
    <dt>Request ids</dt><dd>Every answer has a <code>Request-Id</code> header; the log knows the request by it.</dd></dl>`,
    listing(
      'Amounts',
      '',
      '{\n  "amount": 1999,\n  "currency": "USD",\n  "metadata": { "cart": "c_77" },\n  "created_at": "2026-01-31T12:00:00.000Z"\n}',
      'json',
    ),
  );

const idempotency = (base_url: string): Html =>
  chapter(
    'idempotency',
    'Idempotency',
    html`${paragraphs(
      'A connection can break after a payment was taken and before you were told. So give each POST an `Idempotency-Key` of your own, and when in doubt send the same again: it is done once, and you get the first answer, with the header `Idempotent-Replayed: true`.',
      'Keys are yours, per account and operation, and are kept for 30 days. The same key with other parameters is refused as [idempotency_conflict](#error-idempotency_conflict); while the first is still being worked on, as [idempotency_in_flight](#error-idempotency_in_flight).',
      'A refusal is not kept: mend the cause and use the same key again. Secrets that are shown once (API keys, signing secrets) are `null` in a replay, and a replayed card token comes without its security code: make a new one.',
    )}`,
    listing(
      'The same order, sent twice, is one payment',
      '',
      `KEY=order-1042-$(openssl rand -hex 4)\nTOKEN=$(new_token)\n\nfor try in 1 2; do\n  curl ${base_url}/v1/payments \\\n    -H "Authorization: Bearer $FLORIN_SECRET_KEY" \\\n    -H "Idempotency-Key: $KEY" \\\n    -H 'Content-Type: application/json' \\\n    -d '{"amount":1999,"currency":"USD","token":"'$TOKEN'"}'\ndone`,
      'shell',
    ),
  );

const paging = (base_url: string): Html =>
  chapter(
    'paging',
    'Paging and filters',
    html`${paragraphs(
      'Lists are newest first and come in pages of `limit` (1 to 100, 25 when left out). While `has_more` is true, ask for the next page with `starting_after` set to the last id of this one. `ending_before` pages backwards.',
      'Pages are cut by id, so rows that are added meanwhile neither repeat nor hide others, and the thousandth page costs what the first does.',
      'A filter with several values is repeated (`status=failed&status=pending`) or parted by commas; one value of metadata is asked for as `metadata[cart]=c_77`. Filters add up.',
    )}`,
    listing(
      'Page by page',
      '',
      `curl "${base_url}/v1/payments?limit=2&starting_after=$PAYMENT" \\\n  -H "Authorization: Bearer $FLORIN_SECRET_KEY"`,
      'shell',
    ),
  );

const errors = (base_url: string): Html =>
  chapter(
    'errors',
    'Errors',
    html`${paragraphs(
      'A refusal is a problem document (RFC 9457) that names its fix. Go by `code`, which is stable; `detail` is for people. `param` is the field at fault, and `doc_url` leads to [the code’s section](#error-codes) on this page.',
      'A declined card is no error: the payment exists, with status `failed` and a `decline` that says what the customer can do.',
      'Every call can meet these: [parameter_missing](#error-parameter_missing), [parameter_unknown](#error-parameter_unknown), [parameter_invalid](#error-parameter_invalid), [body_invalid](#error-body_invalid), [body_too_large](#error-body_too_large), [authentication_required](#error-authentication_required), [key_invalid](#error-key_invalid), [key_expired](#error-key_expired), [permission_denied](#error-permission_denied), [rate_limited](#error-rate_limited), [internal](#error-internal), [unavailable](#error-unavailable), and each POST [idempotency_key_invalid](#error-idempotency_key_invalid), [idempotency_conflict](#error-idempotency_conflict), [idempotency_in_flight](#error-idempotency_in_flight).',
    )}${table(
      'Classes of status',
      ['Status', 'Meaning', 'Send it again?'],
      [
        ['400, 422', 'The request is wrong', 'Not before it is mended'],
        ['401, 403', 'The key is wrong, or may not', 'With another key'],
        ['404, 405', 'No such object, path or method', 'No'],
        ['409', 'The object’s state does not allow it', 'After looking at the object'],
        ['429', 'Too fast', 'After Retry-After seconds'],
        ['500, 503', 'Our side', 'Yes, with the same idempotency key'],
      ],
    )}`,
    listing(
      'A problem document',
      '',
      JSON.stringify(
        {
          type: `${base_url}/docs#error-parameter_unknown`,
          title: 'A parameter is not known',
          status: 400,
          detail: "There is no parameter 'ammount'. Did you mean 'amount'?",
          code: 'parameter_unknown',
          param: 'ammount',
          doc_url: `${base_url}/docs#error-parameter_unknown`,
          request_id: 'req_01kaz3vt4c8d7k0v7cw6ck8x9r',
        },
        null,
        2,
      ),
      'json',
    ),
  );

const rateLimits = ({ rate_limit }: Settings): Html =>
  chapter(
    'rate-limits',
    'Rate limits',
    paragraphs(
      `Each key and each address may send ${rate_limit.per_second.toLocaleString('en-US')} requests a second, and up to ${rate_limit.burst.toLocaleString('en-US')} in one burst. Beyond that the answer is \`429\` with the code [rate_limited](#error-rate_limited) and a \`Retry-After\` header: wait that many seconds, then send the same again with the same idempotency key.`,
    ),
    listing(
      'Too many requests',
      '',
      'HTTP/1.1 429 Too Many Requests\nRetry-After: 1\nContent-Type: application/problem+json; charset=utf-8',
      'text',
    ),
  );

export const testCardGuide = (): Html =>
  html`<section class="part wide" id="test-cards" aria-labelledby="test-cards-title"><div class="words"><h2 id="test-cards-title"><a href="#test-cards">Test cards</a></h2>${paragraphs(
    'The sandbox has a simulated provider. What happens is decided by the card number alone, so that any amount can be tried with any outcome. The date is any to come, the code any three digits (four for American Express).',
    'Numbers that you may know from other providers do here what they do there.',
  )}${table(
    'Test cards',
    ['Number', 'Card', 'What happens'],
    testCards.map((card) => [
      html`<code class="number">${card.number.replaceAll(/(\d{4})(?=\d)/g, '$1 ')}</code>`,
      `${brands[card.brand]} ${card.funding}, ${card.country}`,
      card.description,
    ]),
  )}</div></section>`;

const brands = {
  visa: 'Visa',
  mastercard: 'Mastercard',
  amex: 'American Express',
  discover: 'Discover',
  diners: 'Diners Club',
  jcb: 'JCB',
  unionpay: 'UnionPay',
} as const;
