// The choice of a currency: taken at once, with every amount of the page in place. What it comes to is the server's to say; should it not
// answer, the choice from before stands there again.

import { isBusy } from './button.ts';
import { announce, boot, find, say } from './dom.ts';
import { showNotice } from './notice.ts';
import { showLines, showOrder } from './order.ts';
import { handle } from './outcome.ts';
import { detailsChanged } from './pay.ts';
import { askStatus, sendCurrency } from './server.ts';

let choosing = false;

/** Pressing pay now would pay in the currency from before. */
export const isChoosing = (): boolean => choosing;

export function startCurrency(): void {
  const box = document.getElementById('currencies');
  box?.addEventListener('change', ({ target }) => {
    if (target instanceof HTMLInputElement) void choose(box, target.value);
  });
}

async function choose(box: HTMLElement, currency: string): Promise<void> {
  if (choosing || isBusy()) return stand(box);
  choosing = true;
  box.setAttribute('aria-busy', 'true');
  find('pay', HTMLButtonElement).setAttribute('aria-disabled', 'true');
  const reply = await sendCurrency(currency);
  choosing = false;
  box.removeAttribute('aria-busy');
  if (!isBusy()) find('pay', HTMLButtonElement).setAttribute('aria-disabled', 'false');
  if (reply.kind === 'answer') {
    // A press that was made in the other currency is another press.
    detailsChanged();
    showOrder(reply.value);
    showLines(reply.value.lines);
    return announce(reply.value.message);
  }
  stand(box);
  // Another offer was made since: the page is painted with that one.
  if (reply.kind === 'problem' && reply.problem.param === 'currency') return location.reload();
  if (reply.kind === 'problem') {
    // Paid, over or under way: the page has more to say about that than the choice.
    const status = await askStatus();
    if (status.kind === 'answer' && status.value.state !== 'open') handle(status.value);
    return;
  }
  showNotice(say(reply.problem?.status === 429 ? 'too_many' : 'unreachable_safe'), reply.problem?.request_id);
}

function stand(box: HTMLElement): void {
  for (const radio of box.querySelectorAll('input')) radio.checked = radio.value === boot.currency;
}
