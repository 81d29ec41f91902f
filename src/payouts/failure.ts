// Why a payout failed, in words a merchant can act on. Pure.

import type { BankFailure } from '../connectors/bank.ts';

export type FailureCode = BankFailure | 'review_rejected' | 'bank_account_unverified';

const messages: Record<FailureCode, string> = {
  account_closed: 'The bank account is closed. Add another one.',
  no_account: 'The bank knows no such account. Correct its numbers.',
  account_frozen: 'The bank account is frozen. Ask your bank, or add another one.',
  bank_refused: 'The bank refused the transfer. Ask your bank, or add another account.',
  returned: 'The receiving bank sent the money back. Correct the details of the account, or add another one.',
  review_rejected: 'We reviewed the payout and did not release it.',
  bank_account_unverified: 'The bank account was no longer verified when the payout was to be sent.',
};

export const failureCodes = Object.keys(messages) as FailureCode[];

export const failureText = (code: FailureCode) => messages[code];
