// The page where a card is typed. The only page of the portal that needs a script: the number goes straight to the place that seals it,
// never through a form of ours. Fields are those of the checkout.

import type { PortalView } from '../../src/portal/view.ts';
import type { Boot } from '../checkout/boot.ts';
import { newCard } from '../checkout/form.ts';
import { type Html, html, json } from '../checkout/html.ts';
import { icon } from '../checkout/marks.ts';
import { scriptKeys } from '../checkout/messages.ts';
import { type Page, sayIn as sayInCheckout } from '../checkout/page.ts';
import { testCards } from '../checkout/render.ts';
import { address, framed, inner } from './frame.ts';
import { sayIn } from './messages.ts';

/** What the script says beyond the words of the checkout. */
export const portalScriptKeys = ['saving', 'save_card', 'not_confirmed', 'card_waiting'] as const;

/** What fields, dialog and calls of the checkout read of it; what is about a payment is not here. */
export type PortalBoot = Pick<
  Boot,
  'id' | 'state' | 'base' | 'allowed_origins' | 'return_url' | 'merchant' | 'free' | 'messages'
> & {
  portal_messages: Record<(typeof portalScriptKeys)[number], string>;
};

export function renderNewCard(view: PortalView, page: Page, to_pay: boolean): string {
  const say = sayIn(page.locale);
  const of_checkout = sayInCheckout(page.locale);
  const title = say('add_card');
  const overdue = view.past_due.length > 0;
  const body = html`${view.mode === 'sandbox' && tests(page)}
<form id="form" method="post" novalidate><fieldset id="fields" class="plain"><div hidden><input type="email" id="email" readonly value=""><p id="email-error"></p></div>
<div id="method"><div id="new-card">${newCard({ merchant: view.merchant, can_save: false }, page)}</div></div>
<label class="check"><input type="checkbox" id="for-all"${(to_pay || view.cards.length === 0) && html` checked`}><span>${say('card_for_all')}${overdue && html` <span class="note">${say('card_pays')}</span>`}</span></label>
</fieldset>
<div id="notice" class="notice" role="alert" tabindex="-1"></div>
<button type="button" id="pay" class="button primary needs-script" aria-describedby="secure"><span class="face">${icon('lock')}<span id="pay-text">${say('save_card')}</span></span><span class="spinner" aria-hidden="true"></span></button>
<noscript><p class="notice plain-notice">${icon('alert')}<span>${of_checkout('noscript')}</span></p></noscript>
<p class="secure" id="secure">${icon('shield')}<span>${say('card_safe')}</span></p>
</form>${dialog(page)}<p id="live" class="unseen" role="status"></p>
<script type="application/json" id="boot">${json(boot(view, page))}</script>`;
  return framed({
    frame: view,
    page,
    title,
    body: inner(page, view, title, body),
    return_url: view.return_url,
    signed_in: true,
    with_script: true,
  });
}

function boot(view: PortalView, page: Page): PortalBoot {
  const say = sayIn(page.locale);
  const of_checkout = sayInCheckout(page.locale);
  return {
    id: view.id,
    state: 'open',
    base: address(page, view),
    allowed_origins: [],
    return_url: null,
    merchant: view.merchant.name,
    free: false,
    messages: {
      ...(Object.fromEntries(scriptKeys.map((key) => [key, of_checkout(key)])) as Boot['messages']),
      // The dialog is the same; what is confirmed is another thing.
      auth_title: say('confirm_card'),
    },
    portal_messages: Object.fromEntries(
      portalScriptKeys.map((key) => [key, say(key)]),
    ) as PortalBoot['portal_messages'],
  };
}

function tests(page: Page): Html {
  const say = sayInCheckout(page.locale);
  return html`<details class="sandbox-tests needs-script"><summary>${say('test_cards')}</summary><div class="tests"><ul role="list">${testCards.map(([number, what]) => html`<li><button type="button" data-test-card="${number}"><bdi dir="ltr">${number}</bdi> <span>${say(what)}</span></button></li>`)}</ul></div></details>`;
}

/** The bank's page in place, by the names that checkout's script knows. */
function dialog(page: Page): Html {
  const say = sayIn(page.locale);
  const of_checkout = sayInCheckout(page.locale);
  return html`<dialog id="challenge" class="challenge" aria-labelledby="challenge-title">
<div class="bar"><h2 id="challenge-title">${icon('lock')}${say('confirm_card')}</h2><button type="button" class="round" id="challenge-close" aria-label="${of_checkout('auth_close')}">${icon('close')}</button></div>
<div class="ask" id="challenge-ask" hidden><p id="challenge-question">${say('leave_question')}</p><div class="row"><button type="button" class="button small primary" id="challenge-stay" aria-describedby="challenge-question">${of_checkout('auth_stay')}</button><button type="button" class="button small" id="challenge-leave" aria-describedby="challenge-question">${of_checkout('auth_leave')}</button></div></div>
<div class="frame" id="challenge-frame"><span class="spinner on" aria-hidden="true"></span></div>
<p class="bar foot-bar"><a id="challenge-here" href="#">${of_checkout('auth_here')}</a></p>
</dialog>`;
}
