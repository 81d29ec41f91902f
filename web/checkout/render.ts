// A checkout view into the page of it: complete before any script runs, in every state a session can be in. Pure: the same view, page
// and time make the same text. Every value is escaped by html.ts.

import type { CheckoutView } from '../../src/checkout/view.ts';
import { currencyOf } from '../../src/kit/money.ts';
import { bitcoin, bitcoinText } from './bitcoin.ts';
import type { Boot } from './boot.ts';
import { brandingStyle } from './branding.ts';
import { form } from './form.ts';
import { type Html, html, json, webUrl } from './html.ts';
import { type Icon, icon } from './marks.ts';
import { scriptKeys } from './messages.ts';
import { moneyIn, type Page, sayIn, shell } from './page.ts';
import { qrCode } from './qr.ts';
import { isFree, wordsOf } from './recurring.ts';
import { summary } from './summary.ts';

export type { Page, PageAssets } from './page.ts';

export function renderCheckout(view: CheckoutView, page: Page, now: Date = new Date()): string {
  const say = sayIn(page.locale);
  const body = html`${view.mode === 'sandbox' && sandbox(page, view.state === 'open')}
<div class="page">
${summary(view, page, now)}
<main class="pay"><div class="inner">${panels(view, page, now)}</div></main>
<footer class="foot"><div class="inner">${icon('lock')}<span>${say('footer')}</span></div></footer>
</div>
<script type="application/json" id="boot">${json(boot(view, page, now))}</script>`;
  return shell({
    page,
    title: say(view.recurring ? 'subscribe_title' : 'page_title', { merchant: view.merchant.name }),
    body,
    with_script: page.still !== true,
    asks_again: view.bitcoin !== null,
    brand: { style: brandingStyle(view.branding, page.scheme), icon_url: view.branding.icon_url },
  });
}

function boot(view: CheckoutView, page: Page, now: Date): Boot {
  const say = sayIn(page.locale);
  return {
    id: view.id,
    state: view.state,
    base: `${page.base_path}/pay/${encodeURIComponent(view.id)}`,
    action_url: webUrl(view.action_url) ?? null,
    expires_at: view.expires_at,
    bitcoin: view.bitcoin && {
      uri: view.bitcoin.uri,
      left_ms: Math.max(0, Date.parse(view.bitcoin.expires_at) - now.getTime()),
    },
    allowed_origins: view.allowed_origins,
    return_url: view.allowed_origins.length > 0 ? (webUrl(view.redirect_url) ?? null) : null,
    merchant: view.merchant.name,
    amount: moneyIn(page.locale, currencyOf(view.currency))(view.amount_total),
    currency: view.offer && view.currency,
    amount_minor: view.amount_total,
    free: isFree(view),
    messages: {
      ...(Object.fromEntries(scriptKeys.map((key) => [key, say(key)])) as Boot['messages']),
      pay_amount: say(wordsOf(view).button),
    },
  };
}

function panels(view: CheckoutView, page: Page, now: Date): Html {
  switch (view.state) {
    // These three turn into each other without a reload, so each carries the panels of all.
    case 'open':
    case 'processing':
    case 'requires_authentication':
      return html`${form(view, page, now, view.state === 'open')}${waiting(view, page)}${bitcoinPanel(view, page, now)}${authentication(view, page)}${success(view, page)}${challenge(page)}<p id="live" class="unseen" role="status"></p>`;
    case 'complete':
      return complete(view, page);
    case 'expired':
      return ended(view, page, 'expired', 'clock');
    case 'cancelled':
      return ended(view, page, 'cancelled', 'close');
    default:
      return view.state satisfies never;
  }
}

type Panel = { id: string; title: string; badge: Html; inside: Html; shown: boolean };

const panel = ({ id, title, badge, inside, shown }: Panel): Html =>
  html`<section id="${id}" class="panel state" aria-labelledby="${id}-title"${shown ? '' : html` hidden`}>${badge}<h2 id="${id}-title" tabindex="-1">${title}</h2>${inside}</section>`;

const badge = (name: Icon, kind: string): Html =>
  html`<span class="badge ${kind}" aria-hidden="true">${icon(name)}</span>`;

function waiting(view: CheckoutView, page: Page): Html {
  const say = sayIn(page.locale);
  return panel({
    id: 'waiting',
    title: say(view.bitcoin ? 'bitcoin_seen_title' : 'processing_title'),
    badge: html`<span class="badge"><span class="spinner on" aria-hidden="true"></span></span>`,
    inside: html`<p id="waiting-text">${say(view.bitcoin ? 'bitcoin_seen' : 'processing_text')}</p><p class="note">${say('processing_safe')}</p>`,
    shown: view.state === 'processing',
  });
}

function bitcoinPanel(view: CheckoutView, page: Page, now: Date): Html | undefined {
  if (view.bitcoin === null || view.state !== 'requires_authentication') return undefined;
  const say = sayIn(page.locale);
  const amount = bitcoinText(view.bitcoin.amount_missing, page);
  return panel({
    id: 'bitcoin',
    title: say('bitcoin_title', { amount }),
    badge: qrCode(view.bitcoin.uri, say('bitcoin_qr')),
    inside: bitcoin(view.bitcoin, page, now),
    shown: true,
  });
}

function authentication(view: CheckoutView, page: Page): Html {
  const say = sayIn(page.locale);
  const url = webUrl(view.action_url);
  // A session has its form to go back to.
  const back = view.id.startsWith('pay_') ? webUrl(view.cancel_url) : undefined;
  return panel({
    id: 'authentication',
    title: say('auth_title'),
    badge: badge('shield', ''),
    inside: html`<p id="authentication-text">${say('auth_text')}</p><a class="button primary" id="authenticate" href="${url ?? '#'}">${say('auth_continue')}</a>${back && html`<a class="button" href="${back}">${say('back_to', { merchant: view.merchant.name })}</a>`}`,
    shown: view.state === 'requires_authentication' && view.bitcoin === null,
  });
}

function success(view: CheckoutView, page: Page): Html {
  const say = sayIn(page.locale);
  const merchant = view.merchant.name;
  const amount = moneyIn(page.locale, currencyOf(view.currency))(view.amount_total);
  return panel({
    id: 'success',
    title: say(wordsOf(view).title),
    badge: html`<span class="badge good" aria-hidden="true"><svg class="drawn" viewBox="0 0 52 52" width="52" height="52"><circle cx="26" cy="26" r="24"/><path d="m15.5 27 7.5 7.5 14-15.5"/></svg></span>`,
    inside: html`<p id="success-text">${say(wordsOf(view).done, { merchant, amount })}</p>${thanks(view)}<p class="note" id="leaving" hidden>${say('redirecting', { merchant })}</p><p class="note" id="staying">${say('close_page')}</p><a class="button" id="continue" href="#" hidden>${say('continue_to', { merchant })}</a>`,
    shown: false,
  });
}

const thanks = ({ success_message }: CheckoutView): Html | undefined =>
  success_message === null ? undefined : html`<p class="custom thanks"><bdi>${success_message}</bdi></p>`;

/** The bank's page in place. Opened by the script alone; without it the link of the panel above leads there. */
function challenge(page: Page): Html {
  const say = sayIn(page.locale);
  return html`<dialog id="challenge" class="challenge" aria-labelledby="challenge-title">
<div class="bar"><h2 id="challenge-title">${icon('lock')}${say('auth_title')}</h2><button type="button" class="round" id="challenge-close" aria-label="${say('auth_close')}">${icon('close')}</button></div>
<div class="ask" id="challenge-ask" hidden><p id="challenge-question">${say('auth_leave_question')}</p><div class="row"><button type="button" class="button small primary" id="challenge-stay" aria-describedby="challenge-question">${say('auth_stay')}</button><button type="button" class="button small" id="challenge-leave" aria-describedby="challenge-question">${say('auth_leave')}</button></div></div>
<div class="frame" id="challenge-frame"><span class="spinner on" aria-hidden="true"></span></div>
<p class="bar foot-bar"><a id="challenge-here" href="#">${say('auth_here')}</a></p>
</dialog>`;
}

function complete(view: CheckoutView, page: Page): Html {
  const say = sayIn(page.locale);
  const merchant = view.merchant.name;
  const amount = moneyIn(page.locale, currencyOf(view.currency))(view.amount_total);
  const next = webUrl(view.redirect_url);
  return panel({
    id: 'complete',
    title: say(view.recurring ? 'subscribed_title' : isFree(view) ? 'free_title' : 'complete_title'),
    badge: badge('check', 'good'),
    inside: html`<p>${say(wordsOf(view).complete, { merchant, amount })}</p>${thanks(view)}${next ? html`<a class="button primary" href="${next}">${say('continue_to', { merchant })}</a>` : html`<p class="note">${say('close_page')}</p>`}`,
    shown: true,
  });
}

function ended(view: CheckoutView, page: Page, state: 'expired' | 'cancelled', picture: Icon): Html {
  const say = sayIn(page.locale);
  const merchant = view.merchant.name;
  const back = webUrl(view.cancel_url);
  const link = state === 'expired' ? view.link_closed : null;
  const told =
    link === null ? say(back ? `${state}_back` : `${state}_ask`, { merchant }) : say('link_closed_paid', { merchant });
  return panel({
    id: state,
    title: say(link === null ? `${state}_title` : `link_${link}_title`),
    badge: badge(picture, ''),
    inside: html`<p>${told}</p>${back && html`<a class="button primary" href="${back}">${say('back_to', { merchant })}</a>`}`,
    shown: true,
  });
}

// The numbers are those of src/connectors/simulator/cards.ts; the page shows four of them, the documentation all.
export const testCards = [
  ['4242 4242 4242 4242', 'test_success'],
  ['4000 0000 0000 3220', 'test_challenge'],
  ['4000 0000 0000 0002', 'test_declined'],
  ['4000 0000 0000 9995', 'test_funds'],
] as const;

function sandbox(page: Page, payable: boolean): Html {
  const say = sayIn(page.locale);
  const told = html`<span class="tag">${say('sandbox')}</span><span class="hint">${say('sandbox_hint')}</span>`;
  if (!payable) return html`<aside class="sandbox" aria-label="${say('sandbox')}"><p>${told}</p></aside>`;
  const row = ([number, what]: (typeof testCards)[number]) =>
    html`<li><button type="button" data-test-card="${number}"><bdi dir="ltr">${number}</bdi> <span>${say(what)}</span></button></li>`;
  return html`<aside class="sandbox" aria-label="${say('sandbox')}"><details><summary>${told}<span class="more">${say('test_cards')}${icon('down')}</span></summary><div class="tests"><ul role="list">${testCards.map(row)}</ul><p>${say('test_cards_hint')}</p></div></details></aside>`;
}

export function renderNotFound(page: Page): string {
  const say = sayIn(page.locale);
  return alone(page, say('not_found_title'), html`<p>${say('not_found_text')}</p>`, 'alert');
}

/** Something of ours failed. The reference is what support asks for. `again`: where to look once more; here when left out. */
export function renderTrouble(page: Page, request_id: string, again = ''): string {
  const say = sayIn(page.locale);
  return alone(
    page,
    say('trouble_title'),
    html`<p>${say('trouble_text')}</p><p class="note">${say('reference', { request_id })}</p><a class="button primary" href="${again}">${say('reload')}</a>`,
    'alert',
  );
}

function alone(page: Page, title: string, inside: Html, picture: Icon): string {
  const say = sayIn(page.locale);
  const body = html`<div class="page alone"><main class="pay"><div class="inner"><div class="panel state">${badge(picture, '')}<h1>${title}</h1>${inside}</div></div></main><footer class="foot"><div class="inner">${icon('lock')}<span>${say('footer')}</span></div></footer></div>`;
  return shell({ page, title, body, with_script: false });
}
