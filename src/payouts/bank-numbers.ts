// The numbers of a bank account: which a kind has, whether they can be right, what may be shown. Pure. A refusal names the
// field and never repeats what was in it.

import { electronicFormatIBAN, ValidationErrorsIBAN, validateIBAN } from 'ibantools';
import type { BankNumbers } from '../connectors/bank.ts';
import { assert, never } from '../kit/assert.ts';
import { Fault } from '../kit/fault.ts';
import type { Currency } from '../kit/money.ts';

export const bankKinds = ['us', 'hk', 'iban'] as const;
export type BankKind = (typeof bankKinds)[number];

export const numberFields = ['routing_number', 'account_number', 'clearing_code', 'branch_code', 'iban'] as const;
export type NumberField = (typeof numberFields)[number];

const fieldsOf: Record<BankKind, readonly NumberField[]> = {
  us: ['routing_number', 'account_number'],
  hk: ['clearing_code', 'branch_code', 'account_number'],
  iban: ['iban'],
};

/** US accounts are reached in dollars only, Hong Kong ones in what its clearing houses settle. An IBAN says nothing of its currency. */
const currenciesOf: Partial<Record<BankKind, readonly Currency[]>> = { us: ['USD'], hk: ['HKD', 'USD', 'CNY'] };

export type NumberInput = Partial<Record<NumberField, string>>;

/** The numbers as a bank takes them, or a refusal. */
export function numbersOf(kind: BankKind, input: NumberInput): BankNumbers {
  for (const field of numberFields) {
    if (input[field] === undefined || fieldsOf[kind].includes(field)) continue;
    const takes = fieldsOf[kind].map((name) => `'${name}'`).join(', ');
    const message = `An account of kind '${kind}' has no '${field}'; it takes ${takes}.`;
    throw new Fault('parameter_unknown', message, { param: field });
  }
  switch (kind) {
    case 'us':
      return {
        kind,
        routing_number: routingNumber(given(kind, input, 'routing_number')),
        account_number: digits(given(kind, input, 'account_number'), 'account_number', 4, 17),
      };
    case 'hk':
      return {
        kind,
        clearing_code: digits(given(kind, input, 'clearing_code'), 'clearing_code', 3, 3),
        branch_code: digits(given(kind, input, 'branch_code'), 'branch_code', 3, 3),
        account_number: digits(given(kind, input, 'account_number'), 'account_number', 6, 9),
      };
    case 'iban':
      return { kind, iban: iban(given(kind, input, 'iban')) };
    default:
      return never(kind);
  }
}

export function checkCurrency(kind: BankKind, currency: Currency): void {
  const taken = currenciesOf[kind];
  if (currency === 'BTC') {
    throw new Fault('parameter_invalid', 'A bank account does not take BTC.', { param: 'currency' });
  }
  if (taken === undefined || taken.includes(currency)) return;
  const message = `An account of kind '${kind}' takes ${taken.join(', ')}, not ${currency}.`;
  throw new Fault('parameter_invalid', message, { param: 'currency' });
}

export function countryOf(numbers: BankNumbers): string {
  if (numbers.kind === 'iban') return numbers.iban.slice(0, 2);
  return numbers.kind === 'us' ? 'US' : 'HK';
}

export const lastFour = (numbers: BankNumbers) =>
  (numbers.kind === 'iban' ? numbers.iban : numbers.account_number).slice(-4);

/** One text per account, whatever spaces and hyphens it was typed with: what is sealed, and what the fingerprint is of. */
export const textOf = (numbers: BankNumbers) => JSON.stringify(numbers, Object.keys(numbers).sort());

export function fromText(text: string): BankNumbers {
  const value: unknown = JSON.parse(text);
  assert(value !== null && typeof value === 'object' && 'kind' in value, 'sealed numbers say their kind');
  return value as BankNumbers;
}

function given(kind: BankKind, input: NumberInput, field: NumberField): string {
  const value = input[field];
  if (value !== undefined) return value;
  throw new Fault('parameter_missing', `'${field}' is required for an account of kind '${kind}'.`, { param: field });
}

const bare = (text: string) => text.replaceAll(/[ -]/g, '');

function digits(text: string, param: NumberField, min: number, max: number): string {
  const value = bare(text);
  if (/^\d+$/.test(value) && value.length >= min && value.length <= max) return value;
  const count = min === max ? `${min}` : `${min} to ${max}`;
  throw new Fault('parameter_invalid', `'${param}' must be ${count} digits; hyphens and spaces are ignored.`, {
    param,
  });
}

/** Check digit of the American Bankers Association; the first two digits are a Federal Reserve district, a thrift's, electronic or a cheque's. */
function routingNumber(text: string): string {
  const value = digits(text, 'routing_number', 9, 9);
  const at = (i: number) => value.charCodeAt(i) - 48;
  const sum = 3 * (at(0) + at(3) + at(6)) + 7 * (at(1) + at(4) + at(7)) + at(2) + at(5) + at(8);
  const first = at(0) * 10 + at(1);
  const used =
    (first >= 1 && first <= 12) || (first >= 21 && first <= 32) || (first >= 61 && first <= 72) || first === 80;
  if (sum % 10 === 0 && used) return value;
  throw new Fault('parameter_invalid', "'routing_number' fails its check digit: a digit is wrong.", {
    param: 'routing_number',
  });
}

const why: Partial<Record<ValidationErrorsIBAN, string>> = {
  [ValidationErrorsIBAN.NoIBANCountry]: 'its first two letters are no country that uses IBANs',
  [ValidationErrorsIBAN.WrongBBANLength]: 'it is too long or too short for its country',
  [ValidationErrorsIBAN.WrongBBANFormat]: 'it is not written as its country writes them',
  [ValidationErrorsIBAN.ChecksumNotNumber]: 'its third and fourth characters must be digits',
  [ValidationErrorsIBAN.WrongIBANChecksum]: 'its check digits do not fit: a character is wrong',
};

function iban(text: string): string {
  const value = electronicFormatIBAN(text);
  const { valid, errorCodes } = validateIBAN(value ?? '');
  if (valid && value !== null) return value;
  const [code] = errorCodes;
  const reason = (code !== undefined && why[code]) || 'it is not valid';
  throw new Fault('parameter_invalid', `'iban' cannot be right: ${reason}.`, { param: 'iban' });
}
