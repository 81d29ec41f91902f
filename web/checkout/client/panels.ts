// Which panel of the page is seen. All of them are in the page from the start.

import { find } from './dom.ts';

const panels = ['form', 'waiting', 'authentication', 'success'] as const;
type PanelName = (typeof panels)[number];

export function show(name: PanelName): void {
  for (const panel of panels) find(panel, HTMLElement).hidden = panel !== name;
  // Whoever reads by ear is taken to the new heading; the form gets its focus from whoever shows it.
  if (name !== 'form') find(`${name}-title`, HTMLElement).focus();
}
