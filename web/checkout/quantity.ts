// The quantity of a line on the page, and what the page is told after it was changed. The sums are said as a page that is loaded anew says
// them.

import type { QuantityResult } from '../../src/checkout/set-quantity.ts';
import type { CheckoutView } from '../../src/checkout/view.ts';
import { currencyOf } from '../../src/kit/money.ts';
import { type Html, html } from './html.ts';
import { moneyIn, type Page, sayIn } from './page.ts';
import { type OrderShown, orderShown } from './promotion.ts';

type Item = CheckoutView['line_items'][number];

/** Below the name, seen as long as the order is not being paid; undefined where the quantity is fixed. */
export function quantityField(item: Item, line: number, page: Page, open: boolean): Html | undefined {
  if (!item.adjustable) return undefined;
  const say = sayIn(page.locale);
  const { minimum, maximum } = item.adjustable;
  const label = say('quantity_of', { item: item.name });
  const step = (by: -1 | 1, name: string) =>
    html`<button type="button" class="step" data-step="${by}" aria-label="${name}" title="${name}">${by < 0 ? '−' : '+'}</button>`;
  return html`<div class="quantity needs-script" data-line="${line}" role="group" aria-label="${label}"${open ? '' : html` hidden`}>${step(-1, say('quantity_less'))}<input type="text" inputmode="numeric" autocomplete="off" maxlength="7" dir="ltr" value="${item.quantity}" data-minimum="${minimum}" data-maximum="${maximum}" aria-label="${label}">${step(1, say('quantity_more'))}</div>`;
}

/** How many at how much each; undefined where that is nothing new. */
export function quantityNote(item: Item, page: Page, money: (amount: number) => string): string | undefined {
  if (item.quantity === 1 && !item.adjustable) return undefined;
  const say = sayIn(page.locale);
  const quantity = new Intl.NumberFormat(page.locale).format(item.quantity);
  const each = item.unit_amount;
  return each === null ? say('quantity_only', { quantity }) : say('quantity_each', { quantity, price: money(each) });
}

/** What the page's script puts where; texts alone. */
export type QuantityAnswer = OrderShown & {
  message: string;
  lines: { quantity: number; amount: string; note: string }[];
};

export function quantityAnswer(
  { state }: QuantityResult,
  view: CheckoutView,
  page: Page,
  now: Date = new Date(),
): QuantityAnswer {
  const say = sayIn(page.locale);
  const money = moneyIn(page.locale, currencyOf(view.currency));
  const order = orderShown(view, page, now);
  const key = state === 'code_removed' ? 'quantity_without_code' : 'quantity_changed';
  return {
    ...order,
    message: say(key, { amount: order.total }),
    lines: view.line_items.map((item) => ({
      quantity: item.quantity,
      amount: money(item.amount),
      note: quantityNote(item, page, money) ?? '',
    })),
  };
}
