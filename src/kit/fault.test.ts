import assert from 'node:assert/strict';
import { test } from 'node:test';
import { must, never, assert as sure } from './assert.ts';
import { Fault, faultCodes, isFault, notFound } from './fault.ts';

test('a fault carries what a caller needs, and keeps the rest apart', () => {
  const cause = new Error('inner');
  const fault = new Fault('rate_limited', 'Wait 2 s.', {
    param: 'amount',
    retry_after: 2,
    internal: { secret: 1 },
    cause,
  });
  assert.deepEqual(
    [fault.code, fault.message, fault.param, fault.retry_after, fault.internal, fault.cause, fault.name],
    ['rate_limited', 'Wait 2 s.', 'amount', 2, { secret: 1 }, cause, 'Fault'],
  );
  assert.ok(!('cause' in new Fault('internal', 'x')), 'no cause is no cause');
});

test('a fault is told from a bug, and from a fault of another code', () => {
  const fault = new Fault('not_found', 'x');
  assert.deepEqual(
    [
      isFault(fault),
      isFault(fault, 'not_found'),
      isFault(fault, 'internal'),
      isFault(new Error('x')),
      isFault(undefined),
      isFault({ code: 'not_found' }),
    ],
    [true, true, false, false, false, false],
  );
});

test('a stranger’s id and one that never was get the same words', () => {
  const fault = notFound('payment', 'pay_1', 'payment');
  assert.deepEqual(
    [fault.code, fault.param, fault.message],
    ['not_found', 'payment', "No payment with id 'pay_1' exists in this account."],
  );
});

test('codes are unique snake_case names', () => {
  assert.equal(new Set(faultCodes).size, faultCodes.length);
  for (const code of faultCodes) assert.match(code, /^[a-z]+(_[a-z]+)*$/);
});

test('assertions stop bugs, and are no faults', () => {
  for (const breaks of [
    () => sure(0, 'zero'),
    () => must(null, 'there'),
    () => must(undefined, 'there'),
    () => never('x' as never),
  ]) {
    assert.throws(
      breaks,
      (error) => error instanceof Error && !isFault(error) && error.message.startsWith('assertion failed: '),
    );
  }
  assert.deepEqual([must(0, 'zero is there'), must('', 'so is empty text'), must(false, 'and false')], [0, '', false]);
});
