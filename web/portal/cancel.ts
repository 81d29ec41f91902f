// Ending a subscription: when, and why. What it was like is asked and need not be told.

import type { PortalSubscription, PortalView } from '../../src/portal/view.ts';
import { html } from '../checkout/html.ts';
import { type Page, sayIn as sayInCheckout } from '../checkout/page.ts';
import { address, framed, inner, way } from './frame.ts';
import { sayIn } from './messages.ts';
import { dateIn } from './words.ts';

const reasons = [
  'too_expensive',
  'no_longer_needed',
  'found_alternative',
  'need_more_features',
  'poor_usability',
  'poor_quality',
  'poor_customer_service',
  'other_reasons',
] as const;

export function renderCancel(view: PortalView, s: PortalSubscription, page: Page): string {
  const say = sayIn(page.locale);
  const optional = html` <span class="optional">(${sayInCheckout(page.locale)('optional')})</span>`;
  const date = dateIn(page, view.time_zone)(s.current_period_end);
  const title = say('cancel_title', { name: s.item.product_name });
  // A period that nobody paid for has no end to wait for.
  const times = view.cancel_at.filter((at) => at === 'now' || s.status !== 'incomplete');
  const both = times.length > 1;
  const when = both
    ? html`<fieldset class="plain"><legend>${say('cancel_when')}</legend><div class="choices">${(['period_end', 'now'] as const).map((at) => html`<label class="choice"><input type="radio" name="at" value="${at}"${at === 'period_end' && html` checked`}><span class="choice-text">${say(`cancel_${at}`, { date })}</span></label>`)}</div></fieldset>`
    : html`<input type="hidden" name="at" value="${times[0] ?? 'period_end'}"><p>${times[0] === 'now' ? say('cancel_now') : say('cancel_until', { date })}</p>`;
  const body = html`<form method="post" action="${address(page, view)}/subscriptions/${s.id}/cancel">${when}
<fieldset class="plain"><legend>${say('cancel_why')}${optional}</legend><div class="choices">${reasons.map((reason) => html`<label class="choice"><input type="radio" name="reason_code" value="${reason}"><span class="choice-text">${say(`reason_${reason}`)}</span></label>`)}</div></fieldset>
<div class="field"><label for="reason">${say('cancel_tell')}${optional}</label><textarea id="reason" name="reason" rows="3" maxlength="500" dir="auto"></textarea></div>
<div class="acts"><button class="button danger">${say('cancel')}</button>${way(address(page, view), say('back'), undefined, 'button')}</div></form>`;
  return framed({
    frame: view,
    page,
    title,
    body: inner(page, view, title, body),
    return_url: view.return_url,
    signed_in: true,
  });
}
