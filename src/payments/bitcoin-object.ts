// A payment's Bitcoin as the merchant sees it: what was asked for at which rate, what came, what is missing or too much.

import Type, { type Static } from 'typebox';
import type { BitcoinFacts } from '../connectors/bitcoin.ts';
import { nullable } from '../operation/fields.ts';
import { rateText } from './bitcoin-rate.ts';
import { bitcoinUri, missing, surplus } from './bitcoin-verdict.ts';

export const BitcoinObject = Type.Object(
  {
    address: nullable(Type.String({ description: 'Null until the gateway has answered.' })),
    uri: nullable(Type.String({ description: 'BIP 21, for a link or a QR code; null when nothing is missing.' })),
    amount: Type.Integer({ description: 'Satoshis that the customer is asked for.' }),
    amount_received: Type.Integer({ description: 'Satoshis seen so far, in blocks or not yet.' }),
    amount_confirmed: Type.Integer({ description: 'The part of them that is confirmed.' }),
    amount_missing: Type.Integer({ description: 'What was asked for and has not come.' }),
    amount_surplus: Type.Integer({ description: 'What came beyond it.' }),
    amount_elsewhere: Type.Integer({
      description: 'Satoshis that came to other addresses which this payment gave out earlier.',
    }),
    rate: nullable(
      Type.Object({
        text: Type.String({ description: '`1 BTC = $64,000.00`' }),
        currency: Type.String(),
        minor_units: Type.Integer({ description: 'So many minor units of `currency` …' }),
        satoshis: Type.Integer({ description: '… buy so many satoshis. Rounded up to a whole one.' }),
        source: Type.String(),
        at: Type.String({ format: 'date-time', description: 'As of when its source gave it.' }),
      }),
    ),
    expires_at: Type.String({ format: 'date-time', description: 'Until when amount and rate are held.' }),
  },
  { description: 'All amounts are satoshis. Set once the payment was to be paid by Bitcoin.' },
);
export type BitcoinObject = Static<typeof BitcoinObject>;

export function bitcoinObject(facts: BitcoinFacts): BitcoinObject {
  const { rate } = facts;
  return {
    address: facts.address,
    uri: facts.address !== null && missing(facts) > 0 ? bitcoinUri(facts) : null,
    amount: facts.amount,
    amount_received: facts.amount_received,
    amount_confirmed: facts.amount_confirmed,
    amount_missing: missing(facts),
    amount_surplus: surplus(facts),
    amount_elsewhere: facts.amount_elsewhere,
    rate: rate && {
      text: rateText(rate),
      currency: rate.currency,
      minor_units: rate.minor_units,
      satoshis: rate.satoshis,
      source: rate.source,
      at: rate.at,
    },
    expires_at: facts.expires_at,
  };
}
