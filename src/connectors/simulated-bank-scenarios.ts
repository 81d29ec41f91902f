// The sandbox's bank accounts, as data: the last six digits of an account number or IBAN choose what happens. Amounts never
// do, so that any amount can be tried with any of them. Documented in docs/test-bank-accounts.md.

import type { BankFailure, BankNumbers } from './bank.ts';

export type BankBehaviour = {
  /** What a reviewer decides; verified when absent. */
  review?: 'pending' | 'rejected';
  /** The transfer's end; paid when absent. */
  fails?: BankFailure;
  /** `at_once`: the bank refuses it when asked. Otherwise it says so on the next business day. */
  when?: 'at_once' | 'after_paid';
  /** It was taken in, but the answer to `send` never comes back. */
  answer?: 'lost';
};

export const bankScenarios = {
  paid: {},
  no_account: { fails: 'no_account' },
  account_closed: { fails: 'account_closed' },
  account_frozen: { fails: 'account_frozen' },
  refused_at_once: { fails: 'bank_refused', when: 'at_once' },
  returned_after_paid: { fails: 'returned', when: 'after_paid' },
  answer_lost: { answer: 'lost' },
  review_stays_pending: { review: 'pending' },
  review_rejects: { review: 'rejected' },
} as const satisfies Record<string, BankBehaviour>;

export type BankScenario = keyof typeof bankScenarios;

const endings: Record<string, BankScenario> = {
  '111116': 'no_account',
  '111113': 'account_closed',
  '222227': 'account_frozen',
  '333335': 'refused_at_once',
  '444440': 'returned_after_paid',
  '555559': 'answer_lost',
  '666664': 'review_stays_pending',
  '777777': 'review_rejects',
};

export function bankScenarioOf(numbers: BankNumbers): BankScenario {
  const text = numbers.kind === 'iban' ? numbers.iban : numbers.account_number;
  return endings[text.slice(-6)] ?? 'paid';
}

export const bankBehaviourOf = (scenario: BankScenario): BankBehaviour => bankScenarios[scenario];
