// What is around every page of the portal: the merchant's name and look, the way back and out, what was done just now. Every form posts to
// our own origin; none holds anything that the server does not check again.

import type { PortalFrame } from '../../src/portal/view.ts';
import { brandingStyle } from '../checkout/branding.ts';
import { type Html, html, imageUrl, webUrl } from '../checkout/html.ts';
import { type Icon, icon } from '../checkout/marks.ts';
import { type Page, sayIn as sayInCheckout, shell } from '../checkout/page.ts';
import { sayIn } from './messages.ts';

export type Notice = { kind: 'good' | 'bad'; text: string; advice?: string };

export type Framed = {
  frame: PortalFrame;
  page: Page;
  title: string;
  body: Html;
  notice?: Notice | undefined;
  return_url?: string | null;
  /** Left out at the door. */
  signed_in?: boolean;
  with_script?: boolean;
};

export const address = (page: Page, frame: Pick<PortalFrame, 'id'>): string =>
  `${page.base_path}/portal/${encodeURIComponent(frame.id)}`;

export function framed({ frame, page, title, body, notice, return_url, signed_in, with_script }: Framed): string {
  const say = sayIn(page.locale);
  const inside = html`${frame.mode === 'sandbox' && sandbox(page)}
<div class="portal${signed_in ? '' : ' door'}">
<header class="top"><div class="broad">${merchant(frame, page, return_url ?? null)}${signed_in && html`<form method="post" action="${address(page, frame)}/sign_out"><button class="quiet">${say('sign_out')}</button></form>`}</div></header>
<main class="broad">${notice && noticeBox(notice)}${body}</main>
<footer class="foot"><div class="broad">${icon('lock')}<span>${sayInCheckout(page.locale)('footer')}</span>${link(frame.terms_url, say('terms'))}${link(frame.privacy_url, say('privacy'))}</div></footer>
</div>`;
  return shell({
    page,
    title: `${title} · ${frame.merchant.name}`,
    body: inside,
    with_script: with_script ?? false,
    brand: { style: brandingStyle(frame.branding, page.scheme), icon_url: frame.branding.icon_url },
  });
}

const link = (url: string | null, text: string): Html | false => {
  const to = webUrl(url);
  return to !== undefined && html`<a href="${to}" rel="noopener">${text}</a>`;
};

function sandbox(page: Page): Html {
  const say = sayInCheckout(page.locale);
  return html`<aside class="sandbox" aria-label="${say('sandbox')}"><p><span class="tag">${say('sandbox')}</span><span class="hint">${say('sandbox_hint')}</span></p></aside>`;
}

function merchant(frame: PortalFrame, page: Page, return_url: string | null): Html {
  const { name } = frame.merchant;
  const logo = imageUrl(frame.merchant.logo_url);
  const letter = (Array.from(name.trim())[0] ?? '·').toLocaleUpperCase();
  const inside = html`${
    logo
      ? html`<img class="logo" src="${logo}" alt="" height="32" referrerpolicy="no-referrer">`
      : html`<span class="logo letter" data-letter="${letter}" aria-hidden="true"></span>`
  }<bdi class="name">${name}</bdi>`;
  const back = webUrl(return_url);
  if (!back) return html`<p class="merchant">${inside}</p>`;
  const label = sayInCheckout(page.locale)('back_to', { merchant: name });
  return html`<p class="merchant"><a href="${back}" aria-label="${label}" title="${label}"><span class="arrow">${icon('back')}</span>${inside}</a></p>`;
}

export const noticeBox = ({ kind, text, advice }: Notice): Html =>
  html`<div class="notice told ${kind}" role="${kind === 'bad' ? 'alert' : 'status'}">${icon(kind === 'bad' ? 'alert' : 'check')}<div><strong>${text}</strong>${advice}</div></div>`;

type Press = {
  action: string;
  text: string;
  /** Said to those who hear the page, where the text alone does not tell what it is about. */
  label?: string;
  kind?: 'primary' | 'danger' | 'quiet' | '';
  fields?: Record<string, string>;
};

/** A button that does something: a form of its own, so that it works without a script. */
export const press = ({ action, text, label, kind = '', fields = {} }: Press): Html =>
  html`<form method="post" action="${action}">${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}<button class="${kind === 'quiet' ? 'quiet' : `button small ${kind}`}"${label !== undefined && html` aria-label="${label}"`}>${text}</button></form>`;

export const way = (href: string, text: string, label?: string, kind = 'button small'): Html =>
  html`<a class="${kind}" href="${href}"${label !== undefined && html` aria-label="${label}"`}>${text}</a>`;

/** The way back to the first page. */
export const up = (page: Page, frame: Pick<PortalFrame, 'id'>): Html =>
  html`<p class="up"><a href="${address(page, frame)}"><span class="arrow">${icon('back')}</span>${sayIn(page.locale)('account')}</a></p>`;

/** A page about one thing, with the way back to the first one. */
export function inner(page: Page, frame: PortalFrame, title: string, body: Html): Html {
  return html`${up(page, frame)}<div class="sheet"><h1>${title}</h1>${body}</div>`;
}

/** At the door: one thing to read, perhaps one to do. */
export const alone = (picture: Icon, title: string, inside: Html): Html =>
  html`<div class="panel state"><span class="badge" aria-hidden="true">${icon(picture)}</span><h1>${title}</h1>${inside}</div>`;
