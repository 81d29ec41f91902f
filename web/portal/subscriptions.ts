// The subscriptions on the first page: what each is, when it is charged next, and what its customer may do with it.

import type { PortalSubscription, PortalView } from '../../src/portal/view.ts';
import { type Html, html } from '../checkout/html.ts';
import type { Page } from '../checkout/page.ts';
import { address, framed, press, up, way } from './frame.ts';
import { type MessageKey, sayIn } from './messages.ts';
import { cardText, dateIn, priceText } from './words.ts';

/** So many stand on the first page: cards and invoices are to be found below them, also on a phone. */
const few = 6;

/** What waits for its customer stands first. */
const waits = ({ status }: PortalSubscription) => status === 'past_due' || status === 'incomplete';

export function subscriptions(view: PortalView, page: Page, all = false): Html {
  const say = sayIn(page.locale);
  const sorted = [...view.subscriptions].sort((a, b) => Number(waits(b)) - Number(waits(a)));
  const shown = all ? sorted : sorted.slice(0, few);
  return html`<section class="box" aria-labelledby="subscriptions-title"><div class="head"><h2 id="subscriptions-title">${say('subscriptions')}</h2></div>
${sorted.length === 0 ? html`<p class="note">${say('no_subscriptions')}</p>` : html`<ul role="list" class="rows">${shown.map((s) => row(s, view, page))}</ul>`}
${shown.length < sorted.length && html`<div class="acts">${way(`${address(page, view)}/subscriptions`, say('more'), say('act_of', { action: say('more'), name: say('subscriptions') }))}</div>`}</section>`;
}

export function renderSubscriptions(view: PortalView, page: Page): string {
  const say = sayIn(page.locale);
  const body = html`${up(page, view)}<h1 class="unseen">${say('subscriptions')}</h1><div class="sheet">${subscriptions(view, page, true)}</div>`;
  return framed({ frame: view, page, title: say('subscriptions'), body, return_url: view.return_url, signed_in: true });
}

type Shown = { key: MessageKey; tone: 'good' | 'warn' | 'bad' | 'plain' };

function statusOf(s: PortalSubscription): Shown {
  if (s.status === 'canceled' || s.status === 'incomplete_expired') return { key: 'status_canceled', tone: 'plain' };
  if (s.status === 'past_due') return { key: 'status_past_due', tone: 'bad' };
  if (s.status === 'incomplete') return { key: 'status_incomplete', tone: 'warn' };
  if (s.cancel_at_period_end) return { key: 'status_ending', tone: 'warn' };
  if (s.paused) return { key: 'status_paused', tone: 'warn' };
  return s.status === 'trialing' ? { key: 'status_trialing', tone: 'good' } : { key: 'status_active', tone: 'good' };
}

function next(s: PortalSubscription, view: PortalView, page: Page): string | undefined {
  const say = sayIn(page.locale);
  const date = dateIn(page, view.time_zone);
  if (s.ended_at !== null) return say('ended_on', { date: date(s.ended_at) });
  if (s.status === 'incomplete') return undefined;
  if (s.cancel_at_period_end) return say('ends_on', { date: date(s.cancel_at ?? s.current_period_end) });
  if (s.paused) return s.resumes_at === null ? say('paused') : say('paused_until', { date: date(s.resumes_at) });
  if (s.trial_end !== null) return say('trial_until', { date: date(s.trial_end) });
  return s.status === 'past_due' ? undefined : say('renews_on', { date: date(s.current_period_end) });
}

function row(s: PortalSubscription, view: PortalView, page: Page): Html {
  const say = sayIn(page.locale);
  const { item } = s;
  const status = statusOf(s);
  const card = s.ended_at === null && !s.cancel_at_period_end ? view.cards.find((one) => one.id === s.card) : undefined;
  const told = next(s, view, page);
  return html`<li class="subscription">
<div class="line"><h3><bdi>${item.product_name}</bdi></h3><span class="pill ${status.tone}">${say(status.key)}</span></div>
<p class="cost">${priceText(page, item, s.currency)}</p>
${item.quantity > 1 && html`<p class="note">${say('quantity', { count: new Intl.NumberFormat(page.locale).format(item.quantity) })}</p>`}
${told && html`<p>${told}</p>`}
${s.upcoming && html`<p>${say('changes_on', { date: dateIn(page, view.time_zone)(s.current_period_end), plan: s.upcoming.product_name, price: priceText(page, s.upcoming, s.currency) })}</p>`}
${card && html`<p class="note">${say('paid_with', { card: cardText(page, card) })}</p>`}
${actions(s, view, page)}</li>`;
}

function actions({ id, may, item }: PortalSubscription, view: PortalView, page: Page): Html | false {
  const say = sayIn(page.locale);
  const place = `${address(page, view)}/subscriptions/${id}`;
  const about = (action: MessageKey) => say('act_of', { action: say(action), name: item.product_name });
  const button = (action: 'keep' | 'pause' | 'resume', kind: 'primary' | '') =>
    press({ action: `${place}/${action}`, text: say(action), label: about(action), kind });
  if (!Object.values(may).includes(true)) return false;
  return html`<div class="acts">${may.revoke && button('keep', 'primary')}${may.change && way(`${place}/change`, say('change_plan'), about('change_plan'))}${may.resume && button('resume', 'primary')}${may.pause && button('pause', '')}${may.cancel && way(`${place}/cancel`, say('cancel'), about('cancel'))}</div>`;
}
