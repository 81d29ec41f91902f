// A mail of some kind in some language as it leaves: subject, HTML and plain text. Pure.

import { clipped } from '../kit/clipped.ts';
import type { Template } from './letter.ts';
import { letterHtml, type Style } from './letter-html.ts';
import { letterText } from './letter-text.ts';
import { plain, wordsIn } from './words.ts';

export type Rendered = { subject: string; html: string; text: string };

/** Whose mail it is: what of it is the same whatever it says. */
export type Sender = Style & { time_zone: string; mode: 'sandbox' | 'live'; reply_to: string | null };

/** A subject longer than this is cut by every client. */
const longest = 200;

export function renderMail<Data>(template: Template<Data>, data: Data, sender: Sender, locale: string): Rendered {
  const words = wordsIn(locale, sender.time_zone);
  const style = { ...sender, merchant: plain(sender.merchant) };
  const { merchant } = style;
  const letter = template.write(plain(data), words, merchant);
  const frame = {
    sandbox: sender.mode === 'sandbox' ? words.say('sandbox') : null,
    footer: [...(sender.reply_to === null ? [] : [words.say('footer_reply')]), words.say('footer_why', { merchant })],
  };
  return {
    subject: letter.subject.length > longest ? `${clipped(letter.subject, longest - 1)}…` : letter.subject,
    html: letterHtml(letter, words, style, frame),
    text: letterText(letter, merchant, frame),
  };
}
