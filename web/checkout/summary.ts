// The column that says whom is paid, what for and how much. The same in every state of the page.

import type { CheckoutView } from '../../src/checkout/view.ts';
import { currencyOf } from '../../src/kit/money.ts';
import { type Html, html, imageUrl, webUrl } from './html.ts';
import { icon } from './marks.ts';
import { moneyIn, type Page, sayIn } from './page.ts';
import { promotionField, sumLines } from './promotion.ts';

export function summary(view: CheckoutView, page: Page): Html {
  const say = sayIn(page.locale);
  const money = moneyIn(page.locale, currencyOf(view.currency));
  const details = breakdown(view, page);
  // One line without taxes or discounts says no more than the total does: on a phone nothing needs folding then.
  const folds = details !== undefined && (view.line_items.length > 1 || sumLines(view, page).length > 1);
  return html`<section class="summary" aria-label="${say('order_summary')}"><div class="inner">
${merchant(view, page)}
<div class="due">
<h1>${say('page_title', { merchant: view.merchant.name })}</h1>
<p class="total"><bdi id="total">${money(view.amount_total)}</bdi></p>
${view.description && html`<p class="about"><bdi>${view.description}</bdi></p>`}
</div>
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
    html`<ul class="items" role="list">${view.line_items.map((item) => lineItem(item, page, money, pictures))}</ul>`
  }<dl class="sums" id="sums">
${lines.map(({ name, amount, kind }) => html`<div class="sum ${kind}"><dt><bdi>${name}</bdi></dt><dd><bdi>${amount}</bdi></dd></div>`)}
</dl>`;
}

type Item = CheckoutView['line_items'][number];

function lineItem(item: Item, page: Page, money: (amount: number) => string, pictures: boolean): Html {
  const say = sayIn(page.locale);
  const url = imageUrl(item.image_url);
  const quantity = new Intl.NumberFormat(page.locale).format(item.quantity);
  const each = item.unit_amount;
  const many =
    each === null ? say('quantity_only', { quantity }) : say('quantity_each', { quantity, price: money(each) });
  const note = item.quantity === 1 ? undefined : many;
  // The letter stays under the picture: it is what is seen when the picture does not come.
  const picture =
    pictures &&
    html`<span class="thumb" data-letter="${initial(item.name)}" aria-hidden="true">${url && html`<img src="${url}" alt="" width="48" height="48" loading="lazy" decoding="async" referrerpolicy="no-referrer">`}</span>`;
  return html`<li class="item">${picture}<div class="what"><p class="item-name"><bdi>${item.name}</bdi></p>${item.description && html`<p class="note"><bdi>${item.description}</bdi></p>`}${note && html`<p class="note">${note}</p>`}</div><p class="price"><bdi>${money(item.amount)}</bdi></p></li>`;
}
