// The webhook guide: how a delivery is verified, what a receiver may count on, every event type. The listings are run by tests.

import { readFileSync } from 'node:fs';
import { type EventType, eventTypes } from '../events/event.ts';
import { maxTries } from '../webhooks/schedule.ts';
import { chapter, type Html, html, listing, paragraphs, table, words } from './docs-html.ts';

/** A file of its own, so that it is checked like any other; its first comment is for us. */
const printed = (name: string) => {
  const text = readFileSync(new URL(name, import.meta.url), 'utf8');
  return text.slice(text.indexOf('\n\n') + 2).trimEnd();
};

export const verifyByHand = printed('./docs-verify-by-hand.js');
export const verifyByLibrary = printed('./docs-verify-by-library.js');

const meanings: Record<EventType, string> = {
  'payment.created': 'A payment was made; how it goes is not known yet.',
  'payment.requires_authentication': 'The customer must authenticate at `checkout_url`.',
  'payment.authorized': 'The amount is held, and waits for a capture.',
  'payment.processing': 'The provider has not decided yet.',
  'payment.completed': 'It is paid. Ship on this one.',
  'payment.captured': 'A part of a held amount was captured.',
  'payment.attempt_failed': 'A card was declined; the customer may try another.',
  'payment.failed': 'It failed for good; `decline` says why.',
  'payment.cancelled': 'It was cancelled, and what was held is given back.',
  'payment.authorization_increased': 'More is held than before.',
  'refund.created': 'A refund is under way.',
  'refund.succeeded': 'The provider took it; the customer’s bank will show it.',
  'refund.failed': 'It could not be paid back; the money is in your balance again.',
  'dispute.created': 'A customer disputed a payment: the amount is held back. Answer before `evidence_due_by`.',
  'dispute.updated': 'Its evidence was drafted, or the provider refused your answer.',
  'dispute.under_review': 'The provider took your evidence.',
  'dispute.won': 'It was decided for you: the amount is in your balance again.',
  'dispute.lost': 'It was decided for the customer, or nobody answered in time.',
  'dispute.withdrawn': 'The customer withdrew it: the amount is in your balance again.',
  'dispute.closed':
    'It ended, in whichever way `status` says; comes with won, lost and withdrawn, and alone when you accepted.',
  'fraud_warning.created': 'The issuer’s customer does not know a payment; refund it before it is disputed.',
  'customer.created': 'A customer was made, by you or by checkout.',
  'customer.updated': 'A customer’s data changed.',
  'customer.deleted': 'A customer was deleted.',
  'payment_method.attached': 'A card was saved.',
  'payment_method.detached': 'A saved card was removed.',
  'checkout_session.completed': 'The session is paid. Ship on this one when you use checkout.',
  'checkout_session.expired': 'Its time was over before it was paid.',
  'checkout_session.late_payment': 'A payment came through after the session had ended: ship it, or refund it.',
  'settlement.created': 'What came in was settled: it moved from incoming to available.',
  'bank_account.created': 'A bank account was added.',
  'bank_account.updated': 'A bank account changed; a change of its details is reviewed anew.',
  'bank_account.verified': 'It was reviewed and can be paid to.',
  'bank_account.rejected': 'It was reviewed and cannot be paid to; `rejection_reason` says why.',
  'bank_account.deleted': 'A bank account was deleted.',
  'payout.created': 'A payout was requested, by you or by your schedule; the money left your balance.',
  'payout.in_transit': 'The bank has it.',
  'payout.paid': 'The bank confirmed it.',
  'payout.failed': 'It could not be paid, or was sent back after it was; the money is in your balance again.',
  'payout.cancelled': 'It was cancelled; the money is in your balance again.',
  'webhook_endpoint.disabled': 'An endpoint was switched off, by you or after three days of failures.',
  'webhook_endpoint.test': 'You asked for a test; it goes to that one endpoint.',
};

const delivery = `POST /florin HTTP/1.1
Content-Type: application/json; charset=utf-8
User-Agent: Florin-Webhooks/1
webhook-id: evt_01kaz3vt4c8d7k0v7cw6ck8x9r
webhook-timestamp: 1767225600
webhook-signature: v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=

{"id":"evt_01kaz3vt4c8d7k0v7cw6ck8x9r","object":"event",
 "type":"payment.completed",
 "data":{"id":"pay_…","object":"payment",…},
 "request_id":"req_…","created_at":"2026-01-01T00:00:00.000Z"}`;

export const webhookGuide = (): Html =>
  chapter(
    'webhooks',
    'Webhooks',
    html`${paragraphs(
      'Create an [endpoint](#webhook-endpoints-create), choose its event types, and keep the `secret` of the answer. Each event is then sent to its `url` by POST, signed as [Standard Webhooks](https://www.standardwebhooks.com/) 1.0 says, so that any of its libraries verifies it.',
    )}<h3>What to do when one arrives</h3><ol><li>${words('Take the body as text, before anything parses it, and verify the signature.')}</li><li>${words(
      'Drop it when you have seen its `webhook-id` before: a delivery may come twice, and in another order than things happened.',
    )}</li><li>${words('Answer any 2xx within 15 seconds; do slow work afterwards.')}</li></ol><h3>When you do not answer</h3>${paragraphs(
      `An event is tried up to ${maxTries} times over about a day, with growing waits; a \`Retry-After\` of yours is respected up to four hours. Redirects are not followed. After three days of nothing but failures, or after a \`410\`, the endpoint is disabled and \`webhook_endpoint.disabled\` is emitted. When you are back, [enable it](#webhook-endpoints-enable) and [recover](#webhook-endpoints-recover) what it missed.`,
    )}<h3>Changing the secret</h3>${paragraphs('[Rotate it](#webhook-endpoints-rotate-secret): for a day (or as long as you say) each delivery carries two signatures, one by each secret.')}<h3>Event types</h3>${table(
      'Event types',
      ['Type', 'Happens when'],
      eventTypes.map((type) => [html`<code>${type}</code>`, words(meanings[type])]),
    )}`,
    html`${listing('A delivery', '', delivery, 'text')}${listing('Verify: Node.js, by hand', '', verifyByHand, 'js')}${listing('Verify: by library', '', verifyByLibrary, 'js')}`,
  );
