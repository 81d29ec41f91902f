// The script of the checkout page: wires the page that is already there. Must never write a card's data anywhere but into the one
// request that needs it.

import './checkout.css';
import { startAround } from './around.ts';
import { startBitcoin } from './bitcoin.ts';
import { isBusy } from './button.ts';
import { startCurrency } from './currency.ts';
import { boot, find, say } from './dom.ts';
import { fillTestCard, startFields } from './fields.ts';
import { startLeaving } from './leaving.ts';
import { authenticate, poll } from './outcome.ts';
import { detailsChanged, press } from './pay.ts';
import { startPromotion } from './promotion.ts';
import { startQuantities } from './quantity.ts';
import { askStatus } from './server.ts';

function startForm(): void {
  startFields();
  const form = find('form', HTMLFormElement);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void press();
  });
  form.addEventListener('input', detailsChanged);
  find('authenticate', HTMLAnchorElement).addEventListener('click', (event) => {
    event.preventDefault();
    authenticate(find('authenticate', HTMLAnchorElement).href);
  });
  for (const button of document.querySelectorAll<HTMLElement>('[data-test-card]')) {
    button.addEventListener('click', () => {
      fillTestCard(button.dataset['testCard'] ?? '');
      find('pay', HTMLButtonElement).focus();
      detailsChanged();
    });
  }
  // Last: from here on a press is carried out.
  find('pay', HTMLButtonElement).type = 'submit';
}

function startToggle(): void {
  const toggle = document.getElementById('toggle');
  toggle?.addEventListener('click', () => {
    const open = find('details', HTMLElement).classList.toggle('open');
    toggle.setAttribute('aria-expanded', String(open));
    const text = toggle.querySelector('span');
    if (text) text.textContent = say(open ? 'hide_details' : 'show_details');
  });
}

/** When its time is over the page asks, and says so; a clock that is wrong only makes it ask early. */
function startExpiry(): void {
  const left_ms = Date.parse(boot.expires_at ?? '') - Date.now();
  // A timer counts to 2^31 ms at most; a page that is open for longer learns of it on the next press.
  if (!(left_ms < 2 ** 31)) return;
  setTimeout(async () => {
    if (isBusy() || find('form', HTMLFormElement).hidden) return;
    const reply = await askStatus();
    if (reply.kind === 'answer' && reply.value.state === 'expired' && !isBusy()) location.reload();
  }, Math.max(left_ms, 0) + 2_000);
}

startToggle();
startAround();
startLeaving();
if (document.getElementById('form')) {
  startForm();
  startPromotion();
  startQuantities();
  startCurrency();
  if (boot.state === 'open') startExpiry();
  if (boot.state === 'processing') void poll();
  if (boot.state === 'requires_authentication') {
    if (boot.bitcoin) startBitcoin(boot.bitcoin);
    else authenticate(boot.action_url);
  }
}
// A page out of the browser's memory shows what was, perhaps with a card in it.
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload();
});
