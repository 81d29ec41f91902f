// A bad colour of a merchant's must never make a page that cannot be read.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contrast } from '../../src/kit/color.ts';
import { brandingStyle } from './branding.ts';

const valuesOf = (style: string) =>
  Object.fromEntries([...style.matchAll(/--([\w-]+):([^;}]+)/g)].map((m) => [m[1], m[2]]));

const grounds = { light: ['#ffffff', '#f6f5f1'], dark: ['#121417', '#191c20', '#1a1d21'] };

for (const color of [
  '#ffffff',
  '#000000',
  '#ffe600',
  '#0b6b4f',
  '#777777',
  '#808080',
  '#ff0000',
  '#00ffff',
  '#121417',
  '#5c5cff',
])
  test(`${color}: text is readable on all that it stands on, in the light and in the dark`, () => {
    const [bright = '', dim = ''] = brandingStyle({ color, corners: 'rounded', icon_url: null }).split('@media');
    for (const [style, on] of [
      [bright, grounds.light],
      [dim, grounds.dark],
    ] as const) {
      const { accent = '', tint = '', button, 'button-deep': deep = '', 'on-button': words = '' } = valuesOf(style);
      assert.equal(button, color, 'the button has the colour that was chosen');
      for (const ground of [...on, tint]) assert.ok(contrast(accent, ground) >= 4.5, `${accent} on ${ground}`);
      for (const ground of [color, deep]) assert.ok(contrast(words, ground) >= 4.5, `${words} on ${ground}`);
    }
  });

test('a button that would melt into the page gets an edge', () => {
  const edge = (color: string) =>
    valuesOf(brandingStyle({ color, corners: 'rounded', icon_url: null }).split('@')[0] ?? '')['button-edge'];
  assert.equal(edge('#fefefe'), '#868c95');
  assert.equal(edge('#0b6b4f'), 'transparent');
});

test('nothing that is no colour gets into the style, and the own look is no style at all', () => {
  for (const color of ['red', '#fff', '#0b6b4f}</style><script>', 'url(//x)', null])
    assert.equal(brandingStyle({ color, corners: 'rounded', icon_url: null }), '');
  assert.match(brandingStyle({ color: null, corners: 'pill', icon_url: null }), /^:root\{--round:16px/);
});
