// The order as the server says that it is now, put into the page: sums, button, whether a card is asked for. Nothing here adds up.

import type { OrderShown, SumLine } from '../promotion.ts';
import { amountText, buttonText } from './button.ts';
import { boot, find } from './dom.ts';
import { showMethod } from './fields.ts';

export function showOrder(order: OrderShown): void {
  boot.amount = order.total;
  boot.amount_minor = order.amount;
  boot.free = order.free;
  boot.messages.pay_amount = order.button;
  find('total', HTMLElement).textContent = order.total;
  find('success-title', HTMLElement).textContent = order.paid_title;
  find('success-text', HTMLElement).textContent = order.paid;
  find('sums', HTMLElement).replaceChildren(...order.sums.map(sumRow));
  const recurring = document.getElementById('recurring');
  if (recurring) recurring.textContent = order.recurring;
  showChoice(order);
  showMethod();
  buttonText(amountText());
  showCode(order.code);
}

function showChoice({ currency, choices }: OrderShown): void {
  boot.currency = currency;
  const box = document.getElementById('currencies');
  if (!box) return;
  box.hidden = currency === null;
  for (const [i, place] of box.querySelectorAll('[data-choice]').entries()) place.textContent = choices[i] ?? '';
  for (const radio of box.querySelectorAll('input')) radio.checked = radio.value === currency;
}

/** What each line costs, and how many at how much each. */
export function showLines(lines: readonly { amount: string; note: string }[]): void {
  for (const [i, { amount, note }] of lines.entries()) {
    put(`line-amount-${i}`, amount);
    put(`line-note-${i}`, note);
  }
}

function put(id: string, text: string): void {
  const element = document.getElementById(id);
  if (element) element.textContent = text;
}

/** A page without a field for a code has no place for it. */
function showCode(code: string | null): void {
  const taken = document.getElementById('promo-taken');
  if (!taken) return;
  taken.hidden = code === null;
  find('promo-name', HTMLElement).textContent = code ?? '';
  const opener = find('promo-open', HTMLButtonElement);
  opener.hidden = code !== null || !find('promo-form', HTMLFormElement).hidden;
}

function sumRow({ name, amount, kind }: SumLine): HTMLElement {
  const row = document.createElement('div');
  row.className = `sum ${kind}`;
  row.append(cell('dt', name), cell('dd', amount));
  return row;
}

function cell(tag: 'dt' | 'dd', text: string): HTMLElement {
  const element = document.createElement(tag);
  const isolated = document.createElement('bdi');
  isolated.textContent = text;
  element.append(isolated);
  return element;
}
