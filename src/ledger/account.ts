// The ledger accounts of an account and currency, and what a posting is. Debits are positive, credits negative.

export const ledgerAccounts = [
  /** Owed to us by the provider: what it took from customers and has not yet paid out. */
  'provider_receivable',
  /** Owed to the merchant, not settled yet. */
  'incoming',
  /** Owed to the merchant, free to be paid out. */
  'available',
  /** What the platform earned. */
  'fees',
  'disputed',
  'payouts_in_transit',
  'bank',
  'fx',
] as const;

export type LedgerAccount = (typeof ledgerAccounts)[number];

export type Legs = Partial<Record<LedgerAccount, number>>;

/** One balanced movement in one currency. `source_id` and `recipe` together happen once. */
export type Posting = {
  account_id: string;
  currency: string;
  id: string;
  recipe: Recipe;
  source_id: string;
  /** The payment it belongs to; the settlement's or payout's own id where there is none. */
  group_id: string;
  /** What the customer or merchant sees as the size of it; signed from the merchant's side. */
  amount: number;
  fee: number;
  /** The part of the fee that is for another currency than the merchant's own. */
  exchange_fee?: number;
  /** Local day, `2026-01-31`, on which the incoming part becomes available. */
  available_on: string | null;
  legs: Legs;
  created_at: Date;
};

export const recipeNames = [
  'capture',
  'refund',
  'refund_failed',
  'settlement',
  'dispute_opened',
  'dispute_fee',
  'dispute_won',
  'dispute_lost',
  'payout',
  'payout_paid',
  'payout_returned',
  'conversion_out',
  'conversion_in',
] as const;
export type Recipe = (typeof recipeNames)[number];
