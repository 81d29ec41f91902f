// Pictures of the page: marks of the card networks and a handful of icons, drawn here so that nothing is loaded for them. They are
// put into a page once, as symbols; `mark` and `icon` refer to them. Constants only, no value from outside comes in.

import type { Brand } from './card.ts';
import { type Html, html, raw } from './html.ts';

const card = (fill: string, inside: string) => `<rect width="34" height="22" rx="3.5" fill="${fill}"/>${inside}`;
const paper = (inside: string) =>
  `<rect x=".5" y=".5" width="33" height="21" rx="3" fill="#fff" stroke="#d8dbe0"/>${inside}`;

const marks: Record<Brand, string> = {
  visa: card(
    '#1a1f71',
    '<path fill="#fff" d="m15.3 7.3-1.2 7.4h-1.9l1.2-7.4zm7.9 4.8 1-2.7.6 2.7zm2.1 2.6H27l-1.5-7.4h-1.6c-.4 0-.7.2-.8.5l-2.8 6.9h2l.4-1.1h2.4zm-5-2.4c0-2-2.7-2.1-2.7-2.9 0-.3.3-.6.8-.6.7-.1 1.4 0 2 .4l.3-1.6c-.5-.2-1.1-.4-1.8-.4-1.9 0-3.3 1-3.3 2.5 0 1.1 1 1.7 1.7 2 .8.4 1 .6 1 1 0 .5-.6.8-1.2.8-.8 0-1.6-.2-2.3-.6l-.3 1.7c.7.3 1.5.5 2.3.5 2 0 3.4-1 3.5-2.8zM12.5 7.3l-3.1 7.4H7.3L5.8 8.8c-.1-.4-.2-.5-.5-.7-.5-.3-1.2-.5-1.9-.6v-.2h3.3c.4 0 .8.3.9.8l.8 4.3 2-5.1z"/>',
  ),
  mastercard: paper(
    '<circle cx="13.4" cy="11" r="6.2" fill="#eb001b"/><circle cx="20.6" cy="11" r="6.2" fill="#f79e1b"/><path fill="#ff5f00" d="M17 5.95a6.2 6.2 0 0 1 0 10.1 6.2 6.2 0 0 1 0-10.1z"/>',
  ),
  amex: card(
    '#006fcf',
    '<path fill="none" stroke="#fff" stroke-width="1.5" stroke-linejoin="miter" d="m3.6 14.5 2.5-6.3h.6l2.5 6.3M4.8 12.4h3.2M11 14.7V8.5l2.6 4 2.6-4v6.2M22.5 8.1h-4v5.9h4M18.5 11h3.6M24.3 7.8l5.6 6.5M29.9 7.8l-5.6 6.5"/>',
  ),
  discover: paper(
    '<path fill="#f47216" d="M33 12.5V19a2.5 2.5 0 0 1-2.5 2.5H12C21 20.5 28.5 17 33 12.5z"/><circle cx="18.9" cy="9" r="2.4" fill="#f47216"/><path fill="none" stroke="#231f20" stroke-width="1.05" d="M3.4 7v4h.7a2 2 0 0 0 0-4zM7.8 6.5v5M11.6 7.5c-.9-.8-2-.5-2 .3 0 1.2 2.2.9 2.2 2.2 0 1-1.4 1.2-2.4.4M15.8 7.5a2.05 2.05 0 1 0 0 3M21.7 6.5l1.6 4.2 1.6-4.2M28.2 7h-2v4h2M26.2 9h1.8M29.7 11.5V7h.8c1.6 0 1.6 2.3 0 2.3h-.8m.8 0 1.3 2.2"/>',
  ),
  diners: paper(
    '<circle cx="17" cy="11" r="7" fill="#0079be"/><circle cx="17" cy="11" r="5.5" fill="#fff"/><path fill="#0079be" d="M15.8 7.3a4 4 0 0 0 0 7.4zM18.2 7.3a4 4 0 0 1 0 7.4z"/>',
  ),
  jcb: paper(
    '<path fill="#0e4c96" d="M10.5 4H13v11.5a2.5 2.5 0 0 1-2.5 2.5H8V6.5A2.5 2.5 0 0 1 10.5 4z"/><path fill="#d2232a" d="M17.3 4h2.5v11.5a2.5 2.5 0 0 1-2.5 2.5h-2.5V6.5A2.5 2.5 0 0 1 17.3 4z"/><path fill="#1f8e3f" d="M24.1 4h2.5v11.5a2.5 2.5 0 0 1-2.5 2.5h-2.5V6.5A2.5 2.5 0 0 1 24.1 4z"/><path fill="none" stroke="#fff" stroke-width="1.1" d="M11.6 8.5V12c0 1.3-1.7 1.4-2.4.7M18.7 9.2c-1.4-.7-2.8 0-2.8 1.8s1.4 2.5 2.8 1.8M22.7 8.9v4.2h1.5c1.3 0 1.3-2.1 0-2.1h-1.5 1.3c1.2 0 1.2-2.1 0-2.1z"/>',
  ),
  unionpay: paper(
    '<path fill="#d0111b" d="M8.7 4h5.3l-2.4 14H6.3A1.5 1.5 0 0 1 4.8 16.2L6.7 5.6A2 2 0 0 1 8.7 4z"/><path fill="#00447c" d="M15 4h5.6l-2.4 14h-5.6z"/><path fill="#007b84" d="M21.6 4h5.8a1.5 1.5 0 0 1 1.5 1.8L27 16.4A2 2 0 0 1 25 18h-5.8z"/><path fill="none" stroke="#fff" stroke-width="1.2" d="M12.4 8l-.7 4c-.2 2.4 3.6 2.4 4 0l.7-4M18 14l1-6h2.5c2 0 1.7 3.2-.6 3.2h-2.2"/>',
  ),
};

const icons = {
  back: '<path d="M10 3.5 5.5 8l4.5 4.5M6 8h8" transform="translate(-2)"/>',
  down: '<path d="m4 6.2 4 4 4-4"/>',
  lock: '<rect x="3" y="7" width="10" height="7" rx="1.8"/><path d="M5.2 7V5a2.8 2.8 0 0 1 5.6 0v2"/>',
  close: '<path d="m4 4 8 8M12 4l-8 8"/>',
  alert: '<circle cx="8" cy="8" r="6.2"/><path d="M8 4.8v3.8M8 11v.2"/>',
  check: '<path d="m3.5 8.5 3 3 6-6.5"/>',
  clock: '<circle cx="8" cy="8" r="6.2"/><path d="M8 4.5V8l2.4 1.6"/>',
  card: '<rect x="1.5" y="3" width="13" height="10" rx="1.8"/><path d="M1.5 6.3h13M4 10.2h2.5"/>',
  shield: '<path d="M8 1.8 13 3.6v4c0 3.2-2.1 5.5-5 6.6-2.9-1.1-5-3.4-5-6.6v-4z"/><path d="m5.8 7.9 1.7 1.7 2.9-3.2"/>',
} as const;

export type Icon = keyof typeof icons;

// `hidden` on the element would keep some browsers from painting what refers to it; a size of nothing does not.
export const sprite: Html = raw(
  `<svg class="sprite" width="0" height="0" aria-hidden="true" focusable="false"><defs>${Object.entries(marks)
    .map(([name, inside]) => `<symbol id="mark-${name}" viewBox="0 0 34 22">${inside}</symbol>`)
    .join('')}${Object.entries(icons)
    .map(([name, inside]) => `<symbol id="icon-${name}" viewBox="0 0 16 16">${inside}</symbol>`)
    .join('')}</defs></svg>`,
);

export const brands = Object.keys(marks) as Brand[];
export const isBrand = (text: string): text is Brand => Object.hasOwn(marks, text);

export const brandNames: Record<Brand, string> = {
  visa: 'Visa',
  mastercard: 'Mastercard',
  amex: 'American Express',
  discover: 'Discover',
  diners: 'Diners Club',
  jcb: 'JCB',
  unionpay: 'UnionPay',
};

export const mark = (brand: string): Html =>
  isBrand(brand)
    ? html`<svg class="mark ${brand}" width="34" height="22" aria-hidden="true" focusable="false"><use href="#mark-${brand}"/></svg>`
    : html`<span class="mark blank">${icon('card')}</span>`;

/** Drawn in place: it stands once in a page, if at all. */
export const bitcoinMark: Html = raw(
  '<svg class="mark" width="34" height="22" viewBox="0 0 34 22" aria-hidden="true" focusable="false"><circle cx="17" cy="11" r="11" fill="#f7931a"/><path fill="none" stroke="#fff" stroke-width="2" stroke-linejoin="round" d="M13.5 6h5a2.4 2.4 0 0 1 0 5h-4 4.6a2.6 2.6 0 0 1 0 5.2H13.5M14.6 6v10M16 3.8V6m2.6-2.2V6M16 16v2.2m2.6-2.2v2.2"/></svg>',
);

export const icon = (name: Icon): Html =>
  html`<svg class="icon ${name}" width="16" height="16" aria-hidden="true" focusable="false"><use href="#icon-${name}"/></svg>`;
