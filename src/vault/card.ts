// Card numbers: whether one is well formed, what brand it is, and what may be shown of it. Pure; knows no database.

import { testCard } from '../connectors/simulator/cards.ts';

export type Brand = 'visa' | 'mastercard' | 'amex' | 'discover' | 'diners' | 'jcb' | 'unionpay' | 'unknown';

// Issuer ranges by ISO/IEC 7812 first digits as the card networks publish them.
const ranges: [RegExp, Brand, number[]][] = [
  [/^3[47]/, 'amex', [15]],
  [/^(5[1-5]|2(22[1-9]|2[3-9]|[3-6]|7[01]|720))/, 'mastercard', [16]],
  [/^(6011|64[4-9]|65)/, 'discover', [16, 17, 18, 19]],
  [/^(36|38|39|30[0-59])/, 'diners', [14, 15, 16, 17, 18, 19]],
  [/^35(2[89]|[3-8])/, 'jcb', [16, 17, 18, 19]],
  [/^(62|81)/, 'unionpay', [16, 17, 18, 19]],
  [/^4/, 'visa', [13, 16, 19]],
];

export function brandOf(number: string): Brand {
  return ranges.find(([range]) => range.test(number))?.[1] ?? 'unknown';
}

export function lengthsOf(number: string): number[] {
  return ranges.find(([range]) => range.test(number))?.[2] ?? [12, 13, 14, 15, 16, 17, 18, 19];
}

export const cvcLength = (number: string) => (brandOf(number) === 'amex' ? 4 : 3);

/** The check digit of ISO/IEC 7812. */
export function luhn(number: string): boolean {
  let sum = 0;
  for (let i = 0; i < number.length; i++) {
    let digit = number.charCodeAt(number.length - 1 - i) - 48;
    if (i % 2 === 1) {
      digit *= 2;
      if (digit > 9) digit -= 9;
    }
    sum += digit;
  }
  return sum % 10 === 0;
}

export type Facts = {
  funding: 'credit' | 'debit' | 'prepaid' | 'unknown';
  country: string | null;
  issuer: string | null;
};

/** A sandbox knows its test cards; what a live range tells will come from the provider's answer. */
export function factsOf(number: string): Facts {
  const card = testCard(number);
  return card
    ? { funding: card.funding, country: card.country, issuer: 'Test Bank' }
    : { funding: 'unknown', country: null, issuer: null };
}

/** The test numbers live in ranges that no issuer uses; a sandbox takes nothing else, so no real number is typed into one. */
export const isTestNumber = (number: string) =>
  testCard(number) !== undefined || number.startsWith('400000') || moreTestNumbers.has(number);

const moreTestNumbers = new Set([
  '4111111111111111',
  '4012888888881881',
  '371449635398431',
  '6011000990139424',
  '6205500000000000004',
]);
