// The contract of a bank that pays merchants out. It imports kit only. Every call carries our payout's id as the bank's
// idempotency key: a repeated call is one transfer, so a call without an answer may be made again.

import type { Currency } from '../kit/money.ts';

/** Opened for one call; never stored, logged or compared. */
export type BankNumbers =
  | { kind: 'us'; routing_number: string; account_number: string }
  | { kind: 'hk'; clearing_code: string; branch_code: string; account_number: string }
  | { kind: 'iban'; iban: string };

export type Transfer = {
  reference: string;
  amount: number;
  currency: Currency;
  holder_name: string;
  /** ISO 3166-1 alpha-2 of the receiving bank: its holidays count. */
  country: string;
  numbers: BankNumbers;
};

/** Why a bank did not pay, in our words. */
export const bankFailures = ['account_closed', 'no_account', 'account_frozen', 'bank_refused', 'returned'] as const;
export type BankFailure = (typeof bankFailures)[number];

export type BankAnswer =
  | { kind: 'in_transit' | 'paid'; bank_reference: string; arrives_on: string | null }
  /** Also after `paid`: the receiving bank sent the money back. */
  | { kind: 'failed'; bank_reference: string; code: BankFailure };

/** `absent`: the bank never heard of it. */
export type BankLook = BankAnswer | { kind: 'absent' };

export type Bank = {
  send(transfer: Transfer): Promise<BankAnswer>;
  look(reference: string): Promise<BankLook>;
};
