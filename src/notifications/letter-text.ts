// A letter as plain text, for who reads no HTML. Says the same in the same order. Pure.

import type { Letter, Row } from './letter.ts';
import type { Frame } from './letter-html.ts';

export function letterText(letter: Letter, merchant: string, frame: Frame): string {
  const blocks: (string | undefined)[] = [
    merchant,
    frame.sandbox ?? undefined,
    letter.heading,
    ...letter.paragraphs,
    letter.amount && rows([letter.amount]),
    rows(letter.items),
    rows(letter.sums),
    letter.button && `${letter.button.label}:\n${letter.button.url}`,
    rows(letter.facts),
    ...(letter.after ?? []),
    ['--', ...frame.footer].join('\n'),
  ];
  return `${blocks.filter((block) => block !== undefined && block !== '').join('\n\n')}\n`;
}

const rows = (list: Row[] = []): string => list.map(({ label, value }) => `${label}: ${value}`).join('\n');
