// The promotion code's field: tried at once, with the new total in place. What it takes off is the server's to say; nothing here adds up.

import type { PromotionAnswer } from '../promotion.ts';
import { isBusy } from './button.ts';
import { announce, find, say } from './dom.ts';
import { showOrder } from './order.ts';
import { handle } from './outcome.ts';
import { askStatus, sendPromotionCode } from './server.ts';

const input = () => find('promo-code', HTMLInputElement);

let trying = false;

export function startPromotion(): void {
  if (!document.getElementById('promo')) return;
  find('promo-open', HTMLButtonElement).addEventListener('click', () => {
    open(true);
    input().focus();
  });
  find('promo-form', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    const code = input().value.trim();
    if (code === '') return refuse(say('promo_missing'));
    void attempt(code);
  });
  input().addEventListener('input', () => refuse(''));
  find('promo-remove', HTMLButtonElement).addEventListener('click', () => void attempt(null));
}

function open(now: boolean): void {
  find('promo-form', HTMLFormElement).hidden = !now;
  const button = find('promo-open', HTMLButtonElement);
  button.hidden = now;
  button.setAttribute('aria-expanded', String(now));
}

function refuse(text: string): void {
  find('promo-error', HTMLElement).textContent = text;
  input().setAttribute('aria-invalid', String(text !== ''));
  if (text !== '') input().focus();
}

async function attempt(code: string | null): Promise<void> {
  // A press under way has its sum; another one must not appear beside it.
  if (trying || isBusy()) return;
  trying = true;
  find('promo', HTMLElement).setAttribute('aria-busy', 'true');
  const reply = await sendPromotionCode(code);
  find('promo', HTMLElement).removeAttribute('aria-busy');
  trying = false;
  if (reply.kind === 'answer') return show(reply.value);
  if (reply.kind === 'problem' && reply.problem.code !== 'parameter_invalid') {
    // Paid, over or under way: the page has more to say about that than the field.
    const status = await askStatus();
    if (status.kind === 'answer' && status.value.state !== 'open') return handle(status.value);
  }
  const told =
    reply.kind === 'problem' ? 'promo_unknown' : reply.problem?.status === 429 ? 'too_many' : 'unreachable_safe';
  if (find('promo-form', HTMLFormElement).hidden) announce(say(told));
  else refuse(say(told));
}

function show(answer: PromotionAnswer): void {
  if (answer.state === 'refused') return refuse(answer.message);
  showOrder(answer);
  const taken = answer.code !== null;
  input().value = '';
  refuse('');
  open(false);
  find('promo-open', HTMLButtonElement).hidden = taken;
  find(taken ? 'promo-remove' : 'promo-open', HTMLButtonElement).focus();
  announce(answer.message);
}
