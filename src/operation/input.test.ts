import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import Type, { type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Fault, isFault } from '../kit/fault.ts';
import { findFault, paramOf, refuseBadText } from './input.ts';

const closed = { additionalProperties: false };
const Schema = Type.Object(
  {
    amount: Type.Integer({ minimum: 1, maximum: 100 }),
    merchant_reference: Type.Optional(Type.String({ minLength: 1, maxLength: 5 })),
    kind: Type.Optional(Type.Enum(['a', 'b'])),
    at_least: Type.Optional(Type.Integer({ minimum: 3 })),
    at_most: Type.Optional(Type.Integer({ maximum: 3 })),
    flag: Type.Optional(Type.Boolean()),
    when: Type.Optional(Type.String({ format: 'date-time' })),
    code: Type.Optional(Type.String({ pattern: '^[0-9]{4}$', description: 'four digits.' })),
    note: Type.Optional(Type.Union([Type.String({ maxLength: 3 }), Type.Null()])),
    list: Type.Optional(Type.Array(Type.Object({ quantity: Type.Integer({ minimum: 1 }) }, closed), { maxItems: 2 })),
    address: Type.Optional(
      Type.Object({ country: Type.Optional(Type.String({ minLength: 2, maxLength: 2 })) }, closed),
    ),
    metadata: Type.Optional(
      Type.Record(Type.String({ pattern: '^[\\s\\S]{1,40}$' }), Type.String({ maxLength: 5 }), {
        maxProperties: 2,
        ...closed,
      }),
    ),
  },
  closed,
);
const checker = Compile(Schema as TSchema);

function faultOf(input: unknown): Fault {
  assert.ok(!checker.Check(input), 'the input is wrong');
  return findFault(Schema, checker.Errors(input), input);
}

test('each complaint names the field, what it must be, and the kind of what came', () => {
  const table: [Record<string, unknown>, string, string, string][] = [
    [{}, 'parameter_missing', 'amount', "'amount' is required: a whole number from 1 to 100."],
    [{ amount: 0 }, 'parameter_invalid', 'amount', "'amount' must be a whole number from 1 to 100; got 0."],
    [
      { amount: '5' },
      'parameter_invalid',
      'amount',
      "'amount' must be a whole number from 1 to 100; got text of 1 characters.",
    ],
    [{ amount: null }, 'parameter_invalid', 'amount', "'amount' must be a whole number from 1 to 100; got null."],
    [{ amount: [1] }, 'parameter_invalid', 'amount', "'amount' must be a whole number from 1 to 100; got a list of 1."],
    [
      { amount: { a: 1 } },
      'parameter_invalid',
      'amount',
      "'amount' must be a whole number from 1 to 100; got an object.",
    ],
    [
      { amount: 4242424242424242 },
      'parameter_invalid',
      'amount',
      "'amount' must be a whole number from 1 to 100; got a long number.",
    ],
    [
      { amount: 1, kind: 'c' },
      'parameter_invalid',
      'kind',
      "'kind' must be one of 'a', 'b'; got text of 1 characters.",
    ],
    [
      { amount: 1, at_least: 2 },
      'parameter_invalid',
      'at_least',
      "'at_least' must be a whole number at least 3; got 2.",
    ],
    [{ amount: 1, at_most: 4 }, 'parameter_invalid', 'at_most', "'at_most' must be a whole number at most 3; got 4."],
    [
      { amount: 1, flag: 'true' },
      'parameter_invalid',
      'flag',
      "'flag' must be true or false; got text of 4 characters.",
    ],
    [
      { amount: 1, when: 'now' },
      'parameter_invalid',
      'when',
      "'when' must be text in ISO 8601 with a zone, such as 2026-01-31T12:00:00Z; got text of 3 characters.",
    ],
    [
      { amount: 1, code: '12' },
      'parameter_invalid',
      'code',
      "'code' must be text (four digits); got text of 2 characters.",
    ],
    [
      { amount: 1, note: 'long' },
      'parameter_invalid',
      'note',
      "'note' must be text of at most 3 characters; got text of 4 characters.",
    ],
    [
      { amount: 1, merchant_reference: '' },
      'parameter_invalid',
      'merchant_reference',
      "'merchant_reference' must be text of 1 to 5 characters; got text of 0 characters.",
    ],
    [
      { amount: 1, list: [{ quantity: 1 }, { quantity: 0 }] },
      'parameter_invalid',
      'list[1].quantity',
      "'list[1].quantity' must be a whole number at least 1; got 0.",
    ],
    [{ amount: 1, list: [1] }, 'parameter_invalid', 'list[0]', "'list[0]' must be an object; got 1."],
    [
      { amount: 1, list: [{}] },
      'parameter_missing',
      'list[0].quantity',
      "'list[0].quantity' is required: a whole number at least 1.",
    ],
    [
      { amount: 1, list: [{ quantity: 1 }, { quantity: 1 }, { quantity: 1 }] },
      'parameter_invalid',
      'list',
      "'list' must be a list with 0 to 2 entries; got a list of 3.",
    ],
    [
      { amount: 1, address: { country: 'DEU' } },
      'parameter_invalid',
      'address.country',
      "'address.country' must be text of 2 to 2 characters; got text of 3 characters.",
    ],
    [
      { amount: 1, metadata: { a: 5 } },
      'parameter_invalid',
      'metadata.a',
      "'metadata.a' must be text of at most 5 characters; got 5.",
    ],
    [
      { amount: 1, metadata: { a: '1', b: '2', c: '3' } },
      'parameter_invalid',
      'metadata',
      "'metadata' must be an object with at most 2 keys; got an object.",
    ],
    [
      { amount: 1, metadata: { '': 'x' } },
      'parameter_invalid',
      'metadata',
      "A key of 'metadata' must be of 1 to 40 characters; one has 0.",
    ],
    [
      { amount: 1, metadata: { 'a/b~c': 5 } },
      'parameter_invalid',
      'metadata.a/b~c',
      "'metadata.a/b~c' must be text of at most 5 characters; got 5.",
    ],
  ];
  for (const [input, code, param, message] of table) {
    const fault = faultOf(input);
    assert.deepEqual([fault.code, fault.param, fault.message], [code, param, message]);
  }
});

test('an unknown name comes before everything else, with the one that was meant', () => {
  const table: [string, string | undefined][] = [
    ['ammount', 'amount'],
    ['Amount', 'amount'],
    ['AMOUNT', 'amount'],
    ['merchantReference', 'merchant_reference'],
    ['merchant-reference', 'merchant_reference'],
    ['merchantReferences', 'merchant_reference'],
    ['flags', 'flag'],
    ['metdata', 'metadata'],
    ['zzz', undefined],
    ['', undefined],
    ['x'.repeat(200), undefined],
  ];
  for (const [name, meant] of table) {
    const fault = faultOf({ [name]: 1, flag: 'wrong too' });
    assert.equal(fault.code, 'parameter_unknown');
    assert.match(
      fault.message,
      meant === undefined ? /Known here: amount, merchant_reference/ : new RegExp(`Did you mean '${meant}'\\?$`),
    );
    assert.ok(fault.message.length < 400);
  }
  assert.deepEqual(
    [
      faultOf({ amount: 1, list: [{ quantity: 1, qty: 2 }] }).param,
      faultOf({ amount: 1, address: { land: 'DE' } }).param,
    ],
    ['list[0].qty', 'address.land'],
  );
});

test('what is no object is a body that is none', () => {
  for (const input of [null, [], 'text', 5, true]) assert.equal(faultOf(input).code, 'body_invalid');
});

test('whatever comes in, the fault is one for the caller, and quotes no text of it', () => {
  const secret = '4242424242424242';
  fc.assert(
    fc.property(
      fc.oneof(
        fc.anything(),
        fc.record(
          {
            amount: fc.anything(),
            metadata: fc.anything(),
            list: fc.anything(),
            note: fc.constantFrom(secret, [secret], { a: secret }),
          },
          { requiredKeys: [] },
        ),
      ),
      (input) => {
        if (checker.Check(input)) return;
        const fault = faultOf(input);
        assert.ok(
          fault instanceof Fault &&
            ['parameter_missing', 'parameter_unknown', 'parameter_invalid', 'body_invalid'].includes(fault.code),
        );
        assert.ok(!fault.message.includes(secret), fault.message);
      },
    ),
    { numRuns: 2_000 },
  );
});

test('a path as the documentation writes it', () => {
  assert.deepEqual(
    ['/a', '/list/0/quantity', '/a~1b/c~0d', '', '/0'].map((path) => paramOf(path)),
    ['a', 'list[0].quantity', 'a/b.c~d', '', '[0]'],
  );
  assert.equal(paramOf('/list/3', 'qty'), 'list[3].qty');
  assert.equal(paramOf('', 'x'.repeat(100)), `${'x'.repeat(60)}…`);
});

test('NUL and half of a pair are refused at any place, in values and in names; other text is not', () => {
  for (const bad of ['\u0000', 'a\u0000b', '\ud800', 'x\udfff', '\udc00\ud800']) {
    for (const [input, param] of [
      [{ a: bad }, 'a'],
      [{ a: [{ b: bad }] }, 'a[0].b'],
      [{ a: { [bad]: 1 } }, 'a'],
      [{ [bad]: 1 }, undefined],
    ] as const) {
      assert.throws(
        () => refuseBadText(input),
        (error) => isFault(error, 'parameter_invalid') && error.param === param && /Remove it/.test(error.message),
      );
    }
  }
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })), (input) => {
      if (JSON.stringify(input).includes('\\u0000')) return;
      refuseBadText(input);
    }),
  );
});

test('32 levels are read, 33 are refused', () => {
  const nested = (levels: number) => Array.from({ length: levels }).reduce<unknown>((inner) => [inner], 'x');
  refuseBadText(nested(32));
  assert.throws(
    () => refuseBadText(nested(33)),
    (error) => isFault(error, 'body_invalid') && /32 levels/.test(error.message),
  );
});
