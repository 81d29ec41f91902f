// The link by which a customer gets in to their subscriptions. Asked for, so it is short and says what to do when it was not.

import type { Template } from '../letter.ts';

export type PortalLink = {
  url: string;
  /** How long it works; null where it is not said. */
  minutes: number | null;
};

export const portalLink: Template<PortalLink> = {
  kind: 'portal_link',
  write({ url, minutes }, { say, minutes: lasting }, merchant) {
    return {
      subject: say('link_subject', { merchant }),
      heading: say('link_heading', { merchant }),
      paragraphs: [say('link_text', { merchant })],
      button: { label: say('link_button'), url },
      after: [...(minutes === null ? [] : [say('link_once', { minutes: lasting(minutes) })]), say('link_ignore')],
    };
  },
  sample: { url: 'https://example.com/portal/sign-in/sample', minutes: 15 },
};
