// Which panel of the page is seen. All of them are in the page from the start.

import { framed, tellState } from './around.ts';
import { find } from './dom.ts';

const panels = ['form', 'waiting', 'bitcoin', 'authentication', 'success'] as const;
type PanelName = (typeof panels)[number];

const states = {
  form: 'payment',
  waiting: 'pending',
  bitcoin: 'pending',
  authentication: 'pending',
  success: 'success',
} as const;

export function show(name: PanelName): void {
  // Only a page that waits for bitcoin has that panel.
  for (const panel of panels) {
    const section = document.getElementById(panel);
    if (section) section.hidden = panel !== name;
  }
  // What is being paid does not change any more.
  for (const field of document.querySelectorAll<HTMLElement>('.quantity')) field.hidden = name !== 'form';
  tellState(states[name]);
  // Whoever reads by ear is taken to the new heading; the form gets its focus from whoever shows it. A page around ours
  // keeps the focus that it has.
  if (name !== 'form' && (!framed || document.hasFocus())) find(`${name}-title`, HTMLElement).focus();
}
