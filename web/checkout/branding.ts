// A merchant's colour into the colours of the page, in the light and in the dark. Any colour may come: whatever is text has a contrast
// of at least 4.5 on what it stands on, a button that would melt into the page gets an edge. Pure; what it makes is safe inside a style
// element, because nothing but digits of colours that were checked is written.

import type { CheckoutView } from '../../src/checkout/view.ts';
import { contrast, isColor, mix, shadeOn, textOn } from '../../src/kit/color.ts';

type Scheme = { ground: string; pane: string; edge: string; towards: string; tint: number };

// The grounds of client/checkout.css.
const light: Scheme = { ground: '#ffffff', pane: '#f6f5f1', edge: '#868c95', towards: '#000000', tint: 0.1 };
const dark: Scheme = { ground: '#121417', pane: '#1a1d21', edge: '#707780', towards: '#ffffff', tint: 0.16 };

const corners: Record<CheckoutView['branding']['corners'], string> = {
  square: '--round:2px;--round-button:2px',
  rounded: '',
  pill: '--round:16px;--round-button:99px',
};

function colors(color: string, { ground, pane, edge, towards, tint }: Scheme): string {
  const words = textOn(color);
  const soft = mix(ground, color, tint);
  return [
    `--accent:${shadeOn(color, [ground, pane, soft], 4.5, towards)}`,
    `--tint:${soft}`,
    `--button:${color}`,
    // Away from its words, so that they are read better still.
    `--button-deep:${mix(color, words === '#ffffff' ? '#000000' : '#ffffff', 0.16)}`,
    `--button-edge:${contrast(color, ground) < 1.6 ? edge : 'transparent'}`,
    `--on-button:${words}`,
  ].join(';');
}

/** Empty for the product's own look. `scheme`: for one of them alone. */
export function brandingStyle({ color, corners: shape }: CheckoutView['branding'], scheme?: 'light' | 'dark'): string {
  const known = color !== null && isColor(color) ? color : undefined;
  const rules: string[] = [];
  if (corners[shape] !== '') rules.push(`:root{${corners[shape]}}`);
  if (known && scheme !== 'dark') rules.push(`:root{${colors(known, light)}}`);
  if (known && scheme === 'dark') rules.push(`:root{${colors(known, dark)}}`);
  if (known && scheme === undefined) rules.push(`@media (prefers-color-scheme:dark){:root{${colors(known, dark)}}}`);
  return rules.join('');
}
