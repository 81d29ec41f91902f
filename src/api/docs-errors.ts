// Every refusal in words: what it means and how to mend it. The table is total, because each problem document links to
// `/docs#error-<code>`: a code without its section does not compile.

import type { FaultCode } from '../kit/fault.ts';
import { faultCodes } from '../kit/fault.ts';
import { type Html, html, words } from './docs-html.ts';
import { problems } from './native/errors.ts';

type Row = { means: string; fix: string };

const explained: Record<FaultCode, Row> = {
  parameter_missing: {
    means: 'A parameter that this call needs was left out; `param` names it.',
    fix: 'Add it. `detail` says what it looks like.',
  },
  parameter_unknown: {
    means:
      'The call has no parameter of that name. Nothing is ignored in silence, so a typing error cannot become a wrong payment.',
    fix: 'Correct the name (`detail` suggests the nearest one), or leave it out.',
  },
  parameter_invalid: {
    means: 'A value is not what the parameter takes; `param` names it.',
    fix: 'Send what `detail` asks for. Values are never repeated in the answer, as they may be card data.',
  },
  body_invalid: {
    means: 'The body is no JSON object, or the request is not well formed.',
    fix: 'Send one JSON object with `Content-Type: application/json`. `detail` names the line where reading stopped.',
  },
  body_too_large: { means: 'The body has more than 1 MB.', fix: 'Send less: fewer line items, shorter metadata.' },
  amount_too_large: {
    means: 'The amount is more than what is left to capture or refund, or more than an amount can hold.',
    fix: 'Ask for at most what `detail` says is left.',
  },
  amount_too_small: {
    means: 'The new amount is not more than what is held already.',
    fix: 'Send the new total to be held, not the difference.',
  },
  currency_unsupported: {
    means: 'The currency is not known, or is not written as its code.',
    fix: 'Use the ISO 4217 code in capitals, such as `USD`.',
  },
  total_mismatch: {
    means: 'Line items, discounts and taxes do not add up to `amount_total`.',
    fix: 'Correct the side that is wrong; `detail` shows the sum and the difference.',
  },
  authentication_required: {
    means: 'The request carries no key.',
    fix: 'Send `Authorization: Bearer` with your secret key.',
  },
  key_invalid: {
    means: 'The key or access token is not known, was revoked, or is not written whole.',
    fix: 'Copy the key again, or create another one. Sandbox keys begin with `sk_test_`, live keys with `sk_live_`.',
  },
  key_expired: {
    means: 'The key was given an end, and it has passed; an access token lives an hour.',
    fix: 'Create another key, or ask for another token, and use that.',
  },
  sign_in_refused: {
    means:
      'The address and password, or the code, are not right. Which of them, and whether the address is anybody’s, is not told.',
    fix: 'Try again, or reset the password. A code works once: wait for the next one.',
  },
  password_change_required: {
    means:
      'The password was made by the installation and printed; whoever signed in with it must choose their own first.',
    fix: 'POST /v1/profile/password with both. Until then the session may be looked at and ended, and nothing else.',
  },
  permission_denied: {
    means:
      'This caller may not make this call: a publishable key on a server’s call, a scope or role that is missing, an address that the key may not be used from, or an account that may not take payments.',
    fix: 'Read `detail`: it names the scope, or the address that was seen. From your server call with a secret key.',
  },
  origin_refused: {
    means: 'A browser sent the request from a page that is not ours.',
    fix: 'Call the API from your server. Hosted pages take requests from themselves only.',
  },
  not_found: {
    means: 'No object with this id exists in the account of your key.',
    fix: 'Check the id, and that it was made with a key of the same account: sandbox and live do not see each other.',
  },
  route_not_found: {
    means: 'There is no such path.',
    fix: 'Compare it with this reference. Paths begin with `/v1` and have no slash at their end.',
  },
  method_not_allowed: {
    means: 'The path exists, but not with this method.',
    fix: 'Use a method that the `Allow` header lists.',
  },
  idempotency_key_invalid: {
    means: 'The idempotency key is empty, too long, or holds characters that a header does not carry.',
    fix: 'Use 1 to 255 visible ASCII characters; a UUID is a good one.',
  },
  idempotency_conflict: {
    means: 'The key was used before, with other parameters.',
    fix: 'Use a new key for a new request. To repeat the old one, send exactly what it had.',
  },
  idempotency_in_flight: {
    means: 'The first request with this key is still being worked on.',
    fix: 'Wait for as long as `Retry-After` says and send the same again: you get the first one’s answer.',
  },
  state_invalid: {
    means: 'The object is in a state in which this cannot be done.',
    fix: '`detail` names the state and those that would do. Get the object to see how it is now.',
  },
  payment_in_progress: {
    means: 'Another change of this payment is under way, or its provider has not answered yet.',
    fix: 'Wait for the outcome by event, or get the payment, then try again.',
  },
  payment_not_refundable: {
    means: 'The payment failed or was cancelled, so no money was taken.',
    fix: 'There is nothing to do: nothing has to be given back.',
  },
  payment_fully_refunded: {
    means: 'All that was captured was refunded already.',
    fix: 'Nothing is left to refund. List the refunds of the payment to see them.',
  },
  nothing_refundable: {
    means: 'Nothing of the payment was captured yet.',
    fix: 'Cancel an authorized payment instead; refund once it is captured.',
  },
  method_not_refundable: {
    means: 'This kind of payment method cannot be paid back to.',
    fix: 'Pay the customer back by another way.',
  },
  insufficient_balance: {
    means: 'Your balance in this currency does not cover the amount.',
    fix: 'Ask for less, or wait for further payments to come in.',
  },
  bank_account_unverified: {
    means: 'The bank account was not reviewed yet, or was rejected, so nothing is paid to it.',
    fix: 'Wait for `bank_account.verified`, name another account, or correct the details when it was rejected.',
  },
  card_invalid: {
    means: 'The card’s number, date or security code cannot be right.',
    fix: 'Let the customer correct the field in `param`.',
  },
  token_used: {
    means: 'The card token was used already; each is good for one use.',
    fix: 'Make a new token. To repeat a payment safely, repeat its idempotency key instead.',
  },
  token_expired: {
    means: 'The card token is older than fifteen minutes.',
    fix: 'Make a new token just before it is used.',
  },
  live_card_in_sandbox: {
    means: 'A number that a bank may have issued was sent to the sandbox. It was not stored.',
    fix: 'Use one of the [test cards](#test-cards).',
  },
  session_expired: {
    means: 'The checkout session’s time is over.',
    fix: 'Create another session and send the customer there.',
  },
  session_complete: {
    means: 'The checkout session was paid already.',
    fix: 'There is nothing to do. To undo it, refund its payment.',
  },
  promotion_code_refused: {
    means: 'The promotion code does not count here: it is not known, over, used up, or not for this order or customer.',
    fix: '`detail` says which. Take another code, or leave it out.',
  },
  last_key: {
    means: 'This is the last secret key of the account that is valid.',
    fix: 'Create its successor first, then revoke this one.',
  },
  url_refused: {
    means: 'We may not send to this address: it is not https, carries a password, or leads into a private network.',
    fix: 'Use a public https address. Whoever runs the installation can allow a range by `OUTBOUND_ALLOW`.',
  },
  limit_reached: { means: 'There can be no more objects of this kind.', fix: 'Delete one that you no longer need.' },
  rate_limited: {
    means: 'More requests than your key or your address may send.',
    fix: 'Wait for as long as `Retry-After` says, then send the same again with the same idempotency key.',
  },
  feature_unavailable: {
    means: 'This cannot be done on this account or in this version yet.',
    fix: '`detail` says what is missing, and how to go on without it.',
  },
  unavailable: {
    means: 'The installation cannot work right now, for instance because its database cannot be reached.',
    fix: 'Try again after `Retry-After` seconds with the same idempotency key: nothing is done twice.',
  },
  internal: {
    means: 'Something broke on our side. It is in the log under the request id.',
    fix: 'Try again with the same idempotency key, and tell whoever runs the installation the `request_id`.',
  },
};

export const errorLink = (code: FaultCode): Html =>
  html`<a class="error" href="#error-${code}"><code>${code}</code></a>`;

/** By status, so that those of one kind stand together. */
export function errorList(): Html {
  const sorted = [...faultCodes].sort((a, b) => problems[a].status - problems[b].status);
  return html`<div class="errors">${sorted.map((code) => {
    const { means, fix } = explained[code];
    return html`<section class="fault" id="error-${code}" aria-labelledby="error-${code}-title"><h3 id="error-${code}-title"><a href="#error-${code}"><code>${code}</code></a> <span class="status">${problems[code].status}</span></h3
      ><p>${words(means)}</p><p><strong>What to do:</strong> ${words(fix)}</p></section>`;
  })}</div>`;
}
