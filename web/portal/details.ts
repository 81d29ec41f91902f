// The form of what stands on invoices. What was typed comes back with what is wrong about it; nothing is lost.

import type { PortalCard, PortalView } from '../../src/portal/view.ts';
import { countryOptions } from '../checkout/country-options.ts';
import { type Html, html } from '../checkout/html.ts';
import { icon } from '../checkout/marks.ts';
import { languageOf } from '../checkout/messages.ts';
import { type Page, sayIn as sayInCheckout } from '../checkout/page.ts';
import { address, framed, inner, type Notice, way } from './frame.ts';
import { sayIn, tables } from './messages.ts';
import { cardText } from './words.ts';

export const detailFields = [
  'name',
  'email',
  'line1',
  'line2',
  'postal_code',
  'city',
  'state',
  'country',
  'tax_id',
  'language',
] as const;
export type DetailField = (typeof detailFields)[number];
export type Typed = Record<DetailField, string>;

type Customer = Partial<PortalView['customer']>;

export const typedOf = ({ customer }: { customer: Customer }): Typed => ({
  name: customer.name ?? '',
  email: customer.email ?? '',
  line1: customer.address?.line1 ?? '',
  line2: customer.address?.line2 ?? '',
  postal_code: customer.address?.postal_code ?? '',
  city: customer.address?.city ?? '',
  state: customer.address?.state ?? '',
  country: customer.address?.country ?? '',
  tax_id: customer.tax_id ?? '',
  language: customer.language ?? '',
});

type Look = { label: string; most: number; autocomplete: string; type?: string; dir?: 'ltr' | 'auto'; hint?: string };

export function renderDetails(
  view: PortalView,
  typed: Typed,
  page: Page,
  wrong: { field?: DetailField; notice?: Notice } = {},
): string {
  const say = sayIn(page.locale);
  const title = say('details');
  return framed({
    frame: view,
    page,
    title,
    body: inner(page, view, title, form(view, typed, page, wrong.field)),
    notice: wrong.notice,
    return_url: view.return_url,
    signed_in: true,
  });
}

/** The address that a bank compares with what it knows of the card. */
export function renderCardAddress(
  view: PortalView,
  card: PortalCard,
  typed: Typed,
  page: Page,
  wrong?: DetailField,
): string {
  const say = sayIn(page.locale);
  const title = say('act_of', { action: say('address'), name: cardText(page, card) });
  const body = html`<form method="post" action="${address(page, view)}/cards/${card.id}/address" novalidate>${makerOf(typed, page, wrong).addressFields}${saveOrBack(view, page)}</form>`;
  return framed({
    frame: view,
    page,
    title,
    body: inner(page, view, title, body),
    return_url: view.return_url,
    signed_in: true,
  });
}

function form(view: PortalView, typed: Typed, page: Page, wrong: DetailField | undefined): Html {
  const say = sayIn(page.locale);
  const { field, input, addressFields } = makerOf(typed, page, wrong);
  const language = html`<select id="language" name="language"><option value=""${typed.language === '' && html` selected`}>–</option>${languages(typed.language)}</select>${icon('down')}`;
  return html`<form method="post" action="${address(page, view)}/details" novalidate>
${input('name', { label: say('name'), most: 200, autocomplete: 'name' })}
${input('email', { label: sayInCheckout(page.locale)('email'), most: 254, autocomplete: 'email', type: 'email', dir: 'ltr', hint: say('email_note') })}
${addressFields}
${input('tax_id', { label: say('tax_id'), most: 40, autocomplete: 'off', dir: 'ltr' })}
${field('language', say('language'), language)}
${saveOrBack(view, page)}</form>`;
}

const saveOrBack = (view: PortalView, page: Page): Html =>
  html`<div class="acts"><button class="button primary">${sayIn(page.locale)('save')}</button>${way(address(page, view), sayIn(page.locale)('back'), undefined, 'button')}</div>`;

function makerOf(typed: Typed, page: Page, wrong: DetailField | undefined) {
  const say = sayIn(page.locale);
  const of_checkout = sayInCheckout(page.locale);
  const errors: Partial<Record<DetailField, string>> = {
    name: say('error_name'),
    email: of_checkout('error_email'),
    postal_code: of_checkout('error_postal'),
    tax_id: say('error_tax_id'),
  };
  const field = (id: DetailField, label: string, control: Html, hint?: string) =>
    html`<div class="field"><label for="${id}">${label}</label><div class="control">${control}</div>${hint && html`<p class="note hint-line" id="${id}-hint">${hint}</p>`}${wrong === id && html`<p class="error" id="${id}-error">${errors[id] ?? of_checkout('error_field')}</p>`}</div>`;
  const input = (id: DetailField, { label, most, autocomplete, type = 'text', dir = 'auto', hint }: Look) => {
    const described = [hint && `${id}-hint`, wrong === id && `${id}-error`].filter(Boolean).join(' ');
    const control = html`<input id="${id}" name="${id}" type="${type}" value="${typed[id]}" maxlength="${most}" autocomplete="${autocomplete}" dir="${dir}"${described !== '' && html` aria-describedby="${described}"`}${wrong === id && html` aria-invalid="true"`}>`;
    return field(id, label, control, hint);
  };
  const country = html`<select id="country" name="country" autocomplete="billing country"><option value=""${typed.country === '' && html` selected`}>–</option>${countryOptions(languageOf(page.locale), typed.country)}</select>${icon('down')}`;
  const addressFields = html`${input('line1', { label: say('address'), most: 200, autocomplete: 'billing address-line1' })}
${input('line2', { label: say('line2'), most: 200, autocomplete: 'billing address-line2' })}
<div class="pair">${input('postal_code', { label: of_checkout('postal_code'), most: 20, autocomplete: 'billing postal-code' })}${input('city', { label: say('city'), most: 100, autocomplete: 'billing address-level2' })}</div>
<div class="pair">${input('state', { label: say('state'), most: 100, autocomplete: 'billing address-level1' })}${field('country', of_checkout('country'), country)}</div>`;
  return { field, input, addressFields };
}

/** What was typed may be no language at all. */
function nameOf(tag: string): string {
  try {
    return new Intl.DisplayNames(tag, { type: 'language' }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/** Each in its own words. A language that the customer has and we do not speak stays theirs. */
function languages(chosen: string): Html {
  const spoken = Object.keys(tables);
  const all = chosen === '' || spoken.includes(chosen) ? spoken : [...spoken, chosen];
  return html`${all.map((tag) => html`<option value="${tag}"${tag === chosen && html` selected`}>${nameOf(tag)}</option>`)}`;
}
