// The contract of whoever receives Bitcoin for a merchant: a node with a wallet, or a gateway. It imports kit only. Every request
// carries our invoice's id, so that a repeated one is the same address. Nothing here holds a key that could spend.

import type { Currency } from '../kit/money.ts';

/** `minor_units` of `currency` buy `satoshis`: whole numbers, so that what follows from them is exact. */
export type BitcoinRate = {
  currency: Currency;
  minor_units: number;
  satoshis: number;
  /** Who says so, as it may be shown. */
  source: string;
  /** As of when. */
  at: Date;
};

export type InvoiceRequest = {
  reference: string;
  /** Satoshis. */
  amount: number;
  /** Until when the amount is good. An address that was given out can be paid for ever. */
  expires_at: Date;
  /** What the customer's wallet may show. */
  label: string;
};

export type Invoice = {
  kind: 'invoice';
  /** The gateway's id of it. */
  provider_reference: string;
  address: string;
  /** Satoshis that were seen to come, in blocks or not yet. May fall again: what is in no block can be withdrawn by its sender. */
  received: number;
  /** The part of them that is as deep in blocks as the gateway wants it. */
  confirmed: number;
};

/** Every method throws when the answer is not known; the caller then asks `look` later. */
export type BitcoinGateway = {
  name: string;
  /** Undefined: no rate for this currency. */
  rate(currency: Currency): Promise<BitcoinRate | undefined>;
  request(call: InvoiceRequest): Promise<Invoice>;
  /** `absent`: it never heard of it. Asked for a week after the invoice's time as well. */
  look(reference: string): Promise<Invoice | { kind: 'absent' }>;
};

/** What is known of one invoice, as it is kept with its attempt and its payment. All sums are satoshis. */
export type BitcoinFacts = {
  invoice: string;
  address: string | null;
  label: string;
  amount: number;
  amount_received: number;
  amount_confirmed: number;
  /** What came to other addresses that the same payment gave out. */
  amount_elsewhere: number;
  /** Null for a payment in BTC. */
  rate: HeldRate | null;
  /** ISO 8601. */
  expires_at: string;
};

/** A rate as it was when the invoice was made, and is held until the invoice expires. `at` is ISO 8601. */
export type HeldRate = Omit<BitcoinRate, 'at'> & { at: string };
