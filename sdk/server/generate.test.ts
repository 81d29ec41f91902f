// What the generator makes of openapi.json, and what it refuses rather than guess.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { generated, readDocument } from './scripts/generate.ts';
import { typeOf } from './scripts/types.ts';

test('listed texts stay open, the noun of an object does not', () => {
  assert.equal(typeOf({ type: 'string', enum: ['a', "b'c"] }, 'output'), "'a' | 'b\\'c' | (string & {})");
  assert.equal(
    typeOf({ anyOf: [{ const: 'a' }, { const: 'b' }, { type: 'null' }] }, 'output'),
    "'a' | 'b' | (string & {}) | null",
  );
  const noun = { type: 'object', required: ['object'], properties: { object: { type: 'string', const: 'payment' } } };
  assert.equal(typeOf(noun, 'output'), "{\n  object: 'payment';\n}");
});

test('an optional field of an input takes undefined and a time takes a Date; an answer promises neither', () => {
  const schema = { type: 'object', properties: { at: { type: 'string', format: 'date-time' } } };
  assert.equal(typeOf(schema, 'input'), '{\n  at?: string | Date | undefined;\n}');
  assert.equal(typeOf(schema, 'output'), '{\n  at?: string;\n}');
});

test('maps, lists, unions and references', () => {
  assert.equal(
    typeOf({ type: 'object', patternProperties: { x: { type: 'string' } } }, 'input'),
    'Record<string, string>',
  );
  assert.equal(typeOf({ type: 'object' }, 'output'), 'Record<string, unknown>');
  assert.equal(
    typeOf({ type: 'array', items: { anyOf: [{ type: 'integer' }, { type: 'null' }] } }, 'output'),
    '(number | null)[]',
  );
  assert.equal(typeOf({ type: 'array', items: { $ref: '#/components/schemas/Card' } }, 'output'), 'Card[]');
  assert.equal(typeOf({}, 'output'), 'unknown');
});

test('a schema that it does not know stops the build', () => {
  assert.throws(() => typeOf({ type: 'set' }, 'output'), /does not know the type 'set'/);
  assert.throws(() => typeOf({ not: {} } as object, 'output'), /does not know not/);
});

test('a comment cannot be closed by a description', () => {
  const schema = { type: 'object', properties: { a: { type: 'string', description: 'x */ y' } } };
  assert.ok(!typeOf(schema, 'output').replace('*/\n', '').includes('*/'));
});

test('the package was built from the openapi.json that is here', () => {
  const { version } = JSON.parse(readFileSync(path.join(import.meta.dirname, 'package.json'), 'utf8')) as {
    version: string;
  };
  for (const [name, text] of Object.entries(generated(readDocument(), version)))
    assert.ok(
      readFileSync(path.join(import.meta.dirname, 'src', 'generated', name), 'utf8') === text,
      `${name} is old: npm run build:sdk`,
    );
});
