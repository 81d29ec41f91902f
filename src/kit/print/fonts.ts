// Which font draws which character. The families come in slices by range of characters, each with every weight in it: a slice is read when a
// character of it is first asked for, fixed at one weight, and kept while there is room. A document embeds only the letters it uses.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import subsetFont from 'subset-font';
import { assert } from '../assert.ts';

const require = createRequire(import.meta.url);

/** The order of the letters of East Asia is the reader's: the same character is drawn in their way. */
const eastAsia = { zh: ['sc', 'jp', 'kr'], ja: ['jp', 'sc', 'kr'], ko: ['kr', 'jp', 'sc'] } as const;
const families = ['noto-sans', 'noto-sans-arabic', 'noto-sans-hebrew', 'noto-sans-thai'];

type Slice = { family: string; name: string; from: number; to: number };

const slicesOf = (family: string): Slice[] => {
  const ranges: Record<string, string> = require(`@fontsource-variable/${family}/unicode.json`);
  return Object.entries(ranges).flatMap(([name, text]) =>
    text.split(',').map((range) => {
      const [from = '', to = from] = range.slice(2).split('-');
      return {
        family,
        name: name.replaceAll(/[[\]]/g, ''),
        from: Number.parseInt(from, 16),
        to: Number.parseInt(to, 16),
      };
    }),
  );
};

/** Latin and its neighbours come from the one family, whichever else has them too. */
const borrowed = new Set(['latin', 'latin-ext', 'cyrillic', 'cyrillic-ext', 'greek', 'vietnamese', 'math', 'symbols']);
const ranges = new Map<string, Slice[]>();
const rangesOf = (family: string): Slice[] => {
  let found = ranges.get(family);
  if (!found) {
    const all = slicesOf(family);
    found = family === 'noto-sans' ? all : all.filter(({ name }) => !borrowed.has(name));
    ranges.set(family, found);
  }
  return found;
};

/** Knows what is in none of the others, such as Armenian or Georgian. One weight for both. */
export const lastFont = 'last';
export const lastFontFile = require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf');

/** A font by name: `family/slice/weight`. */
export type FontName = string;

export class Fonts {
  readonly #families: string[];
  /** Which slice is to draw it, and at which family to look when that one cannot. */
  readonly #found = new Map<number, { slice: string; next: number }>();

  constructor(language: string) {
    const order = eastAsia[language as keyof typeof eastAsia] ?? eastAsia.zh;
    this.#families = [...families, ...order.map((name) => `noto-sans-${name}`)];
  }

  nameFor(code: number, bold: boolean): FontName {
    const { slice } = this.#found.get(code) ?? this.#look(code, 0);
    return slice === lastFont ? lastFont : `${slice}/${bold ? 700 : 400}`;
  }

  /** A slice names ranges, and not every character of them is in it: the next one that names this one is to draw it. */
  passOn(code: number): void {
    this.#look(code, this.#found.get(code)?.next ?? 0);
  }

  #look(code: number, start: number): { slice: string; next: number } {
    let found = { slice: lastFont, next: this.#families.length };
    for (const [i, family] of this.#families.entries()) {
      const hit = i < start ? undefined : rangesOf(family).find(({ from, to }) => code >= from && code <= to);
      if (!hit) continue;
      found = { slice: `${hit.family}/${hit.name}`, next: i + 1 };
      break;
    }
    this.#found.set(code, found);
    return found;
  }

  /** The files of all fonts that these texts need. */
  async load(texts: { text: string; bold: boolean }[]): Promise<Map<FontName, Uint8Array>> {
    const names = new Set<FontName>();
    for (const { text, bold } of texts)
      for (const letter of new Set(text)) names.add(this.nameFor(letter.codePointAt(0) ?? 32, bold));
    names.delete(lastFont);
    const files = new Map<FontName, Uint8Array>();
    // One after the other: what makes them has one memory of its own.
    for (const name of [...names].sort()) files.set(name, await fontFile(name));
    return files;
  }
}

/** Of some 100 kB each. */
const kept = 48;
const files = new Map<FontName, Uint8Array>();

async function fontFile(name: FontName): Promise<Uint8Array> {
  const before = files.get(name);
  files.delete(name);
  const file = before ?? (await made(name));
  files.set(name, file);
  for (const oldest of files.keys()) {
    if (files.size <= kept) break;
    files.delete(oldest);
  }
  return file;
}

/** pdfkit reads neither the compression of these files nor their axis of weights: this gives it plain ones. */
async function made(name: FontName): Promise<Uint8Array> {
  const [family, slice, weight] = name.split('/');
  assert(family && slice && weight, 'a font is named by family, slice and weight');
  const path = require.resolve(`@fontsource-variable/${family}/files/${family}-${slice}-wght-normal.woff2`);
  return await subsetFont(await readFile(path), undefined, {
    keepAllGlyphs: true,
    targetFormat: 'truetype',
    variationAxes: { wght: Number(weight) },
    noHinting: true,
  });
}
