// The page of an invoice as HTML, whole without a script: what it says, the document to take away, and a button that leads to the page
// where it is paid. Pure: the same view and page make the same text. Every value is escaped by html.ts.

import { paidBy, termsIn, worded } from '../../src/billing/document/said.ts';
import type { DocumentView, Party } from '../../src/billing/document/view.ts';
import {
  addressLines,
  dayIn,
  localeOf,
  rateIn,
  type SayWord,
  spanIn,
  wordLanguage,
  wordsIn,
} from '../../src/billing/document/words.ts';
import { currencyOf } from '../../src/kit/money.ts';
import { brandingStyle } from '../checkout/branding.ts';
import { type Html, html, raw, webUrl } from '../checkout/html.ts';
import { moneyIn } from '../checkout/page.ts';
import { style } from './style.ts';

export type InvoicePage = {
  nonce: string;
  /** What the browser asks for, where the customer said nothing. */
  locale: string;
  /** Where this page is, without a slash at its end. */
  path: string;
  /** It could not be paid just now. */
  failed?: boolean;
};

type Speech = {
  say: SayWord;
  locale: string;
  rtl: boolean;
  money: (amount: number) => string;
  day: (at: string) => string;
  span: (start: string, end: string) => string;
};

export function renderInvoice(written: DocumentView, page: InvoicePage): string {
  const locale = localeOf(written.locale ?? page.locale);
  const say = wordsIn(locale);
  const view = worded(written, say);
  const speech: Speech = {
    say,
    locale,
    rtl: wordLanguage(locale) === 'ar',
    money: moneyIn(locale, currencyOf(view.currency)),
    day: dayIn(locale, view.time_zone),
    span: spanIn(locale, view.time_zone),
  };
  const brand = brandingStyle(view.branding);
  const title = say('page_title', { document: say(view.kind), number: view.number, merchant: view.merchant.name });
  const icon = webUrl(view.branding.icon_url);
  return html`<!doctype html>
<html lang="${wordLanguage(locale)}" dir="${speech.rtl ? 'rtl' : 'ltr'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex, nofollow">
<meta name="format-detection" content="telephone=no">
${view.under_way && html`<meta http-equiv="refresh" content="8">`}
<title>${title}</title>
${icon && html`<link rel="icon" href="${icon}">`}
<style nonce="${page.nonce}">${raw(style)}</style>${brand !== '' && html`<style nonce="${page.nonce}">${raw(brand)}</style>`}
</head>
<body>
${view.mode === 'sandbox' && html`<aside class="sandbox" aria-label="${say('sandbox')}">${say('sandbox')}</aside>`}
<div class="desk">
<header class="maker">${maker(view)}</header>
<main>
${due(view, page, speech)}
<section class="paper" aria-label="${say('summary')}">
${facts(view, speech)}
<div class="parties">${party(say('from'), { ...view.seller, name: view.seller.name ?? view.merchant.name }, speech)}${party(say('bill_to'), view.customer, speech)}</div>
${lines(view, speech)}
${sums(view, speech)}
${history(view, speech)}
${view.footer && html`<p class="foot"><bdi>${view.footer}</bdi></p>`}
</section>
</main>
<footer class="end">Florin</footer>
</div>
</body>
</html>
`.text;
}

function maker(view: DocumentView): Html {
  const logo = webUrl(view.merchant.logo_url);
  const name = html`<bdi>${view.merchant.name}</bdi>`;
  return logo ? html`<img src="${logo}" alt="" referrerpolicy="no-referrer">${name}` : name;
}

function due(view: DocumentView, page: InvoicePage, { say, money, day }: Speech): Html {
  const amount = view.kind === 'credit_note' ? view.total : view.status === 'paid' ? view.amount_paid : view.amount_due;
  const label = view.status === 'paid' ? 'amount_paid' : view.kind === 'credit_note' ? 'total_credited' : 'amount_due';
  const kind =
    view.status === 'open' || view.status === 'uncollectible' ? 'open' : view.status === 'void' ? 'dead' : '';
  const paid =
    view.status === 'paid' && view.paid_at !== null && html` <span class="small">${day(view.paid_at)}</span>`;
  const state = view.overdue ? 'overdue' : (`status_${view.status}` as const);
  const until = view.due_at !== null && kind === 'open' && html`<p>${say('due_on')} <bdi>${day(view.due_at)}</bdi></p>`;
  return html`<section class="due" aria-labelledby="due">
<h1 id="due">${say(view.kind)} <bdi>${view.number}</bdi></h1>
<p class="small">${say(label)}</p>
<p class="big"><bdi>${money(amount)}</bdi></p>
${until}
<p><span class="state ${view.overdue ? 'late' : kind}">${say(state)}</span>${paid}</p>
${view.under_way && html`<div class="notice" role="status"><p><strong>${say('under_way_title')}</strong></p><p>${say('under_way')}</p></div>`}
${page.failed && html`<p class="notice bad" role="alert">${say('pay_failed')}</p>`}
<div class="acts">${view.payable && html`<form method="post" action="${page.path}/pay"><button class="button primary">${say('pay_now', { amount: money(view.amount_due) })}</button></form>`}<a class="button" href="${page.path}/pdf" download>${say('download_pdf')}</a></div>
</section>`;
}

function facts(view: DocumentView, { say, day, span, locale }: Speech): Html {
  const rows: [string, string][] = [
    [say('number'), view.number],
    [say('date'), day(view.created_at)],
  ];
  if (view.period) rows.push([say('period'), span(view.period.start, view.period.end)]);
  if (view.due_at) rows.push([say('due_on'), day(view.due_at)]);
  if (view.days_until_due) rows.push([say('payment_terms'), termsIn(say, locale, view.days_until_due)]);
  if (view.paid_at) rows.push([say('paid_on'), day(view.paid_at)]);
  const memo = view.memo !== null && html`<p class="memo"><bdi>${view.memo}</bdi></p>`;
  return html`<dl class="facts">${rows.map(([name, value]) => html`<dt>${name}</dt><dd><bdi>${value}</bdi></dd>`)}</dl>${memo}`;
}

function party(title: string, { name, address, email, phone, tax_id }: Party, { say, locale }: Speech): Html {
  const rest = [...addressLines(locale, address), name === null ? null : email, phone].filter((one) => one !== null);
  return html`<div><h2>${title}</h2><p class="name"><bdi>${name ?? email}</bdi></p>${rest.map((line) => html`<p><bdi>${line}</bdi></p>`)}${tax_id && html`<p>${say('tax_id')}: <bdi>${tax_id}</bdi></p>`}</div>`;
}

function lines(view: DocumentView, { say, money, span, locale }: Speech): Html {
  const number = new Intl.NumberFormat(locale);
  return html`<table>
<thead><tr><th scope="col">${say('description')}</th><th scope="col" class="number">${say('quantity')}</th><th scope="col" class="number each">${say('unit_price')}</th><th scope="col" class="number">${say('amount')}</th></tr></thead>
<tbody>${view.lines.map(
    (line) =>
      html`<tr><td class="what"><bdi>${line.description}</bdi>${line.period && html`<p class="small">${span(line.period.start, line.period.end)}</p>`}</td><td class="number">${line.quantity === null ? '' : number.format(line.quantity)}</td><td class="number each">${line.unit_amount === null ? '' : html`<bdi>${money(line.unit_amount)}</bdi>`}</td><td class="number"><bdi>${money(line.amount)}</bdi></td></tr>`,
  )}</tbody>
</table>`;
}

function sums(view: DocumentView, { say, money, locale }: Speech): Html {
  const row = (name: string, amount: number, strong = false) =>
    html`<div${strong && html` class="strong"`}><dt><bdi>${name}</bdi></dt><dd><bdi>${money(amount)}</bdi></dd></div>`;
  return html`<dl class="sums">${row(say('subtotal'), view.subtotal)}${view.discounts.map(({ name, amount }) =>
    row(name === null ? say('discount') : `${say('discount')}: ${name}`, -amount),
  )}${view.taxes.map((tax) => {
    const name = tax.rate_ppm === null ? tax.name : `${tax.name} ${rateIn(locale, tax.rate_ppm)}`;
    return row(tax.inclusive ? say('tax_included', { tax: name }) : name, tax.amount);
  })}${row(say('total'), view.total, true)}${view.credit_applied > 0 && row(say('credit_applied'), -view.credit_applied)}${view.credited_due > 0 && row(say('credited'), -view.credited_due)}${view.status === 'paid' && row(say('amount_paid'), view.amount_paid)}${view.status !== 'void' && row(say('amount_due'), view.status === 'paid' ? 0 : view.amount_due, true)}</dl>`;
}

function history(view: DocumentView, { say, money, day }: Speech): Html {
  const part = (title: string, rows: Html[]) =>
    rows.length > 0 && html`<section class="part"><h2>${title}</h2><ul role="list">${rows}</ul></section>`;
  return html`${part(
    say('payments'),
    view.payments.map(
      ({ at, amount, ...by }) =>
        html`<li><span>${day(at)}</span><span class="how"><bdi>${paidBy(say, by)}</bdi></span><span class="number"><bdi>${money(amount)}</bdi></span></li>`,
    ),
  )}${part(
    say('credit_notes'),
    view.credit_notes.map(
      ({ at, number, total, method, url }) =>
        html`<li><span>${day(at)}</span><span class="how"><a href="${webUrl(url) ?? '#'}" download><bdi>${number}</bdi></a> · ${say(`by_${method}`)}</span><span class="number"><bdi>${money(total)}</bdi></span></li>`,
    ),
  )}`;
}
