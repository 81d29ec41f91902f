// CSV is read back as it was written, and no cell of it is a formula anywhere.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CsvError, csvCell, csvLine, readCsv } from './csv.ts';

const rowsOf = async (...pieces: string[]) => await Array.fromAsync(readCsv(pieces));

test('a cell that begins like a formula gets an apostrophe; numbers stay numbers', () => {
  for (const text of [
    '=1+1',
    '+49 30',
    '-SUM(A1)',
    '@x',
    '\tx',
    '\rx',
    '\n=1',
    '＝1',
    '＠x',
    '-',
    '+1',
    '-1e5',
    '-1 ',
  ]) {
    assert.match(csvCell(text), /^"?'/, JSON.stringify(text));
  }
  for (const [value, cell] of [
    ['-12', '-12'],
    ['-12.50', '-12.50'],
    [-12, '-12'],
    [0, '0'],
    [null, ''],
    [true, 'true'],
    ['a-b', 'a-b'],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\nlines', '"two\nlines"'],
    [' padded ', '" padded "'],
  ] as const) {
    assert.equal(csvCell(value), cell);
  }
});

test('a formula cannot hide behind a separator of another country, or on a line of its own', () => {
  assert.equal(csvCell('x;=1+1;y'), `"x;'=1+1;y"`);
  assert.equal(csvCell('x; =1+1'), `"x; '=1+1"`);
  assert.equal(csvCell('x\n@SUM(A1)'), `"x\n'@SUM(A1)"`);
  assert.equal(csvCell('x\t=1'), `"x\t'=1"`);
});

test('what is written is read back, in pieces of any size', async () => {
  const cell = fc.string({ unit: fc.constantFrom('a', 'ü', '😀', ',', '"', '\r', '\n', ';', ' ', '1') });
  const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(rows, fc.integer({ min: 1, max: 7 }), async (table, size) => {
      const text = table.map((row) => csvLine(row)).join('');
      const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
        text.slice(i * size, (i + 1) * size),
      );
      const shown = table.map((row) => row.map((c) => (/^[\r\n\t]/.test(c) ? `'${c}` : c)));
      assert.deepEqual(await rowsOf(...pieces), shown);
    }),
  );
});

test('line ends of every kind, a byte order mark and a last line without an end are read', async () => {
  assert.deepEqual(await rowsOf('\uFEFFa,b\r', '\nc,d\ne,f\r\r\n"g\r\nh",'), [
    ['a', 'b'],
    ['c', 'd'],
    ['e', 'f'],
    ['g\r\nh', ''],
  ]);
  assert.deepEqual(await rowsOf(''), []);
});

test('broken quotes are refused with their line', async () => {
  await assert.rejects(rowsOf('a,b\n"c'), (error) => error instanceof CsvError && /Line 2/.test(error.message));
  await assert.rejects(rowsOf('a,b\nc,"d"e'), /Line 2/);
});
