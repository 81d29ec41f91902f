// The script of the page where a card is typed: seals the number, asks the bank, and leads back. Must never write a card's data anywhere but
// into the one request that needs it.

import './portal.css';
import { type Challenge, openChallenge } from '../../checkout/client/challenge.ts';
import { announce, boot, find, webUrl } from '../../checkout/client/dom.ts';
import {
  cardBody,
  checkAll,
  clearCard,
  fieldOf,
  fillTestCard,
  focusField,
  showError,
  startFields,
} from '../../checkout/client/fields.ts';
import { clearNotice, showNotice } from '../../checkout/client/notice.ts';
import { pause } from '../../checkout/client/server.ts';
import { type Problem, type Reply, send } from '../../checkout/press.ts';
import type { PortalBoot } from '../new-card.ts';

// The page puts what this script needs beside what the modules of the checkout read.
const words = (boot as unknown as PortalBoot).portal_messages;
const say = boot.messages;

/** What `POST /portal/{id}/cards` answers. */
type CardAnswer = {
  id: string;
  state: 'processing' | 'requires_authentication' | 'succeeded' | 'failed';
  url: string | null;
  decline_code: string | null;
};

const tools = { fetch: (path: string, init: RequestInit) => fetch(path, init), pause, random: Math.random };
const post = <T>(path: string, body: unknown): Promise<Reply<T>> =>
  send<T>({ method: 'POST', path: `${boot.base}${path}`, body, timeout_ms: 30_000, tries: 1 }, tools);
const ask = (id: string): Promise<Reply<CardAnswer>> =>
  send<CardAnswer>({ method: 'GET', path: `${boot.base}/cards/${id}`, timeout_ms: 15_000, tries: 3 }, tools);

let busy = false;

function setBusy(now: boolean): void {
  busy = now;
  const button = find('pay', HTMLButtonElement);
  button.setAttribute('aria-disabled', String(now));
  button.setAttribute('aria-busy', String(now));
  find('fields', HTMLFieldSetElement).disabled = now;
  find('pay-text', HTMLElement).textContent = now ? words.saving : words.save_card;
  if (now) announce(words.saving);
}

async function press(): Promise<void> {
  if (busy) return;
  clearNotice();
  if (!checkAll()) return;
  const set_default = find('for-all', HTMLInputElement).checked;
  const card = cardBody();
  setBusy(true);
  const token = await post<{ id: string }>('/tokens', card);
  if (token.kind !== 'answer') return refuse(token.kind === 'problem' ? token.problem : undefined);
  const reply = await post<CardAnswer>('/cards', { token: token.value.id, set_default });
  // It may have arrived: then the card is saved, and has paid what was overdue.
  if (reply.kind === 'unknown') return stop(() => showNotice(words.card_waiting));
  if (reply.kind === 'problem') return refuse(reply.problem);
  handle(reply.value);
}

function handle(answer: CardAnswer): void {
  switch (answer.state) {
    case 'succeeded':
      clearCard();
      return location.replace(`${boot.base}?done=card`);
    case 'failed':
      return stop(() => decline(answer.decline_code ?? ''));
    case 'requires_authentication':
      return authenticate(answer);
    case 'processing':
      return void poll(answer.id);
    default:
      return answer.state satisfies never;
  }
}

/** The form again, with what happened; whoever pressed stands at the message. */
function stop(then: () => void): void {
  setBusy(false);
  then();
  if (document.activeElement === document.body) find('notice', HTMLElement).focus();
}

function decline(code: string): void {
  const all = say as Record<string, string | undefined>;
  showNotice(
    all[`decline_${code}`] ?? say.decline_generic_decline,
    undefined,
    all[`advice_${code}`] ?? say.advice_generic_decline,
  );
}

function refuse(problem: Problem | undefined): void {
  stop(() => {
    // Signed out meanwhile: the page says so itself.
    if (problem?.status === 401) return location.reload();
    if (problem === undefined) return showNotice(say.unreachable_safe);
    if (problem.code === 'rate_limited') return showNotice(say.too_many, problem.request_id);
    const field = fieldOf(problem.param);
    if (!field) return showNotice(say.unexpected.replace('{merchant}', boot.merchant), problem.request_id);
    showError(field, problem.code === 'live_card_in_sandbox' ? say.error_live_card : say.error_field);
    focusField(field);
  });
}

function authenticate(answer: CardAnswer): void {
  const url = webUrl(answer.url);
  if (!url) return void poll(answer.id);
  let open = true;
  let challenge: Challenge | undefined;
  const settle = async () => {
    if (!open) return;
    open = false;
    challenge?.close();
    const reply = await ask(answer.id);
    if (reply.kind !== 'answer') return void poll(answer.id);
    if (reply.value.state === 'requires_authentication') return stop(() => showNotice(words.not_confirmed));
    handle(reply.value);
  };
  challenge = openChallenge(url, { returned: () => void settle(), left: () => void settle() });
}

/** Asks until there is an answer; after half a minute it says that nobody needs to wait. */
async function poll(id: string): Promise<void> {
  const start = Date.now();
  for (let wait_ms = 1_000; Date.now() - start < 30_000; wait_ms = Math.min(8_000, wait_ms * 1.4)) {
    await pause(wait_ms);
    const reply = await ask(id);
    if (reply.kind === 'answer' && reply.value.state !== 'processing') return handle(reply.value);
  }
  clearCard();
  stop(() => showNotice(words.card_waiting));
}

startFields();
find('form', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  void press();
});
for (const button of document.querySelectorAll<HTMLElement>('[data-test-card]')) {
  button.addEventListener('click', () => {
    fillTestCard(button.dataset['testCard'] ?? '');
    find('pay', HTMLButtonElement).focus();
  });
}
// Last: from here on a press is carried out.
find('pay', HTMLButtonElement).type = 'submit';
// A page out of the browser's memory shows what was, perhaps with a card in it.
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload();
});
