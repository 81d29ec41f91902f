// What a customer who pays by Bitcoin is shown: how much to send where, until when, and a code for their wallet. Complete without a
// script; that only counts down, copies, and asks whether it came.

import type { BitcoinView } from '../../src/checkout/view.ts';
import { currencyOf, display } from '../../src/kit/money.ts';
import { rateText } from '../../src/payments/bitcoin-rate.ts';
import { type Html, html, webUrl } from './html.ts';
import { icon } from './marks.ts';
import { type Page, sayIn } from './page.ts';

/** Digits and unit stay together, in lines from right to left as well. */
export const bitcoinText = (satoshis: number, _page: Page): string => `\u2066${display(satoshis, 'BTC')}\u2069`;

/** `mm:ss` until then; never below zero. */
export function timeLeft(until: string, now: number): string {
  const seconds = Math.max(0, Math.ceil((Date.parse(until) - now) / 1000));
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
}

export function bitcoin(asked: BitcoinView, page: Page, now: Date): Html {
  const say = sayIn(page.locale);
  const missing = bitcoinText(asked.amount_missing, page);
  const { rate } = asked;
  const wallet = webUrl(asked.wallet_url);
  const told = asked.amount_received > 0 ? 'bitcoin_partial' : 'bitcoin_text';
  return html`<p>${say(told, { received: bitcoinText(asked.amount_received, page), missing })}</p>
<p class="left" role="timer" id="bitcoin-left">${icon('clock')}<span>${say('bitcoin_left', { time: timeLeft(asked.expires_at, now.getTime()) })}</span></p>
<dl class="sending">
${copied('bitcoin_amount', display(asked.amount_missing, 'BTC').replace(' BTC', ''), page)}
${copied('bitcoin_address', asked.address, page)}
</dl>
${rate && html`<p class="note">${say('bitcoin_rate', { rate: `\u2066${rateText({ ...rate, currency: currencyOf(rate.currency) }, page.locale)}\u2069` })}</p>`}
<a class="button primary" href="${walletUri(asked.uri)}">${say('bitcoin_wallet')}</a>
<button type="button" class="button needs-script" id="bitcoin-other">${say('bitcoin_other')}</button>
${wallet && html`<p class="note"><a href="${wallet}" target="_blank" rel="noopener">${say('bitcoin_simulate')}</a></p>`}`;
}

function copied(key: 'bitcoin_amount' | 'bitcoin_address', value: string, page: Page): Html {
  const say = sayIn(page.locale);
  return html`<div><dt id="${key}">${say(key)}</dt><dd><bdi dir="ltr">${value}</bdi><button type="button" class="button small needs-script" data-copy="${value}" aria-describedby="${key}">${say('copy')}</button></dd></div>`;
}

/** The one scheme beside the web's that this page links to. */
const walletUri = (uri: string): string => (/^bitcoin:[0-9a-zA-Z]+\?[!-~]*$/.test(uri) ? uri : '#');
