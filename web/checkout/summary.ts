// The column that says whom is paid, what for and how much. The same in every state of the page.

import type { CheckoutView } from '../../src/checkout/view.ts';
import { currencyOf } from '../../src/kit/money.ts';
import { currencyChoice } from './currency.ts';
import { type Html, html, imageUrl, webUrl } from './html.ts';
import { icon } from './marks.ts';
import { moneyIn, type Page, sayIn } from './page.ts';
import { promotionField, sumLines } from './promotion.ts';
import { quantityField, quantityNote } from './quantity.ts';
import { recurringText } from './recurring.ts';

export function summary(view: CheckoutView, page: Page, now: Date): Html {
  const say = sayIn(page.locale);
  const money = moneyIn(page.locale, currencyOf(view.currency));
  const details = breakdown(view, page);
  // One line without taxes or discounts says no more than the total does: on a phone nothing needs folding then.
  // A quantity that can be changed is not hidden.
  const adjusts = view.line_items.some((item) => item.adjustable);
  const folds = details !== undefined && !adjusts && (view.line_items.length > 1 || sumLines(view, page).length > 1);
  return html`<section class="summary" aria-label="${say('order_summary')}"><div class="inner">
${merchant(view, page)}
<div class="due">
<h1>${say(view.recurring ? 'subscribe_title' : 'page_title', { merchant: view.merchant.name })}</h1>
<p class="total"><bdi id="total">${money(view.amount_total)}</bdi></p>
${view.recurring && html`<p class="about recurring"><bdi id="recurring">${recurringText(view, page, now)}</bdi></p>`}
${view.description && html`<p class="about"><bdi>${view.description}</bdi></p>`}
</div>
${currencyChoice(view, page)}
${folds && html`<button type="button" class="toggle needs-script" id="toggle" aria-expanded="false" aria-controls="details"><span>${say('show_details')}</span>${icon('down')}</button>`}
${details && html`<div class="details${folds ? ' folds' : ''}" id="details">${details}</div>`}
${promotionField(view, page)}
</div></section>`;
}

function merchant(view: CheckoutView, page: Page): Html {
  const { name } = view.merchant;
  const logo = imageUrl(view.merchant.logo_url);
  const inside = html`${
    logo
      ? html`<img class="logo" src="${logo}" alt="" height="32" referrerpolicy="no-referrer">`
      : html`<span class="logo letter" data-letter="${initial(name)}" aria-hidden="true"></span>`
  }<bdi class="name">${name}</bdi>`;
  const back = webUrl(view.cancel_url);
  if (!back) return html`<p class="merchant">${inside}</p>`;
  const label = sayIn(page.locale)('back_to', { merchant: name });
  return html`<p class="merchant"><a href="${back}" aria-label="${label}" title="${label}"><span class="arrow">${icon('back')}</span>${inside}</a></p>`;
}

const initial = (name: string): string => (Array.from(name.trim())[0] ?? '·').toLocaleUpperCase();

function breakdown(view: CheckoutView, page: Page): Html | undefined {
  const lines = sumLines(view, page);
  // A page with a field for a code has a place for what it takes off.
  if (view.line_items.length === 0 && lines.length === 1 && !view.promotion.allowed) return undefined;
  const money = moneyIn(page.locale, currencyOf(view.currency));
  const pictures = view.line_items.some((item) => imageUrl(item.image_url));
  return html`${
    view.line_items.length > 0 &&
    html`<ul class="items" role="list">${view.line_items.map((item, i) => lineItem(item, i, page, { money, pictures, open: view.state === 'open' }))}</ul>`
  }<dl class="sums" id="sums">
${lines.map(({ name, amount, kind }) => html`<div class="sum ${kind}"><dt><bdi>${name}</bdi></dt><dd><bdi>${amount}</bdi></dd></div>`)}
</dl>`;
}

type Item = CheckoutView['line_items'][number];

type Shown = { money: (amount: number) => string; pictures: boolean; open: boolean };

function lineItem(item: Item, line: number, page: Page, { money, pictures, open }: Shown): Html {
  const url = imageUrl(item.image_url);
  const note = quantityNote(item, page, money);
  // The letter stays under the picture: it is what is seen when the picture does not come.
  const picture =
    pictures &&
    html`<span class="thumb" data-letter="${initial(item.name)}"${url ? '' : html` aria-hidden="true"`}>${url && html`<img src="${url}" alt="${item.name}" width="48" height="48" loading="lazy" decoding="async" referrerpolicy="no-referrer">`}</span>`;
  return html`<li class="item">${picture}<div class="what"><p class="item-name"><bdi>${item.name}</bdi></p>${item.description && html`<p class="note"><bdi>${item.description}</bdi></p>`}${note && html`<p class="note"><bdi id="line-note-${line}">${note}</bdi></p>`}${quantityField(item, line, page, open)}</div><p class="price"><bdi id="line-amount-${line}">${money(item.amount)}</bdi></p></li>`;
}
