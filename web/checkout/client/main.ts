// The script of the checkout page. Each panel is already in the page; this decides which one is seen, and carries a press of the
// button to its end. Must never write a card's data anywhere but into the one request that needs it.

import './checkout.css';
import type { PayResult } from '../../../src/checkout/view.ts';
import { newKey, type Problem } from '../press.ts';
import { type Challenge, openChallenge } from './challenge.ts';
import { announce, boot, find, say, webUrl } from './dom.ts';
import {
  cardBody, checkAll, clearCard, type FieldName, fieldOf, fillTestCard, focusField, savedCard, showError, startFields, typedEmail,
  wantsToSave,
} from './fields.ts';
import { clearNotice, showNotice } from './notice.ts';
import { askStatus, createToken, type PayBody, pause, sendPayment } from './server.ts';

const panels = ['form', 'waiting', 'authentication', 'success'] as const;
type PanelName = (typeof panels)[number];

function show(name: PanelName): void {
  for (const panel of panels) find(panel, HTMLElement).hidden = panel !== name;
  // Whoever reads by ear is taken to the new heading; the form gets its focus from whoever shows it.
  if (name !== 'form') find(`${name}-title`, HTMLElement).focus();
}

// The press --------------------------------------------------------------------------------------------------------

/** A press whose outcome is not known: pressing again sends the very same thing, so it cannot charge twice. */
let unanswered: { key: string; body: PayBody } | undefined;
/** A press was given up for new details while its outcome is still open: the server is asked before another is made. */
let unsure = false;
let busy = false;

function setBusy(now: boolean): void {
  busy = now;
  const button = find('pay', HTMLButtonElement);
  // Not `disabled`: that would throw the focus away. `busy` is what makes a second press impossible.
  button.setAttribute('aria-disabled', String(now));
  button.setAttribute('aria-busy', String(now));
  find('fields', HTMLFieldSetElement).disabled = now;
  find('pay-text', HTMLElement).textContent = now ? say('processing') : say('pay_amount', { amount: boot.amount });
  if (now) announce(say('processing'));
}

async function press(): Promise<void> {
  if (busy) return;
  clearNotice();
  if (!unanswered && !checkAll()) return;
  setBusy(true);
  try {
    await pay();
  } finally {
    setBusy(false);
    if (!find('form', HTMLFormElement).hidden && document.activeElement === document.body) {
      find('pay', HTMLButtonElement).focus();
    }
    afterBusy?.();
    afterBusy = undefined;
  }
}

/** What needs enabled fields, such as focus, waits for the press to end. */
let afterBusy: (() => void) | undefined;

async function pay(): Promise<void> {
  if (unsure && !unanswered && !(await settleFirst())) return;
  if (!unanswered) {
    const body = await payBody();
    if (!body) return;
    unanswered = { key: newKey(), body };
  }
  const reply = await sendPayment(unanswered.body, unanswered.key);
  if (reply.kind === 'unknown') {
    unsure = true;
    showNotice(say(reply.problem?.status === 429 ? 'too_many' : 'unreachable_unsure'), reply.problem?.request_id);
    afterBusy = () => {
      find('pay-text', HTMLElement).textContent = say('try_again');
    };
    return;
  }
  unanswered = undefined;
  unsure = false;
  if (reply.kind === 'answer') handle(reply.value);
  else await handleProblem(reply.problem);
}

async function payBody(): Promise<PayBody | undefined> {
  const email = typedEmail();
  const common: PayBody = email === undefined ? {} : { email };
  const saved = savedCard();
  if (saved !== undefined) return { ...common, payment_method: saved };
  const token = await createToken(cardBody());
  if (token.kind === 'answer') return { ...common, token: token.value.id, ...(wantsToSave() ? { save_payment_method: true } : {}) };
  if (token.kind === 'problem') await handleProblem(token.problem);
  else showNotice(say(token.problem?.status === 429 ? 'too_many' : 'unreachable_safe'), token.problem?.request_id);
  return undefined;
}

/** True when the way is free for a new press; false when what was found has been shown. */
async function settleFirst(): Promise<boolean> {
  const reply = await askStatus();
  if (reply.kind !== 'answer') {
    showNotice(say('unreachable_unsure'), reply.problem?.request_id);
    return false;
  }
  unsure = false;
  if (reply.value.state === 'open' || reply.value.state === 'declined') return true;
  handle(reply.value);
  return false;
}

// What came of it ----------------------------------------------------------------------------------------------------

function handle(result: PayResult): void {
  switch (result.state) {
    case 'complete':
      return succeed(result);
    case 'declined':
      return decline(result);
    case 'processing':
      show('waiting');
      void poll();
      return;
    case 'requires_authentication':
      return authenticate(result.action_url);
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
  if (busy) {
    afterBusy = then;
    return;
  }
  then();
  // The panel that had the focus is gone; the message is what matters now.
  if (!find('form', HTMLFormElement).contains(document.activeElement)) find('notice', HTMLElement).focus();
}

function succeed(result: PayResult): void {
  clearCard();
  show('success');
  const next = webUrl(result.redirect_url);
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

function decline({ decline: why }: PayResult): void {
  returnToForm(() => {
    // A lost or stolen card is told like any other decline: whoever holds it learns nothing.
    const code = why?.code === 'lost_card' || why?.code === 'stolen_card' ? 'generic_decline' : (why?.code ?? 'generic_decline');
    const words = boot.messages as Record<string, string | undefined>;
    const title = words[`decline_${code}`] ?? why?.message ?? say('decline_generic_decline');
    const advice = words[`advice_${code}`] ?? why?.advice ?? say('advice_generic_decline');
    showNotice(title, undefined, advice);
    const field = declineField[code];
    if (!field || savedCard() !== undefined) return;
    showError(field, field === 'cvc' ? title : say('error_expired'));
    focusField(field);
  });
}

async function handleProblem(problem: Problem): Promise<void> {
  switch (problem.code) {
    case 'session_complete':
    case 'session_expired':
    case 'payment_in_progress':
    case 'state_invalid':
    case 'token_used':
    case 'token_expired': {
      const status = await askStatus();
      if (status.kind === 'answer') return handle(status.value);
      break;
    }
    case 'rate_limited':
      return showNotice(say('too_many'), problem.request_id);
  }
  const field = fieldOf(problem.param);
  if (!field) return showNotice(say('unexpected', { merchant: boot.merchant }), problem.request_id);
  afterBusy = () => {
    showError(field, fieldText(field, problem));
    focusField(field);
  };
}

function fieldText(field: FieldName, problem: Problem): string {
  if (problem.code === 'live_card_in_sandbox') return say('error_live_card');
  switch (field) {
    case 'number':
      return say('error_number');
    case 'expiry':
      return say('error_expired');
    case 'cvc':
      return say('decline_incorrect_cvc');
    case 'email':
      return say('error_email');
    case 'postal':
      return say('error_postal');
    case 'name':
    case 'country':
      return say('error_field');
  }
}

// Waiting ------------------------------------------------------------------------------------------------------------

let polling = false;

/** Asks until the state is another one: after 1 s, then ever slower, at most every 8 s. One at a time. */
async function poll(): Promise<void> {
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
    if (Date.now() - start > 20_000) find('waiting-text', HTMLElement).textContent = say('processing_slow');
  }
}

let challenge: Challenge | undefined;

function authenticate(action_url: string | null): void {
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
  returnToForm(() => showNotice(say('auth_not_done')));
  if (url) find('authenticate', HTMLAnchorElement).href = url;
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

// Start --------------------------------------------------------------------------------------------------------------

function startForm(): void {
  startFields();
  const form = find('form', HTMLFormElement);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void press();
  });
  // Other details are another press; what became of the last one is asked first.
  form.addEventListener('input', () => {
    if (!unanswered) return;
    unanswered = undefined;
    setBusy(false);
  });
  find('authenticate', HTMLAnchorElement).addEventListener('click', (event) => {
    event.preventDefault();
    authenticate(find('authenticate', HTMLAnchorElement).href);
  });
  for (const button of document.querySelectorAll<HTMLElement>('[data-test-card]')) {
    button.addEventListener('click', () => {
      fillTestCard(button.dataset['testCard'] ?? '');
      find('pay', HTMLButtonElement).focus();
      form.dispatchEvent(new Event('input'));
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
  setTimeout(
    async () => {
      if (busy || find('form', HTMLFormElement).hidden) return;
      const reply = await askStatus();
      if (reply.kind === 'answer' && reply.value.state === 'expired' && !busy) location.reload();
    },
    Math.max(left_ms, 0) + 2_000,
  );
}

startToggle();
if (document.getElementById('form')) {
  startForm();
  if (boot.state === 'open') startExpiry();
  if (boot.state === 'processing') void poll();
  if (boot.state === 'requires_authentication') authenticate(boot.action_url);
}
// A page out of the browser's memory shows what was, perhaps with a card in it.
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload();
});
