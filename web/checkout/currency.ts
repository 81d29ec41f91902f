// The choice between the session's currency and the customer's own: what either comes to, the rate, and what is kept on top of it. Pure.

import type { CheckoutView } from '../../src/checkout/view.ts';
import { currencyOf } from '../../src/kit/money.ts';
import { choiceTexts } from './choice-texts.ts';
import { type Html, html } from './html.ts';
import { directionOf } from './messages.ts';
import { moneyIn, type Page, sayIn } from './page.ts';
import { type QuantityAnswer, quantityAnswer } from './quantity.ts';

export function currencyChoice(view: CheckoutView, page: Page): Html | undefined {
  const { offer } = view;
  if (!offer || view.state !== 'open') return undefined;
  const say = sayIn(page.locale);
  const texts = choiceTexts(view, page);
  return html`<fieldset class="plain currencies needs-script" id="currencies" aria-describedby="rate"><legend class="unseen">${say('currency_choice')}</legend>
<div class="choices">${offer.choices.map(
    ({ currency, chosen }, i) =>
      html`<label class="choice"><input type="radio" name="currency" value="${currency}"${chosen ? html` checked` : ''}><span class="choice-text"><bdi data-choice>${texts[i] ?? ''}</bdi> <bdi class="note">${currency}</bdi></span></label>`,
  )}</div>
<p class="note" id="rate">${rateText(view, page)}</p></fieldset>`;
}

/** In a line from right to left an equation would be read from its end: isolated, it stays one. */
const asOne = (text: string, locale: string): string => (directionOf(locale) === 'rtl' ? `\u2066${text}\u2069` : text);

function rateText({ offer, merchant }: CheckoutView, page: Page): string {
  const say = sayIn(page.locale);
  const [own, local] = offer?.choices ?? [];
  if (!offer || !own || !local) return '';
  if (offer.rate === null || offer.rate_date === null)
    return say('currency_own', { merchant: merchant.name, currency: local.currency });
  const { locale } = page;
  // The decimal text goes in as it is: no float is made on the way.
  const text = new Intl.NumberFormat(locale, { maximumSignificantDigits: 6 }).format(offer.rate as unknown as number);
  const day = new Date(`${offer.rate_date}T12:00:00Z`);
  const rate = say('currency_rate', {
    rate: asOne(`1 ${own.currency} = ${text} ${local.currency}`, locale),
    date: new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }).format(day),
  });
  const percent = new Intl.NumberFormat(page.locale, { style: 'percent', maximumFractionDigits: 2 });
  const fee =
    offer.markup_bps === 0
      ? say('currency_no_fee')
      : say('currency_fee', { percent: percent.format(offer.markup_bps / 10_000) });
  return `${rate} ${fee}`;
}

/** What the page's script puts where; texts alone. */
export type CurrencyAnswer = QuantityAnswer;

export const currencyAnswer = (view: CheckoutView, page: Page, now: Date): CurrencyAnswer => {
  const amount = moneyIn(page.locale, currencyOf(view.currency))(view.amount_total);
  const message = sayIn(page.locale)('currency_changed', { amount });
  return { ...quantityAnswer({ state: 'changed' }, view, page, now), message };
};
