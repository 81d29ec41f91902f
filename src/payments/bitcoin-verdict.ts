// What became of an invoice, as a verdict on its attempt. Pure. What was asked for and is in a block pays, whenever it comes; what is
// seen but in no block is waited for, past the invoice's time as well; time ends only what did not come.

import type { BitcoinFacts } from '../connectors/bitcoin.ts';
import type { Outcome } from '../connectors/connector.ts';
import { toMajor } from '../kit/money.ts';

export function bitcoinVerdict(facts: BitcoinFacts, provider_reference: string, now: Date): Outcome {
  const processing = { bitcoin: facts };
  if (facts.amount_confirmed >= facts.amount) return { kind: 'approved', provider_reference, processing };
  if (facts.amount_received >= facts.amount) return { kind: 'pending', provider_reference, processing };
  if (now < new Date(facts.expires_at))
    return { kind: 'action', provider_reference, processing, url: bitcoinUri(facts) };
  const code = facts.amount_received > 0 ? 'underpaid' : 'invoice_expired';
  return { kind: 'declined', provider_reference, processing, code, retryable: true };
}

export const missing = (facts: BitcoinFacts) => Math.max(0, facts.amount - facts.amount_received);
export const surplus = (facts: BitcoinFacts) => Math.max(0, facts.amount_received - facts.amount);

/** BIP 21, over what is still missing. */
export function bitcoinUri(facts: BitcoinFacts): string {
  const amount = toMajor(missing(facts), 'BTC');
  return `bitcoin:${facts.address ?? ''}?amount=${amount}&label=${encodeURIComponent(facts.label)}`;
}
