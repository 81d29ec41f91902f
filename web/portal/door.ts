// The pages before anybody is in: asking for a link, having asked, opening one that came by mail, and links that open nothing. None of them
// tells whether an address is anybody's.

import type { PortalFrame } from '../../src/portal/view.ts';
import { html } from '../checkout/html.ts';
import { type Page, sayIn as sayInCheckout } from '../checkout/page.ts';
import { address, alone, framed, way } from './frame.ts';
import { sayIn } from './messages.ts';

export function renderLogin(frame: PortalFrame, page: Page, wrong?: { email: string }): string {
  const say = sayIn(page.locale);
  const of_checkout = sayInCheckout(page.locale);
  const merchant = frame.merchant.name;
  const body = alone(
    'lock',
    say('login_title'),
    html`<p>${say('login_text', { merchant })}</p><form class="door-form" method="post" action="${address(page, frame)}/login" novalidate><div class="field"><label for="email">${of_checkout('email')}</label><div class="control"><input id="email" name="email" type="email" autocomplete="email" inputmode="email" autocapitalize="off" spellcheck="false" maxlength="254" required placeholder="name@example.com" dir="ltr"${wrong && html` value="${wrong.email}" aria-invalid="true" aria-describedby="email-error"`}></div>${wrong && html`<p class="error" id="email-error">${of_checkout('error_email')}</p>`}</div><button class="button primary">${say('login_send')}</button></form>`,
  );
  return framed({ frame, page, title: say('login_title'), body });
}

/** The same bytes for everybody who asks. */
export function renderSent(frame: PortalFrame, page: Page): string {
  const say = sayIn(page.locale);
  const merchant = frame.merchant.name;
  const body = alone(
    'check',
    say('sent_title'),
    html`<p>${say('sent_text', { merchant })}</p>${way(`${address(page, frame)}/login`, say('sent_again'), undefined, 'button')}`,
  );
  return framed({ frame, page, title: say('sent_title'), body });
}

/** A program that looks at links in mails presses no buttons. */
export function renderEnter(frame: PortalFrame, token: string, page: Page): string {
  const say = sayIn(page.locale);
  const title = say('enter_title', { merchant: frame.merchant.name });
  const body = alone(
    'lock',
    title,
    html`<p>${say('enter_text')}</p><form method="post" action="${address(page, frame)}/enter"><input type="hidden" name="token" value="${token}"><button class="button primary">${say('continue')}</button></form>`,
  );
  return framed({ frame, page, title, body });
}

export function renderShut(frame: PortalFrame, why: 'dead' | 'out', login_url: string | null, page: Page): string {
  const say = sayIn(page.locale);
  const body = alone(
    why === 'dead' ? 'clock' : 'lock',
    say(`${why}_title`),
    html`<p>${say(`${why}_text`)}</p>${login_url !== null && way(login_url, say('new_link'), undefined, 'button primary')}`,
  );
  return framed({ frame, page, title: say(`${why}_title`), body });
}
