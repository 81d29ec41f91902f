import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contrast, isColor, mix, shadeOn, textOn } from './color.ts';

test('contrast is that of the standard, in any order', () => {
  assert.equal(contrast('#000000', '#ffffff'), 21);
  assert.equal(contrast('#777777', '#777777'), 1);
  assert.equal(contrast('#767676', '#ffffff').toFixed(2), '4.54');
  assert.equal(contrast('#ffffff', '#767676').toFixed(2), '4.54');
});

test('of every colour the chosen text is readable', () => {
  const steps = ['00', '33', '55', '66', '77', '88', '99', 'aa', 'cc', 'ff'];
  for (const r of steps)
    for (const g of steps)
      for (const b of steps) {
        const color = `#${r}${g}${b}`;
        assert.ok(contrast(textOn(color), color) >= 4.5, color);
      }
});

test('a shade keeps its colour when it can be read, and comes as near to it as it can', () => {
  assert.equal(shadeOn('#0b6b4f', ['#ffffff'], 4.5, '#000000'), '#0b6b4f');
  const pale = shadeOn('#ffe600', ['#ffffff', '#f6f5f1'], 4.5, '#000000');
  assert.ok(contrast(pale, '#f6f5f1') >= 4.5 && pale !== '#000000');
  assert.ok(contrast(shadeOn('#000033', ['#121417'], 4.5, '#ffffff'), '#121417') >= 4.5);
});

test('mixing goes from one to the other; only six digits are a colour', () => {
  assert.equal(mix('#000000', '#ffffff', 0.5), '#808080');
  assert.deepEqual(['#0B6b4f', '#fff', 'red', '#0b6b4f;', ''].map(isColor), [true, false, false, false, false]);
});
