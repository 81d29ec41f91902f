// The form of an open session: e-mail, saved cards, a new card, the button. No input has a name: a form that is sent before the
// script is there carries nothing. Must never write a card's data into the page.

import type { CheckoutView } from '../../src/checkout/view.ts';
import { currencyOf } from '../../src/kit/money.ts';
import { comparesPostalCode, withoutPostalCode } from './countries.ts';
import { countryOf, countryOptions } from './country-options.ts';
import { type Html, html } from './html.ts';
import { bitcoinMark, brandNames, brands, icon, isBrand, mark } from './marks.ts';
import { languageOf } from './messages.ts';
import { moneyIn, type Page, type Say, sayIn } from './page.ts';
import { isFree, wordsOf } from './recurring.ts';

export function form(view: CheckoutView, page: Page, now: Date, shown: boolean): Html {
  const say = sayIn(page.locale);
  const amount = moneyIn(page.locale, currencyOf(view.currency))(view.amount_total);
  const saved = savedCards(view, now);
  const chosen = saved.find((card) => !card.expired);
  return html`<form id="form" class="panel" method="post" novalidate${shown ? '' : html` hidden`}>
<fieldset id="fields" class="plain">
<section aria-labelledby="contact-title"><h2 id="contact-title">${say('contact')}</h2>${email(view, say)}</section>
<section id="method" aria-labelledby="method-title"${isFree(view) ? html` hidden` : ''}><h2 id="method-title">${say('payment_method')}</h2>
${
  (saved.length > 0 || view.takes_bitcoin) &&
  html`<div class="choices" role="radiogroup" aria-labelledby="method-title">${saved.map((card) => savedChoice(card, card === chosen, page))}<label class="choice"><input type="radio" name="method" id="method-new" value=""${chosen ? '' : html` checked`}>${mark('')}<span class="choice-text">${say(saved.length > 0 ? 'use_new_card' : 'card_brand')}</span></label>${view.takes_bitcoin && html`<label class="choice"><input type="radio" name="method" id="method-bitcoin" value="bitcoin">${bitcoinMark}<span class="choice-text">Bitcoin</span></label>`}</div>`
}
<div id="new-card"${chosen ? html` hidden` : ''}>${newCard(view, page)}</div>
</section>
</fieldset>
<div id="notice" class="notice" role="alert" tabindex="-1"></div>
${view.custom_text && html`<p class="custom"><bdi>${view.custom_text}</bdi></p>`}
<button type="button" id="pay" class="button primary needs-script" aria-describedby="secure"><span class="face">${icon('lock')}<span id="pay-text">${say(wordsOf(view).button, { amount })}</span></span><span class="spinner" aria-hidden="true"></span></button>
${!page.still && html`<noscript><p class="notice plain-notice">${icon('alert')}<span>${say('noscript')}</span></p></noscript>`}
${view.recurring && html`<p class="note consent">${say('recurring_consent', { merchant: view.merchant.name })}</p>`}
<p class="secure" id="secure"${isFree(view) ? html` hidden` : ''}>${icon('shield')}<span>${say('secure_note', { merchant: view.merchant.name })}</span></p>
</form>`;
}

type FieldParts = { id: string; label: Html | string; control: Html; hint?: string };

const field = ({ id, label, control, hint }: FieldParts): Html =>
  html`<div class="field" id="${id}-field"><label for="${id}">${label}</label><div class="control">${control}</div>${hint && html`<p class="unseen" id="${id}-hint">${hint}</p>`}<p class="error" id="${id}-error" hidden></p></div>`;

function email(view: CheckoutView, say: Say): Html {
  const known = view.customer_email;
  const control = known
    ? html`<input id="email" type="email" value="${known}" readonly autocomplete="email" dir="ltr">`
    : html`<input id="email" type="email" autocomplete="email" inputmode="email" autocapitalize="off" spellcheck="false" maxlength="254" required placeholder="name@example.com" dir="ltr" aria-describedby="email-error">`;
  return field({ id: 'email', label: say('email'), control });
}

/** Also the portal's. */
export function newCard(view: Pick<CheckoutView, 'merchant' | 'can_save'>, page: Page): Html {
  const say = sayIn(page.locale);
  const country = countryOf(page.locale);
  const digits = (id: string, autocomplete: string, most: number, placeholder: string, described: string) =>
    html`<input id="${id}" type="text" inputmode="numeric" autocomplete="${autocomplete}" autocorrect="off" spellcheck="false" maxlength="${most}" required placeholder="${placeholder}" dir="ltr" aria-describedby="${described}">`;
  const hidesPostal = withoutPostalCode.has(country);
  return html`${field({
    id: 'number',
    label: say('card_number'),
    // Longer than any card number: what is pasted with spaces or hyphens must fit before it is shaped.
    control: html`${digits('number', 'cc-number', 40, '1234 1234 1234 1234', 'number-error')}<span class="brands" id="brands" data-brand="">${brands.map(mark)}</span>`,
  })}
<div class="pair">${field({ id: 'expiry', label: say('expiry'), control: digits('expiry', 'cc-exp', 12, say('expiry_format'), 'expiry-error') })}${field(
    {
      id: 'cvc',
      label: say('cvc'),
      control: html`${digits('cvc', 'cc-csc', 4, '123', 'cvc-hint cvc-error')}<span class="cvc-picture" id="cvc-picture" aria-hidden="true"><span></span></span>`,
      hint: say('cvc_back'),
    },
  )}</div>
${field({
  id: 'name',
  label: say('name_on_card'),
  control: html`<input id="name" type="text" autocomplete="cc-name" autocapitalize="words" autocorrect="off" spellcheck="false" maxlength="100" required dir="auto" aria-describedby="name-error">`,
})}
<div class="pair wide">${field({
    id: 'country',
    label: say('country'),
    control: html`<select id="country" autocomplete="billing country" required aria-describedby="country-error">${countryOptions(languageOf(page.locale), country)}</select>${icon('down')}`,
  })}<div id="postal-cell"${hidesPostal ? html` hidden` : ''}>${field({
    id: 'postal',
    label: html`<span id="postal-label">${say(country === 'US' ? 'zip_code' : 'postal_code')}</span> <span class="optional" id="postal-optional"${comparesPostalCode.has(country) ? html` hidden` : ''}>(${say('optional')})</span>`,
    control: html`<input id="postal" type="text" autocomplete="billing postal-code" autocapitalize="characters" autocorrect="off" spellcheck="false" maxlength="16" dir="ltr" aria-describedby="postal-error">`,
  })}</div></div>
${view.can_save && html`<label class="check"><input type="checkbox" id="save"><span>${say('save_card', { merchant: view.merchant.name })}</span></label>`}`;
}

type Saved = CheckoutView['payment_methods'][number] & { expired: boolean };

const savedCards = (view: CheckoutView, now: Date): Saved[] =>
  view.payment_methods.map((card) => ({
    ...card,
    expired:
      card.exp_year < now.getUTCFullYear() ||
      (card.exp_year === now.getUTCFullYear() && card.exp_month < now.getUTCMonth() + 1),
  }));

function savedChoice(card: Saved, chosen: boolean, page: Page): Html {
  const say = sayIn(page.locale);
  const brand = isBrand(card.brand) ? brandNames[card.brand] : say('card_brand');
  const date = `${String(card.exp_month).padStart(2, '0')}/${String(card.exp_year).slice(-2)}`;
  return html`<label class="choice${card.expired ? ' off' : ''}"><input type="radio" name="method" value="${card.id}"${chosen ? html` checked` : ''}${card.expired ? html` disabled` : ''}>${mark(card.brand)}<span class="choice-text"><span class="unseen">${say('card_ending', { brand, last_four: card.last_four })}</span><span aria-hidden="true">${brand} <bdi>•••• ${card.last_four}</bdi></span></span><span class="note">${say(card.expired ? 'expired_on' : 'expires', { date: '\u2066'.concat(date, '\u2069') })}</span></label>`;
}
