// The first page of the portal: what is overdue before everything else, then subscriptions, cards, billing information and invoices. Pure:
// the same view, page and time make the same text.

import type { PastDue, PortalCard, PortalInvoice, PortalView } from '../../src/portal/view.ts';
import { type Html, html, webUrl } from '../checkout/html.ts';
import { icon, mark } from '../checkout/marks.ts';
import { type Page, sayIn as sayInCheckout } from '../checkout/page.ts';
import { address, framed, type Notice, press, up, way } from './frame.ts';
import { type MessageKey, sayIn } from './messages.ts';
import { declineNotice } from './notices.ts';
import { subscriptions } from './subscriptions.ts';
import { cardText, dateIn, expiryText, isExpired, money } from './words.ts';

export function renderHome(view: PortalView, page: Page, now: Date, notice?: Notice): string {
  const say = sayIn(page.locale);
  const body = html`<h1 class="unseen">${say('title', { merchant: view.merchant.name })}</h1>
${view.past_due.map((due) => overdue(due, view, page))}
<div class="columns">
<div>${subscriptions(view, page)}${invoices(view, page)}</div>
<div>${cards(view, page, now)}${details(view, page)}</div>
</div>`;
  return framed({
    frame: view,
    page,
    title: say('account'),
    body,
    notice,
    return_url: view.return_url,
    signed_in: true,
  });
}

function overdue(due: PastDue, view: PortalView, page: Page): Html {
  const say = sayIn(page.locale);
  const name = due.name ?? say('invoice_of', { number: due.number });
  const what = { amount: money(page, due.currency)(due.amount_due), name };
  const action = webUrl(due.action_url);
  const place = `${address(page, view)}/invoices/${due.invoice}`;
  if (action)
    return alarm(
      due,
      sayInCheckout(page.locale)('auth_title'),
      html`<p>${say(due.change ? 'change_confirm' : 'due_confirm', what)}</p>`,
      html`${way(action, sayInCheckout(page.locale)('auth_continue'), undefined, 'button small primary')}${due.change && press({ action: `${place}/leave`, text: say('keep_plan') })}`,
    );
  if (due.charging)
    return alarm(
      due,
      say('due_processing'),
      html`<p>${say('due_charging', what)}</p>`,
      way(address(page, view), say('due_reload')),
    );
  const card = view.cards.find((one) => one.is_default);
  const pay = `${place}/pay`;
  if (due.due_at !== null) {
    const date = dateIn(page, view.time_zone)(due.due_at);
    return alarm(
      due,
      say(due.overdue ? 'due_title' : 'due_open_title'),
      html`<p>${say(due.overdue ? 'due_was' : 'due_open', { ...what, date })}</p>`,
      html`${card && press({ action: pay, text: say('pay_with', { amount: what.amount, card: cardText(page, card) }), kind: 'primary' })}${way(due.url, say('due_invoice'), say('act_of', { action: say('due_invoice'), name: due.number }), card ? 'button small' : 'button small primary')}`,
    );
  }
  const why =
    due.decline_code === null || due.decline_code === 'payment_method_missing'
      ? undefined
      : declineNotice(page, due.decline_code).text;
  const next =
    due.next_charge_at !== null && say('due_next', { date: dateIn(page, view.time_zone)(due.next_charge_at) });
  return alarm(
    due,
    say('due_title'),
    html`<p>${say('due_text', what)} ${why}</p>${next && html`<p class="note">${next}</p>`}`,
    html`${card && press({ action: pay, text: say('pay_with', { amount: what.amount, card: cardText(page, card) }), kind: 'primary' })}${way(`${address(page, view)}/cards/new?pay=1`, say('pay_new'), undefined, card ? 'button small' : 'button small primary')}`,
  );
}

/** What went wrong, or should have been paid, is loud; what only waits is not. */
const isLoud = ({ charging, due_at, overdue: late }: PastDue) => !charging && (due_at === null || late);

const alarm = (due: PastDue, title: string, inside: Html, actions: Html): Html =>
  html`<section class="alarm${!isLoud(due) && ' calm'}" aria-labelledby="due-${due.invoice}">${icon(isLoud(due) ? 'alert' : 'clock')}<div><h2 id="due-${due.invoice}">${title}</h2>${inside}<div class="acts">${actions}</div></div></section>`;

function cards(view: PortalView, page: Page, now: Date): Html {
  const say = sayIn(page.locale);
  return html`<section class="box" aria-labelledby="cards-title"><div class="head"><h2 id="cards-title">${say('cards')}</h2></div>
${view.cards.length === 0 ? html`<p class="note">${say('no_cards')}</p>` : html`<ul role="list" class="rows">${view.cards.map((card) => cardRow(card, view, page, now))}</ul>`}
<div class="acts">${way(`${address(page, view)}/cards/new`, say('add_card'))}</div></section>`;
}

function cardRow(card: PortalCard, view: PortalView, page: Page, now: Date): Html {
  const say = sayIn(page.locale);
  const name = cardText(page, card);
  const about = (action: MessageKey) => say('act_of', { action: say(action), name });
  const place = `${address(page, view)}/cards/${card.id}`;
  const expired = isExpired(card, now);
  return html`<li class="card-row">${mark(card.brand)}<div class="grow"><p class="strong">${name}${card.is_default && html` <span class="pill">${say('default_card')}</span>`}</p>
<p class="note${expired ? ' bad' : ''}">${sayInCheckout(page.locale)(expired ? 'expired_on' : 'expires', { date: expiryText(card) })}</p>
${card.renews && view.cards.length > 1 && html`<p class="note">${say('card_renews')}</p>`}
<div class="links">${way(`${place}/address`, say('address'), about('address'), 'quiet')}${!card.is_default && press({ action: `${place}/default`, text: say('make_default'), label: about('make_default'), kind: 'quiet' })}${!card.renews && html`<details class="sure"><summary aria-label="${about('remove')}">${say('remove')}</summary><div><p>${say('remove_ask', { card: name })}</p>${press({ action: `${place}/remove`, text: say('remove_yes'), kind: 'danger' })}</div></details>`}</div></div></li>`;
}

function details(view: PortalView, page: Page): Html {
  const say = sayIn(page.locale);
  const of_checkout = sayInCheckout(page.locale);
  const { name, email, address: at, tax_id } = view.customer;
  const country = at?.country && new Intl.DisplayNames(page.locale, { type: 'region' }).of(at.country);
  const lines = [
    at?.line1,
    at?.line2,
    [at?.postal_code, at?.city].filter(Boolean).join(' '),
    at?.state,
    country,
  ].filter(Boolean);
  const row = (label: string, value: Html | string | null) =>
    html`<div><dt>${label}</dt><dd>${value ?? html`<span class="note">${say('nothing_given')}</span>`}</dd></div>`;
  return html`<section class="box" aria-labelledby="details-title"><div class="head"><h2 id="details-title">${say('details')}</h2>${way(`${address(page, view)}/details`, say('edit'), say('act_of', { action: say('edit'), name: say('details') }), 'quiet')}</div>
<dl class="facts">${row(say('name'), name && html`<bdi>${name}</bdi>`)}${row(of_checkout('email'), email && html`<bdi dir="ltr">${email}</bdi>`)}${row(say('address'), lines.length > 0 ? html`${lines.map((line) => html`<bdi class="line">${line}</bdi>`)}` : null)}${row(say('tax_id'), tax_id && html`<bdi dir="ltr">${tax_id}</bdi>`)}</dl></section>`;
}

export function invoices(view: Pick<PortalView, 'id' | 'invoices' | 'time_zone'>, page: Page): Html {
  const say = sayIn(page.locale);
  const last = view.invoices.data.at(-1);
  return html`<section class="box" aria-labelledby="invoices-title"><div class="head"><h2 id="invoices-title">${say('invoices')}</h2></div>
${view.invoices.data.length === 0 ? html`<p class="note">${say('no_invoices')}</p>` : html`<ul role="list" class="rows">${view.invoices.data.map((invoice) => invoiceRow(invoice, view.time_zone, page))}</ul>`}
${view.invoices.has_more && last && html`<div class="acts">${way(`${address(page, view)}/invoices?after=${encodeURIComponent(last.id)}`, say('more'))}</div>`}</section>`;
}

function invoiceRow(invoice: PortalInvoice, time_zone: string, page: Page): Html {
  const say = sayIn(page.locale);
  const { number } = invoice;
  return html`<li class="invoice-row"><div class="grow"><p class="strong">${dateIn(page, time_zone)(invoice.created_at)}</p><p class="note"><a href="${invoice.url}" aria-label="${say('invoice_of', { number })}"><bdi>${number}</bdi></a></p></div>
<p class="total-cell"><bdi>${money(page, invoice.currency)(invoice.total)}</bdi><span class="note ${invoice.status}">${say(`invoice_${invoice.status}`)}</span></p>
<a class="button tiny" href="${invoice.pdf_url}" aria-label="${say('act_of', { action: say('pdf'), name: number })}">${say('pdf')}</a></li>`;
}

export function renderInvoices(view: PortalView, page: Page): string {
  const say = sayIn(page.locale);
  const body = html`${up(page, view)}<h1 class="unseen">${say('invoices')}</h1><div class="sheet">${invoices(view, page)}</div>`;
  return framed({ frame: view, page, title: say('invoices'), body, return_url: view.return_url, signed_in: true });
}
