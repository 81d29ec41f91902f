// What the first page of the portal says of what was done just now, and of a bank's answer. Says only what this file words: an address may name
// one of these, and puts nothing else on the page.

import type { CardAnswer } from '../../src/portal/manage-cards.ts';
import type { PaymentOutcome } from '../../src/portal/payment-outcome.ts';
import { type Page, sayIn as sayInCheckout } from '../checkout/page.ts';
import type { Notice } from './frame.ts';
import { sayIn } from './messages.ts';

/** What an address may say of what was done just now: a name from this list, so that nobody else puts words on the page. */
export const doneKeys = [
  'canceled',
  'kept',
  'paused',
  'resumed',
  'changed',
  'change_left',
  'card',
  'default',
  'removed',
  'address',
  'details',
  'email_sent',
  'email_changed',
  'paid',
  'processing',
] as const;

export function doneNotice(page: Page, name: string | undefined): Notice | undefined {
  const known = doneKeys.find((one) => one === name);
  return known && { kind: 'good', text: sayIn(page.locale)(`done_${known}`) };
}

/** `state`, `card` or a decline: `decline.insufficient_funds`. */
export function failedNotice(page: Page, name: string | undefined): Notice | undefined {
  if (name === undefined) return undefined;
  const say = sayIn(page.locale);
  if (name === 'card') return { kind: 'bad', text: say('failed_card') };
  const [kind, code = ''] = name.split('.');
  return kind === 'decline' ? declineNotice(page, code) : { kind: 'bad', text: say('failed_state') };
}

export const samePlan = (page: Page): Notice => ({ kind: 'bad', text: sayIn(page.locale)('same_plan') });

const worded = [
  'insufficient_funds',
  'expired_card',
  'incorrect_cvc',
  'processing_error',
  'authentication_failed',
  'authentication_abandoned',
] as const;

/** A lost or stolen card is told like any other decline: whoever holds it learns nothing. */
export function declineNotice(page: Page, code: string): Notice {
  const say = sayInCheckout(page.locale);
  const known = worded.find((one) => one === code) ?? 'generic_decline';
  return { kind: 'bad', text: say(`decline_${known}`), advice: say(`advice_${known}`) };
}

/** For somebody who comes back from their bank. */
export function outcomeNotice(page: Page, { change, state, decline_code }: PaymentOutcome): Notice {
  const say = sayIn(page.locale);
  const why = declineNotice(page, decline_code ?? '');
  switch (state) {
    case 'paid':
      return { kind: 'good', text: say(change ? 'done_changed' : 'done_paid') };
    case 'processing':
      return { kind: 'good', text: say('done_processing') };
    case 'requires_authentication':
      return { kind: 'bad', text: say('failed_unconfirmed') };
    case 'declined':
      return change
        ? { kind: 'bad', text: say('failed_change'), advice: `${why.text} ${why.advice ?? ''}`.trim() }
        : why;
    case 'left':
      return { kind: 'good', text: say(change ? 'done_change_left' : 'failed_unconfirmed') };
    default:
      return state satisfies never;
  }
}

export function cardNotice(page: Page, { state, decline_code }: CardAnswer): Notice {
  const say = sayIn(page.locale);
  switch (state) {
    case 'succeeded':
      return { kind: 'good', text: say('done_card') };
    case 'processing':
      return { kind: 'good', text: say('card_waiting') };
    case 'requires_authentication':
      return { kind: 'bad', text: say('not_confirmed') };
    case 'failed':
      return declineNotice(page, decline_code ?? '');
    default:
      return state satisfies never;
  }
}
