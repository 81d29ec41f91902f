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
  'payment.amount_received':
    'Bitcoin came: in part, in full, too much or too late. `bitcoin` says how much; other events, what it made of the payment.',
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
  'payment_method.updated': 'The billing address or the notes of a saved card were changed.',
  'payment_method.detached': 'A saved card was removed.',
  'payment_method.expiring':
    'A saved card that something renews with is in its last month; told once. Not by test clocks.',
  'card_setup.succeeded': 'A card was put on file without a charge.',
  'card_setup.failed':
    'A card could not be put on file: the bank refused, or the customer left its question unanswered.',
  'product.created': 'A product was added to your catalog.',
  'product.updated': 'A product changed, was archived or unarchived.',
  'price.created': 'A price was added to a product.',
  'price.updated': 'A price changed, was archived or unarchived; `snapshot` names its terms of now.',
  'coupon.created': 'A coupon was made.',
  'coupon.updated': 'A coupon was renamed.',
  'coupon.deleted': 'A coupon was deleted: none of its codes is taken any more.',
  'promotion_code.created': 'A promotion code was made.',
  'promotion_code.updated': 'A promotion code was enabled, disabled or changed.',
  'payment_link.created': 'A payment link was made.',
  'payment_link.updated': 'A payment link was changed, switched off or on.',
  'checkout_session.completed': 'The session is paid. Ship on this one when you use checkout.',
  'checkout_session.expired': 'Its time was over before it was paid.',
  'checkout_session.late_payment': 'A payment came through after the session had ended: ship it, or refund it.',
  'subscription.created': 'A subscription was made; whether it begins is not known yet.',
  'subscription.trialing': 'Its trial began.',
  'subscription.activated':
    'It is paid for: after its first payment, at the end of its trial, or after it was past due. Give access.',
  'subscription.renewed': 'A new period began; its invoice is charged now.',
  'subscription.renewal_upcoming':
    'It renews in seven days; told once for each period of a month or more. Preview it for the amount.',
  'subscription.trial_will_end': 'Its trial ends in three days, or began and is shorter; told once.',
  'subscription.past_due':
    'A renewal could not be paid, and is tried again (`invoice.payment_failed` says why); or a sent invoice is overdue.',
  'subscription.incomplete_expired': 'Its first invoice was not paid within 23 hours.',
  'subscription.canceled': 'It ended. `cancel_reason_code` is `payment_failed` when no try was left. Take access away.',
  'subscription.cancellation_scheduled': 'It will end with its period.',
  'subscription.cancellation_revoked': 'It goes on after all.',
  'subscription.plan_changed': 'Its price or quantity changed.',
  'subscription.plan_change_scheduled': 'Its price or quantity will change with a later period.',
  'subscription.plan_change_canceled': 'A change was taken back, or could not be paid.',
  'subscription.paused': 'It rests: nothing is renewed.',
  'subscription.resumed': 'It goes on.',
  'subscription.updated': 'Its card, reference or metadata changed.',
  'invoice.open': 'An invoice was made; unless nothing is due, it is charged now or sent to its customer.',
  'invoice.sent': 'An invoice went to its customer, who pays it until `due_at`; once more when you send it again.',
  'invoice.reminder': 'Its customer is reminded of it, before or after `due_at`; `overdue` says which.',
  'invoice.overdue': 'The last day to pay it is over. Its subscription is past due; told once.',
  'invoice.paid': 'An invoice was paid; `paid_out_of_band` when that was told by you.',
  'invoice.payment_failed':
    'A payment of an invoice failed; `decline_code` says why, `next_charge_at` when it is tried again.',
  'invoice.voided': 'An invoice is void: nothing is asked for any more.',
  'invoice.uncollectible': 'An invoice was given up; it can still be paid.',
  'credit_note.created': 'A part of an invoice, or all of it, was credited.',
  'credit_note.voided': 'A credit note was taken back, or its refund failed.',
  'settlement.created': 'What came in was settled: it moved from incoming to available.',
  'bank_account.created': 'A bank account was added.',
  'bank_account.updated': 'A bank account changed; a change of its details is reviewed anew.',
  'bank_account.verified': 'It was reviewed and can be paid to.',
  'bank_account.rejected': 'It was reviewed and cannot be paid to; `rejection_reason` says why.',
  'bank_account.deleted': 'A bank account was deleted.',
  'conversion.created': 'Available money of one currency became money of another, by hand or when it settled.',
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
