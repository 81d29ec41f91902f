// Another plan: what there is to choose among, then what the chosen one comes to, then doing it. The first two are one page that is asked by
// its own form, so it works without a script.

import type { Static } from 'typebox';
import { lineText } from '../../src/billing/document/said.ts';
import { wordsIn } from '../../src/billing/document/words.ts';
import type { previewPortalChange } from '../../src/portal/change-plan.ts';
import type { PortalSubscription, PortalView } from '../../src/portal/view.ts';
import { type Html, html } from '../checkout/html.ts';
import { type Page, sayIn as sayInCheckout } from '../checkout/page.ts';
import { address, framed, inner, type Notice, way } from './frame.ts';
import { sayIn } from './messages.ts';
import { dateIn, money, priceText } from './words.ts';

export type ChangeView = Static<(typeof previewPortalChange)['output']>;

/** `chosen`: what the form asked for. */
export function renderChange(
  view: PortalView,
  s: PortalSubscription,
  change: ChangeView,
  chosen: { price: string; quantity: number },
  page: Page,
  notice?: Notice,
): string {
  const say = sayIn(page.locale);
  const title = say('change_plan');
  const body = change.preview ? confirm(view, s, change, change.preview, page) : choose(view, s, change, chosen, page);
  return framed({
    frame: view,
    page,
    title,
    body: inner(page, view, title, body),
    notice,
    return_url: view.return_url,
    signed_in: true,
  });
}

function choose(
  view: PortalView,
  s: PortalSubscription,
  { item, choices, change_quantity }: ChangeView,
  chosen: { price: string; quantity: number },
  page: Page,
): Html {
  const say = sayIn(page.locale);
  const plan = (one: ChangeView['item']) =>
    html`<label class="choice"><input type="radio" name="price" value="${one.price}"${one.price === chosen.price && html` checked`}><span class="choice-text"><bdi>${one.product_name}</bdi>${one.price === item.price && html` <span class="note">${say('current_plan')}</span>`}</span><span class="choice-price">${priceText(page, one, s.currency)}</span></label>`;
  return html`<form method="get" action="${address(page, view)}/subscriptions/${s.id}/change">
<fieldset class="plain"><legend>${say('choose_plan')}</legend><div class="choices">${choices.map(plan)}</div></fieldset>
${change_quantity && html`<div class="field short"><label for="quantity">${say('quantity_label')}</label><div class="control"><input id="quantity" name="quantity" type="number" inputmode="numeric" min="1" max="1000000" step="1" required value="${chosen.quantity}"></div></div>`}
<div class="acts"><button class="button primary">${say('continue')}</button>${way(address(page, view), say('back'), undefined, 'button')}</div></form>`;
}

function confirm(
  view: PortalView,
  s: PortalSubscription,
  change: ChangeView,
  preview: NonNullable<ChangeView['preview']>,
  page: Page,
): Html {
  const say = sayIn(page.locale);
  const of_checkout = sayInCheckout(page.locale);
  const shown = money(page, preview.currency);
  const date = dateIn(page, view.time_zone);
  const place = `${address(page, view)}/subscriptions/${s.id}/change`;
  const { item } = preview;
  const sum = (name: string, amount: number, kind = '') =>
    html`<div class="sum-row ${kind}"><dt>${name}</dt><dd><bdi>${shown(amount)}</bdi></dd></div>`;
  const last = preview.total < 0 ? sum(say('credit_kept'), -preview.total, 'strong') : undefined;
  return html`<form method="post" action="${place}"><p class="strong"><bdi>${item.product_name}</bdi>${item.quantity > 1 && html` · ${say('quantity', { count: new Intl.NumberFormat(page.locale).format(item.quantity) })}`}</p>
<p>${preview.immediate ? say('begins_now') : say('begins_on', { date: date(preview.takes_effect_at) })}</p>
${
  preview.lines.length > 0 &&
  html`<h2>${preview.billed_now ? say('due_now') : say('on_next')}</h2><dl class="sum-list">${preview.lines.map((line) => sum(`${lineText(wordsIn(page.locale), line)} (${date(line.period_start)} – ${date(line.period_end)})`, line.amount))}${preview.taxes.filter((tax) => !tax.inclusive && tax.amount !== 0).map((tax) => sum(tax.name, tax.amount))}${preview.credit_applied > 0 && sum(say('credit_used'), -preview.credit_applied)}${last ?? sum(preview.billed_now ? say('due_now') : of_checkout('total_due'), preview.amount_due, 'strong')}</dl>`
}
<p>${say('then_price', { price: priceText(page, item, preview.currency) })}</p>
<input type="hidden" name="price" value="${item.price}"><input type="hidden" name="price_snapshot" value="${item.price_snapshot}">${change.change_quantity && html`<input type="hidden" name="quantity" value="${item.quantity}">`}
<div class="acts"><button class="button primary">${say('confirm_change')}</button>${way(place, say('back'), undefined, 'button')}</div></form>`;
}
