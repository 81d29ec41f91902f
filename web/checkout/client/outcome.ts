// What the server answered, shown: paid, declined, still waiting, or to be confirmed with the bank.

import type { PayResult } from '../../../src/checkout/view.ts';
import { framed, tellEnd } from './around.ts';
import { whenIdle } from './button.ts';
import { type Challenge, openChallenge } from './challenge.ts';
import { boot, find, say, webUrl } from './dom.ts';
import { clearCard, type FieldName, focusField, savedCard, showError } from './fields.ts';
import { showNotice } from './notice.ts';
import { show } from './panels.ts';
import { askStatus, pause } from './server.ts';

export function handle(result: PayResult): void {
  switch (result.state) {
    case 'complete':
      return succeed(result);
    case 'declined':
      return decline(result);
    case 'processing':
      tellSeen();
      show('waiting');
      void poll();
      return;
    case 'requires_authentication':
      return result.bitcoin_uri === null ? authenticate(result.action_url) : showInvoice(result.bitcoin_uri);
    case 'open':
      return returnToForm(() => showNotice(say('press_again')));
    case 'expired':
    case 'cancelled':
      // The server tells this better than we could patch it together here.
      location.reload();
      return;
    default:
      return result.state satisfies never;
  }
}

function returnToForm(then: () => void): void {
  show('form');
  whenIdle(() => {
    then();
    // The panel that had the focus is gone; the message is what matters now.
    if (!find('form', HTMLFormElement).contains(document.activeElement)) find('notice', HTMLElement).focus();
  });
}

function succeed(result: PayResult): void {
  clearCard();
  show('success');
  const next = webUrl(result.redirect_url);
  if (framed) {
    find('staying', HTMLElement).hidden = true;
    return tellEnd('success', next ?? null);
  }
  if (!next) return;
  find('leaving', HTMLElement).hidden = false;
  find('staying', HTMLElement).hidden = true;
  // Long enough to be seen. Replaced, so that "back" from the merchant's page does not lead to a form that is paid.
  setTimeout(() => location.replace(next), 1_400);
  setTimeout(() => {
    const link = find('continue', HTMLAnchorElement);
    link.href = next;
    link.hidden = false;
  }, 5_000);
}

const declineField: Record<string, FieldName> = { incorrect_cvc: 'cvc', expired_card: 'expiry' };

function decline({ decline: why, redirect_url }: PayResult): void {
  // This page has no second try; the one that led here has.
  const next = webUrl(redirect_url);
  if (next) return location.replace(next);
  returnToForm(() => {
    // A lost or stolen card is told like any other decline: whoever holds it learns nothing.
    const code =
      why?.code === 'lost_card' || why?.code === 'stolen_card' ? 'generic_decline' : (why?.code ?? 'generic_decline');
    const words = boot.messages as Record<string, string | undefined>;
    const title = words[`decline_${code}`] ?? why?.message ?? say('decline_generic_decline');
    const advice =
      words[`advice_${code}`]?.replace('{merchant}', boot.merchant) ?? why?.advice ?? say('advice_generic_decline');
    showNotice(title, undefined, advice);
    const field = declineField[code];
    if (!field || savedCard() !== undefined) return;
    showError(field, field === 'cvc' ? title : say('error_expired'));
    focusField(field);
  });
}

/** An invoice is painted by the server, with its code: another one than this page's is another page. */
function showInvoice(uri: string): void {
  if (boot.bitcoin?.uri === uri && document.getElementById('bitcoin')) show('bitcoin');
  else location.reload();
}

/** What was waited for has been seen: the panel of waiting says so in its own words. */
function tellSeen(): void {
  if (!boot.bitcoin) return;
  find('waiting-title', HTMLElement).textContent = say('bitcoin_seen_title');
  find('waiting-text', HTMLElement).textContent = say('bitcoin_seen');
}

let polling = false;

/** Asks until the state is another one: after 1 s, then ever slower, at most every 8 s. One at a time. */
export async function poll(): Promise<void> {
  if (polling) return;
  polling = true;
  const start = Date.now();
  for (let wait_ms = 1_000; ; wait_ms = Math.min(8_000, wait_ms * 1.4)) {
    await pause(wait_ms);
    const reply = await askStatus(1);
    if (reply.kind === 'answer' && reply.value.state !== 'processing') {
      polling = false;
      return handle(reply.value);
    }
    if (Date.now() - start > 20_000 && !boot.bitcoin)
      find('waiting-text', HTMLElement).textContent = say('processing_slow');
  }
}

let challenge: Challenge | undefined;

export function authenticate(action_url: string | null): void {
  const url = webUrl(action_url);
  if (!url) {
    show('waiting');
    void poll();
    return;
  }
  show('authentication');
  find('authenticate', HTMLAnchorElement).href = url;
  if (challenge) return;
  // Set to false by whichever of the ends comes first; the other finds nothing left to do.
  let open = true;
  const end = () => {
    open = false;
    challenge?.close();
    challenge = undefined;
  };
  const settle = async () => {
    if (!open) return;
    end();
    show('waiting');
    const reply = await askStatus();
    if (reply.kind !== 'answer') return void poll();
    // The bank was not asked to the end: the way back to it stays on the page, but is not opened over and over.
    if (reply.value.state === 'requires_authentication') return notConfirmed(reply.value.action_url);
    handle(reply.value);
  };
  challenge = openChallenge(url, {
    returned: () => void settle(),
    left: () => {
      if (!open) return;
      void settle();
    },
  });
  void watch(() => open, settle);
}

function notConfirmed(action_url: string | null): void {
  const url = webUrl(action_url);
  if (url) find('authenticate', HTMLAnchorElement).href = url;
  // A payment keeps its card while the bank asks about it: there is the bank, or the way back.
  if (url && boot.id.startsWith('pay_')) {
    find('authentication-text', HTMLElement).textContent = say('auth_not_done');
    return show('authentication');
  }
  returnToForm(() => showNotice(say('auth_not_done')));
}

/** Should the return page never be reached (a browser may refuse its message), the server still knows. */
async function watch(open: () => boolean, settle: () => Promise<void>): Promise<void> {
  for (let wait_ms = 3_000; ; wait_ms = Math.min(10_000, wait_ms * 1.3)) {
    await pause(wait_ms);
    if (!open()) return;
    const reply = await askStatus(1);
    if (!open()) return;
    if (reply.kind === 'answer' && reply.value.state !== 'requires_authentication') return settle();
  }
}
