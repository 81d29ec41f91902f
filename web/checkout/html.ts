// Text into markup, escaped by construction: whatever stands in a `html` template is text unless it was made by `html` itself.
// The only way past it is `raw`, which is for constants of this folder and for JSON made safe by `json`.

export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Part = Html | string | number | null | undefined | false | readonly Part[];

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

export const escapeText = (text: string): string =>
  text.replaceAll(/[&<>"'`]/g, (letter) => entities[letter] ?? letter);

function markup(part: Part): string {
  if (part instanceof Html) return part.text;
  if (part === null || part === undefined || part === false) return '';
  if (typeof part === 'object') return part.map(markup).join('');
  return escapeText(String(part));
}

export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  let text = strings[0] ?? '';
  for (const [i, part] of parts.entries()) text += markup(part) + (strings[i + 1] ?? '');
  return new Html(text);
}

export const raw = (constant: string): Html => new Html(constant);

/** For a `<script type="application/json">`: no letter in it can end the element or open a comment. */
export const json = (value: unknown): Html =>
  new Html(
    JSON.stringify(value).replaceAll(
      /[<>&\u2028\u2029]/g,
      (letter) => `\\u${(letter.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
    ),
  );

/** The address, when a browser may be sent to it or load it from us; undefined for `javascript:` and everything else. */
export function webUrl(text: string | null): string | undefined {
  if (text === null || !URL.canParse(text)) return undefined;
  const { protocol, href } = new URL(text);
  return protocol === 'https:' || protocol === 'http:' ? href : undefined;
}

/** As webUrl, and pictures carried in the address itself. A browser runs no script of an image. */
export function imageUrl(text: string | null): string | undefined {
  if (text !== null && /^data:image\/(?:png|jpeg|gif|webp|avif|svg\+xml)[;,]/i.test(text)) return text;
  return webUrl(text);
}
