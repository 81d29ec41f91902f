// The panel of an invoice in the browser: counts down, copies, and asks whether the money came. What it shows was painted by the
// server; another amount or address is another page.

import { isBusy } from './button.ts';
import { announce, find, say } from './dom.ts';
import { handle } from './outcome.ts';
import { show } from './panels.ts';
import { askStatus, pause } from './server.ts';

type Asked = { uri: string; left_ms: number };

export function startBitcoin(asked: Asked): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-copy]')) {
    button.addEventListener('click', () => void copy(button));
  }
  find('bitcoin-other', HTMLButtonElement).addEventListener('click', () => {
    show('form');
    // Not in the page when neither saved cards nor Bitcoin are offered any more.
    document.getElementById('method-new')?.focus();
  });
  countDown(asked.left_ms);
  void watch(asked);
}

async function copy(button: HTMLButtonElement): Promise<void> {
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(button.dataset['copy'] ?? '');
  } catch {
    // A page without TLS has no clipboard: what is selected is copied by hand.
    const text = button.previousElementSibling;
    if (text) getSelection()?.selectAllChildren(text);
    return;
  }
  button.textContent = say('copied');
  announce(say('copied'));
  setTimeout(() => {
    button.textContent = before;
  }, 2_000);
}

function countDown(left_ms: number): void {
  const until = performance.now() + left_ms;
  const text = find('bitcoin-left', HTMLElement).querySelector('span');
  const tick = () => {
    const seconds = Math.max(0, Math.ceil((until - performance.now()) / 1_000));
    const two = (n: number) => String(n).padStart(2, '0');
    if (text) text.textContent = say('bitcoin_left', { time: `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}` });
    if (seconds > 0) setTimeout(tick, 1_000);
  };
  tick();
}

/** Every 3 s at first, every 8 s later. While the customer looks at another way of paying, only what came is shown. */
async function watch({ uri }: Asked): Promise<void> {
  for (let wait_ms = 3_000; ; wait_ms = Math.min(8_000, wait_ms * 1.05)) {
    await pause(wait_ms);
    if (isBusy()) continue;
    const reply = await askStatus(1);
    if (reply.kind !== 'answer' || isBusy()) continue;
    const { state, bitcoin_uri } = reply.value;
    if (state === 'requires_authentication' && bitcoin_uri === uri) continue;
    if (!find('form', HTMLElement).hidden && state !== 'processing' && state !== 'complete') {
      if (state === 'requires_authentication') continue;
      return;
    }
    return handle(reply.value);
  }
}
