// The shell of every page of the checkout: head, styles, pictures. And what a part of a page needs to write itself.

import { type Currency, display } from '../../src/kit/money.ts';
import { type Html, html, raw, webUrl } from './html.ts';
import { sprite } from './marks.ts';
import { directionOf, fill, languageOf, type MessageKey, tables } from './messages.ts';

export type PageAssets = {
  /** The one script. It travels at the end of the page: what is painted works, and no customer waits for one more answer. */
  script: string;
  /** The style sheet. It travels in the page, so the first paint waits for nothing else. */
  style: string;
};

export type Page = {
  /** New for every answer; what the Content-Security-Policy lets run. */
  nonce: string;
  assets: PageAssets;
  /** From chooseLocale: one that we speak, perhaps with a region. */
  locale: string;
  /** In front of every path of ours, without a slash at the end; empty at a root of its own. */
  base_path: string;
  /** A picture of the page, without its script: nothing on it does anything. */
  still?: boolean;
  /** The one colour scheme of a still; otherwise the browser's. */
  scheme?: 'light' | 'dark';
};

export type Say = (key: MessageKey, values?: Record<string, string>) => string;

export const sayIn =
  (locale: string): Say =>
  (key, values) =>
    fill(tables[languageOf(locale)][key], values);

export const moneyIn = (locale: string, currency: Currency) => (amount: number) =>
  directionOf(locale) === 'rtl' ? whole(display(amount, currency, locale)) : display(amount, currency, locale);

/** In a line from right to left the sign of `US$` would be torn off and stand on the far side: isolated, it stays one word. */
const whole = (text: string): string =>
  text.replace(/[\p{Script=Latin}\p{Sc}](?:[\p{Script=Latin}\p{Sc}\s.]*[\p{Script=Latin}\p{Sc}])?/u, '\u2066$&\u2069');

/** `asks_again`: the page waits for something outside; without a script it is loaded anew now and then. */
type Shell = {
  page: Page;
  title: string;
  body: Html;
  with_script: boolean;
  asks_again?: boolean;
  /** Colours that replace our own, made by branding.ts; and the merchant's picture for the tab. */
  brand?: { style: string; icon_url: string | null };
  /** What a messenger shows of the address. */
  share?: { title: string; description: string; image: string | undefined };
};

export function shell({ page, title, body, with_script, asks_again, brand, share }: Shell): string {
  const { nonce, assets, locale } = page;
  // Both are ours; the build refuses a style sheet with a `<` and a script that could end its element.
  const script = html`<script nonce="${nonce}">${raw(assets.script)}</script>`;
  return html`<!doctype html>
<html lang="${languageOf(locale)}" dir="${directionOf(locale)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" content="#f6f5f1" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="#191c20" media="(prefers-color-scheme: dark)">
<meta name="robots" content="noindex, nofollow">
<meta name="format-detection" content="telephone=no">
<title>${title}</title>${share && shared(share)}
<link rel="icon" href="${webUrl(brand?.icon_url ?? null) ?? icon}">
<style nonce="${nonce}">${raw(assets.style)}</style>${brand?.style && html`<style nonce="${nonce}">${raw(brand.style)}</style>`}
${!page.still && html`<noscript><style nonce="${nonce}">.needs-script{display:none!important}.details{display:block!important}</style>${asks_again && html`<meta http-equiv="refresh" content="20">`}</noscript>`}
</head>
<body${page.still && html` inert`}>
${sprite}
${body}
${with_script && script}
</body>
</html>
`.text;
}

const shared = ({ title, description, image }: NonNullable<Shell['share']>): Html =>
  html`<meta property="og:title" content="${title}"><meta property="og:description" content="${description}">${image && html`<meta property="og:image" content="${image}">`}`;

const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='8' fill='%230b6b4f'/%3E%3Crect x='7' y='10' width='18' height='13' rx='2.5' fill='none' stroke='%23fff' stroke-width='2.2'/%3E%3Cpath d='M7 14.5h18' stroke='%23fff' stroke-width='2.2'/%3E%3C/svg%3E";
