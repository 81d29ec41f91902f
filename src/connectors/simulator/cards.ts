// The documented test cards, in one table: documentation, dashboard and simulator read it. Numbers that developers know
// from other providers' public documentation behave as they do there; the rest is ours, 4000 0000 0000 80xx.
// Must never hold a number that a bank could have issued.

import type { Scenario } from './scenarios.ts';

export type TestCard = {
  number: string;
  brand: 'visa' | 'mastercard' | 'amex' | 'discover' | 'diners' | 'jcb' | 'unionpay';
  funding: 'credit' | 'debit' | 'prepaid';
  /** ISO 3166-1 alpha-2 of the bank. */
  country: string;
  scenario: Scenario;
  description: string;
};

type Kind = Pick<TestCard, 'brand' | 'funding' | 'country'>;

const visa: Kind = { brand: 'visa', funding: 'credit', country: 'US' };
const mastercard: Kind = { brand: 'mastercard', funding: 'credit', country: 'US' };

const row = (number: string, kind: Kind, scenario: Scenario, description: string): TestCard => ({
  number,
  ...kind,
  scenario,
  description,
});

export const testCards: readonly TestCard[] = [
  // Approved: brands, funding, countries.
  row('4242424242424242', visa, 'approved', 'Approved.'),
  row('4000056655665556', { ...visa, funding: 'debit' }, 'approved', 'Approved; a debit card.'),
  row('5555555555554444', mastercard, 'approved', 'Approved.'),
  row('2223003122003222', mastercard, 'approved', 'Approved; a number of the 2-series.'),
  row('5200828282828210', { ...mastercard, funding: 'debit' }, 'approved', 'Approved; a debit card.'),
  row('5105105105105100', { ...mastercard, funding: 'prepaid' }, 'approved', 'Approved; a prepaid card.'),
  row('378282246310005', { ...visa, brand: 'amex' }, 'approved', 'Approved; 15 digits, 4-digit CVC.'),
  row('6011111111111117', { ...visa, brand: 'discover' }, 'approved', 'Approved.'),
  row('3056930009020004', { ...visa, brand: 'diners' }, 'approved', 'Approved.'),
  row('36227206271667', { ...visa, brand: 'diners' }, 'approved', 'Approved; 14 digits.'),
  row('3566002020360505', { ...visa, brand: 'jcb', country: 'JP' }, 'approved', 'Approved.'),
  row('6200000000000005', { ...visa, brand: 'unionpay', country: 'CN' }, 'approved', 'Approved.'),
  row('4000008260000000', { ...visa, country: 'GB' }, 'approved', 'Approved; issued in the United Kingdom.'),
  row('4000002760000016', { ...visa, country: 'DE' }, 'approved', 'Approved; issued in Germany.'),
  row('4000003920000003', { ...visa, country: 'JP' }, 'approved', 'Approved; issued in Japan.'),
  row('4000000760000002', { ...visa, country: 'BR' }, 'approved', 'Approved; issued in Brazil.'),

  // Declined at once.
  row('4000000000000002', visa, 'generic_decline', 'Declined without a reason.'),
  row('4000000000009995', visa, 'insufficient_funds', 'Declined: not enough money.'),
  row('4000000000009987', visa, 'lost_card', 'Declined: reported lost.'),
  row('4000000000009979', visa, 'stolen_card', 'Declined: reported stolen.'),
  row('4000000000000069', visa, 'expired_card', 'Declined: expired, whatever date is typed.'),
  row('4000000000000127', visa, 'incorrect_cvc', 'Declined: wrong security code, whatever is typed.'),
  row('4000000000000119', visa, 'processing_error', 'Declined: an error at the bank; trying again makes sense.'),
  row(
    '4000000000000341',
    visa,
    'declined_when_stored',
    'Approved when typed, declined each time the saved card is charged.',
  ),

  // 3-D Secure.
  row('4000000000003220', visa, 'challenge', 'Always asks the customer on the challenge page.'),
  row('4000002760003184', { ...visa, country: 'DE' }, 'challenge', 'Always asks the customer on the challenge page.'),
  row(
    '4000002500003155',
    { ...visa, country: 'FR' },
    'challenge_when_typed',
    'Asks when typed; the saved card is charged without asking.',
  ),
  row(
    '4000008400001629',
    visa,
    'challenge_then_generic_decline',
    'Asks the customer, then declines although they approved.',
  ),
  row(
    '4000008260003178',
    { ...visa, country: 'GB' },
    'challenge_then_insufficient_funds',
    'Asks the customer, then declines: not enough money.',
  ),
  row('4000000000003055', visa, 'frictionless', 'Authenticated without asking the customer.'),
  row('4000008400001280', visa, 'authentication_failed', 'Authentication fails without asking the customer: declined.'),

  // Late, lost and slow answers.
  row('4000000000008013', visa, 'timeout_approved', 'Time-out; the payment was approved all the same.'),
  row('4000000000008021', visa, 'timeout_never_reached', 'Time-out; the call never reached the provider.'),
  row('4000000000008039', visa, 'timeout_declined', 'Time-out; the payment was declined.'),
  row(
    '4000000000008047',
    visa,
    'timeout_follow_up_done',
    'Approved; each capture, void, refund or increase is done, but its answer is lost.',
  ),
  row(
    '4000000000008054',
    visa,
    'timeout_follow_up_never_reached',
    'Approved; a capture, void, refund or increase never reaches the provider.',
  ),
  row('4000000000008062', visa, 'slow', 'Approved after three seconds.'),
  row('4000000000008070', visa, 'approved_later', 'Pending, approved five seconds later.'),
  row('4000000000008088', visa, 'declined_later', 'Pending, declined five seconds later.'),

  // Trouble after the authorization.
  row('4000000000008096', visa, 'capture_refused', 'Approved; each capture is refused.'),
  row('4000000000008104', visa, 'refund_refused', 'Approved; each refund is refused at once.'),
  row('4000000000007726', visa, 'refund_later', 'Approved; a refund is pending and succeeds five seconds later.'),
  row('4000000000005126', visa, 'refund_refused_later', 'Approved; a refund is pending and fails five seconds later.'),
  row(
    '4000000000000259',
    visa,
    'dispute_fraudulent',
    'Approved, disputed as fraudulent five seconds after the capture.',
  ),
  row(
    '4000000000002685',
    visa,
    'dispute_product_not_received',
    'Approved, disputed five seconds after the capture: not received.',
  ),
  row(
    '4000000000008120',
    visa,
    'dispute_withdrawn',
    'Approved, disputed after five seconds; the customer withdraws it ten seconds later.',
  ),
  row('4000000000005423', visa, 'fraud_warning', 'Approved; an early fraud warning two seconds after the capture.'),
  row(
    '4000000000008112',
    visa,
    'dispute_after_warning',
    'Approved; a fraud warning after two seconds, a dispute after thirty unless it was refunded in full.',
  ),
  row('4000000000009235', visa, 'risk_medium', 'Approved with a raised risk level.'),
  row('4000000000004954', visa, 'risk_high', 'Approved with the highest risk level.'),
];

const byNumber = new Map(testCards.map((card) => [card.number, card]));

export const testCard = (number: string): TestCard | undefined => byNumber.get(number);
