// The pay button: one press at a time. What needs the form's fields, such as focus, waits until the press has ended.

import { announce, boot, find, say } from './dom.ts';

let busy = false;
let then: (() => void) | undefined;

export const isBusy = (): boolean => busy;

/** At once, or when the press under way has ended. */
export function whenIdle(act: () => void): void {
  if (busy) then = act;
  else act();
}

export function buttonText(text: string): void {
  find('pay-text', HTMLElement).textContent = text;
}

export const amountText = (): string => say('pay_amount', { amount: boot.amount });

function setBusy(now: boolean): void {
  busy = now;
  const button = find('pay', HTMLButtonElement);
  // Not `disabled`: that would throw the focus away. `busy` is what makes a second press impossible.
  button.setAttribute('aria-disabled', String(now));
  button.setAttribute('aria-busy', String(now));
  find('fields', HTMLFieldSetElement).disabled = now;
  buttonText(now ? say('processing') : amountText());
  if (now) announce(say('processing'));
}

/** Carries out a press; a second one meanwhile is nothing. */
export async function whileBusy(act: () => Promise<void>): Promise<void> {
  if (busy) return;
  setBusy(true);
  try {
    await act();
  } finally {
    setBusy(false);
    const form = find('form', HTMLFormElement);
    // Disabled fields have lost the focus; whoever pressed stands at the button.
    if (!form.hidden && document.activeElement === document.body) find('pay', HTMLButtonElement).focus();
    const waiting = then;
    then = undefined;
    waiting?.();
  }
}
