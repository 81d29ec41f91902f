// The quantity of a line: changed by its buttons or typed, with the new total in place. What it comes to is the server's to say; should it
// not answer, the quantity from before stands there again.

import { isBusy } from './button.ts';
import { announce, find, say } from './dom.ts';
import { showNotice } from './notice.ts';
import { showLines, showOrder } from './order.ts';
import { handle } from './outcome.ts';
import { detailsChanged } from './pay.ts';
import { askStatus, sendQuantity } from './server.ts';

let changing = false;

export function startQuantities(): void {
  for (const field of document.querySelectorAll<HTMLElement>('.quantity')) startField(field);
}

function startField(field: HTMLElement): void {
  const line = Number(field.dataset['line']);
  const input = field.querySelector('input');
  if (!input) return;
  const minimum = Number(input.dataset['minimum']);
  const maximum = Number(input.dataset['maximum']);
  let now = Number(input.value);
  const limit = () => {
    // Not `disabled`: whoever steps to the end keeps the focus.
    for (const button of field.querySelectorAll<HTMLButtonElement>('button'))
      button.setAttribute('aria-disabled', String(now === (button.dataset['step'] === '1' ? maximum : minimum)));
  };
  const set = async (wanted: number) => {
    const right = Number.isInteger(wanted) && wanted >= minimum && wanted <= maximum;
    if (!right) announce(say('quantity_range', { minimum: String(minimum), maximum: String(maximum) }));
    if (!right || wanted === now || changing || isBusy()) {
      input.value = String(now);
      return;
    }
    input.value = String(wanted);
    if (await change(line, wanted)) now = wanted;
    input.value = String(now);
    limit();
  };
  for (const button of field.querySelectorAll<HTMLButtonElement>('button'))
    button.addEventListener('click', () => void set(now + Number(button.dataset['step'])));
  input.addEventListener('change', () => void set(Number(input.value.trim() || Number.NaN)));
  limit();
}

/** False: nothing has changed. */
async function change(line: number, quantity: number): Promise<boolean> {
  changing = true;
  find('pay', HTMLButtonElement).setAttribute('aria-disabled', 'true');
  const reply = await sendQuantity(line, quantity);
  changing = false;
  if (!isBusy()) find('pay', HTMLButtonElement).setAttribute('aria-disabled', 'false');
  if (reply.kind === 'answer') {
    // A press that was made for the quantity from before is another press.
    detailsChanged();
    showOrder(reply.value);
    showLines(reply.value.lines);
    announce(reply.value.message);
    return true;
  }
  if (reply.kind === 'problem') {
    // Paid, over or under way: the page has more to say about that than the field.
    const status = await askStatus();
    if (status.kind === 'answer' && status.value.state !== 'open') handle(status.value);
    return false;
  }
  showNotice(say(reply.problem?.status === 429 ? 'too_many' : 'unreachable_safe'), reply.problem?.request_id);
  return false;
}

/** Pressing pay now would pay for the quantity from before. */
export const isChanging = (): boolean => changing;
