// A customer's own address: to the new one, with the link that makes it theirs, and to the old one, so that nobody takes it over unseen.

import type { Template } from '../letter.ts';

export type EmailConfirmation = { url: string; minutes: number };

export const emailConfirmation: Template<EmailConfirmation> = {
  kind: 'email_confirmation',
  write: ({ url, minutes }, { say, minutes: lasting }, merchant) => ({
    subject: say('confirm_subject'),
    heading: say('confirm_heading'),
    paragraphs: [say('confirm_text', { merchant })],
    button: { label: say('confirm_button'), url },
    after: [say('link_once', { minutes: lasting(minutes) }), say('confirm_ignore')],
  }),
  sample: { url: 'https://example.com/portal/confirm/sample', minutes: 60 },
};

/** Names no address: whoever reads the old one need not learn the new one. */
export const emailChange: Template<Record<never, never>> = {
  kind: 'email_change',
  write: (_, { say }, merchant) => ({
    subject: say('change_subject'),
    heading: say('change_heading'),
    paragraphs: [say('change_text', { merchant })],
    after: [say('change_ignore', { merchant })],
  }),
  sample: {},
};
