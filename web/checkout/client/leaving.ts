// Links back to the merchant, when the page is embedded: the frame stays where it is, and the page around is told instead.

import { framed, stateNow, tellEnd, tellReturn } from './around.ts';
import { isBusy } from './button.ts';
import { isUnsettled } from './pay.ts';

const links = '.merchant a, #complete a, #expired a, #cancelled a';

export function startLeaving(): void {
  if (!framed) return;
  for (const link of document.querySelectorAll<HTMLAnchorElement>(links)) {
    link.addEventListener('click', (event) => {
      // In a tab of its own the merchant's page is welcome.
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      // Only who has nothing under way has given up: a payment that may still succeed is not cancelled by walking away.
      if (stateNow() === 'payment' && !isBusy() && !isUnsettled()) tellEnd('cancelled', link.href);
      else tellReturn(link.href);
    });
  }
}
