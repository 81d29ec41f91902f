// Which numbers can be a bank account's, how they are shown, and that a refusal never repeats them.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Fault, type FaultCode } from '../kit/fault.ts';
import {
  type BankKind,
  checkCurrency,
  countryOf,
  lastFour,
  type NumberInput,
  numbersOf,
  textOf,
} from './bank-numbers.ts';

function refused(kind: BankKind, input: NumberInput, code: FaultCode, param: string): void {
  try {
    numbersOf(kind, input);
  } catch (error) {
    assert.ok(error instanceof Fault);
    assert.equal(error.code, code);
    assert.equal(error.param, param);
    for (const value of Object.values(input))
      assert.ok(value.length < 4 || !error.message.includes(value), error.message);
    return;
  }
  assert.fail(`${JSON.stringify(input)} was taken`);
}

describe('us', () => {
  test('routing numbers by their check digit and their districts', () => {
    for (const routing_number of ['110000000', '021000021', '011401533', '322271627', '121000358', '0210-0002-1']) {
      const numbers = numbersOf('us', { routing_number, account_number: '000123456789' });
      assert.equal(numbers.kind === 'us' && numbers.routing_number, routing_number.replaceAll('-', ''));
    }
    // The third is the example of another provider's guide, which fails its check digit; zeros pass it, and are nobody's.
    for (const routing_number of [
      '110000001',
      '12100035',
      '111000000',
      '000000000',
      '1210003580',
      '12100035a',
      '990000006',
    ]) {
      refused('us', { routing_number, account_number: '000123456789' }, 'parameter_invalid', 'routing_number');
    }
  });

  test('account numbers of 4 to 17 digits; leading zeros stay', () => {
    for (const account_number of ['1234', '000123456789', '12345678901234567']) {
      const numbers = numbersOf('us', { routing_number: '110000000', account_number });
      assert.equal(lastFour(numbers), account_number.slice(-4));
      assert.equal(countryOf(numbers), 'US');
    }
    for (const account_number of ['123', '123456789012345678', 'abcd', '12.34', '١٢٣٤']) {
      refused('us', { routing_number: '110000000', account_number }, 'parameter_invalid', 'account_number');
    }
  });
});

test('hk: clearing code, branch code and 6 to 9 digits, with hyphens', () => {
  const numbers = numbersOf('hk', { clearing_code: '123', branch_code: '456', account_number: '123456-789' });
  assert.deepEqual(numbers, { kind: 'hk', clearing_code: '123', branch_code: '456', account_number: '123456789' });
  assert.equal(countryOf(numbers), 'HK');
  const whole = { clearing_code: '123', branch_code: '456', account_number: '123456' };
  refused('hk', { ...whole, clearing_code: '12' }, 'parameter_invalid', 'clearing_code');
  refused('hk', { ...whole, branch_code: '4567' }, 'parameter_invalid', 'branch_code');
  refused('hk', { ...whole, account_number: '12345' }, 'parameter_invalid', 'account_number');
  refused('hk', { ...whole, account_number: '1234567890' }, 'parameter_invalid', 'account_number');
});

test('iban: check digits and length by country; spaces and small letters are mended', () => {
  for (const iban of [
    'DE89 3704 0044 0532 0130 00',
    'gb29nwbk60161331926819',
    'FR1420041010050500013M02606',
    'NO9386011117947',
  ]) {
    const numbers = numbersOf('iban', { iban });
    assert.equal(numbers.kind === 'iban' && numbers.iban, iban.replaceAll(' ', '').toUpperCase());
    assert.equal(countryOf(numbers), iban.slice(0, 2).toUpperCase());
  }
  for (const iban of [
    'DE89370400440532013001',
    'DE8937040044053201300',
    'XX89370400440532013000',
    'DEAA370400440532013000',
    'hello',
  ]) {
    refused('iban', { iban }, 'parameter_invalid', 'iban');
  }
});

test('every kind takes all of its own numbers and none of another’s', () => {
  refused('us', { account_number: '000123456789' }, 'parameter_missing', 'routing_number');
  refused(
    'us',
    { routing_number: '110000000', account_number: '1234', iban: 'DE89370400440532013000' },
    'parameter_unknown',
    'iban',
  );
  refused('hk', { branch_code: '456', account_number: '123456' }, 'parameter_missing', 'clearing_code');
  refused('iban', {}, 'parameter_missing', 'iban');
  refused('iban', { iban: 'DE89370400440532013000', account_number: '1234' }, 'parameter_unknown', 'account_number');
});

test('the same account is one text, however it was typed', () => {
  const typed = numbersOf('iban', { iban: 'de89 3704 0044 0532 0130 00' });
  assert.equal(textOf(typed), textOf(numbersOf('iban', { iban: 'DE89370400440532013000' })));
});

test('currencies by kind', () => {
  checkCurrency('us', 'USD');
  checkCurrency('hk', 'HKD');
  checkCurrency('hk', 'USD');
  checkCurrency('iban', 'EUR');
  checkCurrency('iban', 'GBP');
  for (const [kind, currency] of [
    ['us', 'EUR'],
    ['hk', 'EUR'],
    ['iban', 'BTC'],
  ] as const) {
    assert.throws(
      () => checkCurrency(kind, currency),
      (error) => error instanceof Fault && error.param === 'currency',
    );
  }
});
