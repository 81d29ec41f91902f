// The promotion code on the page: its field, and what the page is told after one was tried. Both say the same sums in the same words, so
// that a page which changes by its script and one which is loaded anew look alike.

import type { PromotionResult } from '../../src/checkout/promotion.ts';
import type { CheckoutView } from '../../src/checkout/view.ts';
import { currencyOf } from '../../src/kit/money.ts';
import { choiceTexts } from './choice-texts.ts';
import { type Html, html } from './html.ts';
import { icon } from './marks.ts';
import type { MessageKey } from './messages.ts';
import { moneyIn, type Page, sayIn } from './page.ts';
import { isFree, recurringText, wordsOf } from './recurring.ts';

export type SumLine = { name: string; amount: string; kind: '' | 'less' | 'whole' | 'within' };

/** Everything between the lines and the total, and the total: as written on the page. Taxes that the lines hold come after it. */
export function sumLines(view: CheckoutView, page: Page): SumLine[] {
  const say = sayIn(page.locale);
  const money = moneyIn(page.locale, currencyOf(view.currency));
  const less = view.discounts.map(({ name, amount }) => ({
    name,
    amount: money(-Math.abs(amount)),
    kind: 'less' as const,
  }));
  const added = view.taxes
    .filter((tax) => !tax.inclusive)
    .map(({ name, amount }) => ({ name, amount: money(amount), kind: '' as const }));
  const within = view.taxes
    .filter((tax) => tax.inclusive)
    .map(({ name, amount }) => ({
      name: say('tax_included', { tax: name }),
      amount: money(amount),
      kind: 'within' as const,
    }));
  const between = [...less, ...added];
  const subtotal = { name: say('subtotal'), amount: money(view.amount_subtotal), kind: '' as const };
  const total = {
    name: say(view.recurring ? 'due_today' : 'total_due'),
    amount: money(view.amount_total),
    kind: 'whole' as const,
  };
  return [...(between.length > 0 ? [subtotal] : []), ...between, total, ...within];
}

export function promotionField(view: CheckoutView, page: Page): Html | undefined {
  const { allowed, code } = view.promotion;
  if (!allowed || view.state !== 'open') return undefined;
  const say = sayIn(page.locale);
  const hidden = (is: boolean) => (is ? html` hidden` : '');
  return html`<div class="promo needs-script" id="promo">
<button type="button" class="toggle" id="promo-open" aria-expanded="false" aria-controls="promo-form"${hidden(code !== null)}>${say('promo_add')}</button>
<form id="promo-form" class="field" novalidate hidden><label for="promo-code">${say('promo_label')}</label><div class="control row"><input id="promo-code" type="text" autocomplete="off" autocapitalize="characters" autocorrect="off" spellcheck="false" maxlength="100" dir="ltr" aria-describedby="promo-error"><button type="submit" class="button small" id="promo-apply">${say('promo_apply')}</button></div><p class="error" id="promo-error" role="alert"></p></form>
<p class="promo-taken" id="promo-taken"${hidden(code === null)}>${icon('check')}<bdi id="promo-name" dir="ltr">${code ?? ''}</bdi><button type="button" class="round" id="promo-remove" aria-label="${say('promo_remove')}" title="${say('promo_remove')}">${icon('close')}</button></p>
</div>`;
}

const words: Record<NonNullable<PromotionResult['refused']>, MessageKey> = {
  unknown: 'promo_unknown',
  // A code that is switched off is like one that never was: nobody learns which texts were codes.
  inactive: 'promo_unknown',
  not_started: 'promo_unknown',
  expired: 'promo_expired',
  used_up: 'promo_used_up',
  currency: 'promo_not_applicable',
  minimum: 'promo_minimum',
  not_applicable: 'promo_not_applicable',
  customer: 'promo_customer',
  first_order: 'promo_first_order',
  per_customer: 'promo_per_customer',
};

/** The order as it is now, in the words of the page: what changes when a code is taken or a quantity changed. */
export type OrderShown = {
  code: string | null;
  total: string;
  /** Heading and text of what is shown when it is paid. */
  paid_title: string;
  paid: string;
  /** Minor units: what a press says that it saw. */
  amount: number;
  sums: SumLine[];
  /** On the button. */
  button: string;
  /** Nothing to pay: no card is asked for. */
  free: boolean;
  /** What is charged after today. */
  recurring: string | null;
  /** What it is in, and what each currency comes to, where there is a choice. */
  currency: string | null;
  choices: string[];
};

export function orderShown(view: CheckoutView, page: Page, now: Date): OrderShown {
  const say = sayIn(page.locale);
  const total = moneyIn(page.locale, currencyOf(view.currency))(view.amount_total);
  const words = wordsOf(view);
  return {
    code: view.promotion.code,
    total,
    amount: view.amount_total,
    paid_title: say(words.title),
    paid: say(words.done, { merchant: view.merchant.name, amount: total }),
    sums: sumLines(view, page),
    button: say(words.button, { amount: total }),
    free: isFree(view),
    recurring: recurringText(view, page, now) ?? null,
    currency: view.offer && view.currency,
    choices: choiceTexts(view, page),
  };
}

/** What the page's script puts where; texts alone, in the language of the page. */
export type PromotionAnswer = OrderShown & {
  state: PromotionResult['state'];
  /** For the field when it was refused, else for people who do not see the sums change. */
  message: string;
};

export function promotionAnswer(
  result: PromotionResult,
  view: CheckoutView,
  page: Page,
  now: Date = new Date(),
): PromotionAnswer {
  const say = sayIn(page.locale);
  return {
    ...orderShown(view, page, now),
    state: result.state,
    message: messageOf(result, view, say('promo_removed'), page),
  };
}

function messageOf(result: PromotionResult, view: CheckoutView, removed: string, page: Page): string {
  const say = sayIn(page.locale);
  if (result.state === 'removed') return removed;
  const amount = moneyIn(page.locale, currencyOf(view.currency));
  if (result.state === 'applied') return say('promo_applied', { amount: amount(view.amount_total) });
  // The least subtotal is told in the currency of the prices.
  const priced = moneyIn(page.locale, currencyOf(view.offer?.choices[0]?.currency ?? view.currency));
  return say(words[result.refused ?? 'unknown'], { amount: priced(result.minimum ?? 0) });
}
