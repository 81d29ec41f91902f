// Text onto a page of a PDF: broken into lines by the reader's rules, put into the order in which it is seen (Arabic and Hebrew run
// from right to left, the numbers in them do not), each run in a font that has its letters. Knows nothing of what it says.

import bidiModule from 'bidi-js';
import type PDFDocument from 'pdfkit';
import { assert } from '../assert.ts';
import { type FontName, Fonts, lastFont, lastFontFile } from './fonts.ts';

type Doc = InstanceType<typeof PDFDocument>;
type Direction = 'ltr' | 'rtl';
export type Style = { size: number; bold?: boolean; color?: string };
type Run = { text: string; font: FontName; rtl: boolean };

// The library is CommonJS: what is imported is the function that its types call `default`.
const bidi = (bidiModule as unknown as typeof bidiModule.default)();

/** Marks that steer the direction, and are not drawn. */
const steering = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;
const rtlScripts = /[\p{Script=Arabic}\p{Script=Hebrew}]/u;
// Without this every word would be measured and placed by itself, and words from right to left come out in the wrong order.
const features: [] = [];

/** Measuring is most of the work, and a long table says the same again and again. */
const mostWidths = 4096;

const codeOf = (letter: string) => letter.codePointAt(0) ?? 32;

/** What the library knows of the font that is chosen; its types do not tell. */
type Opened = { _font: { font: { hasGlyphForCodePoint(code: number): boolean } } };

/** Line breaks and other controls of a name become spaces. */
export const plain = (text: string) => text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ').replaceAll('\u202f', '\u00a0');

export class Typesetter {
  readonly doc: Doc;
  readonly direction: Direction;
  readonly #fonts: Fonts;
  readonly #words: Intl.Segmenter;
  readonly #letters: Intl.Segmenter;
  readonly #registered = new Set<FontName>();
  readonly #widths = new Map<string, number>();

  constructor(doc: Doc, locale: string, direction: Direction) {
    this.doc = doc;
    this.direction = direction;
    this.#fonts = new Fonts(locale.split('-')[0] ?? 'en');
    this.#words = new Intl.Segmenter(locale, { granularity: 'word' });
    this.#letters = new Intl.Segmenter(locale, { granularity: 'grapheme' });
    doc.registerFont(lastFont, lastFontFile);
    this.#registered.add(lastFont);
  }

  /** Everything that will be drawn, before any of it is. */
  async prepare(texts: { text: string; bold: boolean }[]): Promise<void> {
    let left = texts.map(({ text, bold }) => ({ text: plain(text).replaceAll(steering, ''), bold }));
    while (left.length > 0) {
      for (const [name, file] of await this.#fonts.load(left)) {
        if (this.#registered.has(name)) continue;
        this.doc.registerFont(name, Buffer.from(file));
        this.#registered.add(name);
      }
      left = left
        .map(({ text, bold }) => ({ text: [...new Set(text)].filter((one) => !this.#has(one, bold)).join(''), bold }))
        .filter(({ text }) => text !== '');
      for (const letter of new Set(left.flatMap(({ text }) => [...text]))) this.#fonts.passOn(codeOf(letter));
    }
  }

  #has(letter: string, bold: boolean): boolean {
    const code = codeOf(letter);
    const name = this.#fonts.nameFor(code, bold);
    if (name === lastFont) return true;
    const { _font } = this.doc.font(name) as unknown as Opened;
    return _font.font.hasGlyphForCodePoint(code);
  }

  width(text: string, style: Style): number {
    return this.#runs(text, style).reduce((sum, run) => sum + this.#runWidth(run, style), 0);
  }

  /** Breaks where the language breaks; a word that is wider than a line is broken between its letters. */
  lines(given: string, style: Style, width: number): string[] {
    const text = plain(given).trim();
    if (this.width(text, style) <= width) return [text];
    const lines: string[] = [];
    let line = '';
    const put = (piece: string) => {
      if (line === '' || this.width((line + piece).trimEnd(), style) <= width) {
        line += piece;
        return;
      }
      lines.push(line.trimEnd());
      line = piece.trimStart();
    };
    for (const { segment } of this.#words.segment(text)) {
      if (this.width(segment.trimEnd(), style) <= width) put(segment);
      else for (const letter of this.#letters.segment(segment)) put(letter.segment);
    }
    if (line.trimEnd() !== '') lines.push(line.trimEnd());
    return lines;
  }

  /** One line with its letters standing on `y`. `align` end is the right side of a page that is read from the left. */
  draw(text: string, style: Style, at: { x: number; y: number; width: number; align?: 'start' | 'end' }): void {
    const { color = '#1b1f24', size } = style;
    const right = (at.align === 'end') !== (this.direction === 'rtl');
    const runs = this.#runs(text, style);
    let x = right ? at.x + at.width - runs.reduce((sum, run) => sum + this.#runWidth(run, style), 0) : at.x;
    for (const run of runs) {
      this.doc.font(run.font).fontSize(size).fillColor(color);
      this.doc.text(run.text, x, at.y, { lineBreak: false, baseline: 'alphabetic', features } as never);
      x += this.#runWidth(run, style);
    }
  }

  #runWidth({ font, text }: Run, { size }: Style): number {
    const key = `${font} ${size} ${text}`;
    let width = this.#widths.get(key);
    if (width === undefined) {
      width = this.doc
        .font(font)
        .fontSize(size)
        .widthOfString(text, { features } as never);
      if (this.#widths.size >= mostWidths) this.#widths.clear();
      this.#widths.set(key, width);
    }
    return width;
  }

  /** As they are seen, from the left. */
  #runs(given: string, style: Style): Run[] {
    const text = plain(given);
    if (text === '') return [];
    // By its own first letter: a German address in an Arabic invoice is read from the left.
    const levels = bidi.getEmbeddingLevels(text, 'auto');
    const runs: (Run & { level: number })[] = [];
    let at = 0;
    for (const letter of text) {
      const level = levels.levels[at] ?? 0;
      const rtl = level % 2 === 1;
      const shown = rtl ? (bidi.getMirroredCharacter(letter) ?? letter) : letter;
      at += letter.length;
      if (shown.match(steering)) continue;
      const last = runs.at(-1);
      const font = this.#fontFor(shown, style, last?.level === level ? last.font : undefined);
      if (last && last.font === font && last.level === level) last.text += shown;
      else runs.push({ text: shown, font, rtl, level });
    }
    return inOrder(runs).map(({ text: piece, font, rtl }) => ({
      // The library turns letters of such scripts itself; what stands between them it leaves as it is.
      text: rtl && !rtlScripts.test(piece) ? [...piece].reverse().join('') : piece,
      font,
      rtl,
    }));
  }

  #fontFor(letter: string, { bold = false }: Style, before: FontName | undefined): FontName {
    const code = codeOf(letter);
    // What joins letters belongs to their font.
    if (before && before !== lastFont && /[\p{M}\u200c\u200d]/u.test(letter)) return before;
    const name = this.#fonts.nameFor(code, bold);
    return this.#registered.has(name) ? name : lastFont;
  }
}

/** From the highest level down, every sequence of at least that level is turned round (rule L2 of the algorithm). */
function inOrder<R extends { level: number }>(runs: R[]): R[] {
  const out = [...runs];
  const highest = Math.max(0, ...out.map((run) => run.level));
  for (let level = highest; level >= 1; level--) {
    for (let from = 0; from < out.length; from++) {
      if ((out[from]?.level ?? 0) < level) continue;
      let to = from;
      while (to + 1 < out.length && (out[to + 1]?.level ?? 0) >= level) to += 1;
      const turned = out.slice(from, to + 1).reverse();
      assert(turned.length === to - from + 1, 'a part is turned in its place');
      out.splice(from, turned.length, ...turned);
      from = to;
    }
  }
  return out;
}
