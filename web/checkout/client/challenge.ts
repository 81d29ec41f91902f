// The bank's page in a dialog over ours. It ends when our return page says so, when the server says so, or when the customer
// leaves. The browser's own dialog keeps the focus inside and the rest of the page inert.

import { challengeDone } from '../boot.ts';
import { framed } from './around.ts';
import { find, say } from './dom.ts';

const dialog = () => find('challenge', HTMLDialogElement);
const ask = () => find('challenge-ask', HTMLElement);

export type Challenge = { close(): void };

type Ends = {
  /** The return page was reached: time to ask the server. */
  returned(): void;
  /** The customer closed the dialog and meant it. */
  left(): void;
};

export function openChallenge(url: string, ends: Ends): Challenge {
  const over = new AbortController();
  const { signal } = over;
  const here = dialog();
  const frame = document.createElement('iframe');
  frame.title = say('auth_title');
  frame.src = url;
  frame.allow = 'publickey-credentials-get *; payment *';
  // A bank's page needs scripts, forms and its own storage; it may not lead our page elsewhere unless the customer presses.
  frame.sandbox.add(
    'allow-forms',
    'allow-scripts',
    'allow-same-origin',
    'allow-popups',
    'allow-popups-to-escape-sandbox',
  );
  // Embedded, the tab is the merchant's: nothing in here leads it elsewhere.
  if (!framed) frame.sandbox.add('allow-top-navigation-by-user-activation');
  find('challenge-frame', HTMLElement).append(frame);
  const elsewhere = find('challenge-here', HTMLAnchorElement);
  elsewhere.href = url;
  if (framed) {
    elsewhere.target = '_blank';
    elsewhere.rel = 'noopener';
    elsewhere.textContent = say('auth_new_tab');
  }
  ask().hidden = true;

  const close = () => {
    if (signal.aborted) return;
    over.abort();
    frame.remove();
    here.close();
  };
  const leave = () => {
    close();
    ends.left();
  };
  const question = () => {
    ask().hidden = false;
    find('challenge-stay', HTMLButtonElement).focus();
  };

  // Believed only from our own origin and from this very frame; and even then it is but a hint to ask the server.
  addEventListener(
    'message',
    (event) => {
      if (event.origin !== location.origin || event.source !== frame.contentWindow || event.data !== challengeDone)
        return;
      ends.returned();
    },
    { signal },
  );
  find('challenge-close', HTMLButtonElement).addEventListener('click', question, { signal });
  find('challenge-stay', HTMLButtonElement).addEventListener(
    'click',
    () => {
      ask().hidden = true;
      frame.focus();
    },
    { signal },
  );
  find('challenge-leave', HTMLButtonElement).addEventListener('click', leave, { signal });
  here.addEventListener(
    'cancel',
    (event) => {
      event.preventDefault();
      question();
    },
    { signal },
  );
  // A browser closes on the second Escape whatever a page says.
  here.addEventListener('close', leave, { signal });

  here.showModal();
  return { close };
}
