// Small pieces of the reference's markup: running text with `code` in it, coloured listings with a button to copy them, tables.
// Everything goes through `html`, which escapes; nothing here may be given markup as text.

import { type Html, html, type Part } from '../../web/checkout/html.ts';

export { type Html, html, type Part, raw } from '../../web/checkout/html.ts';

/** Text with `code` between backticks and links as [words](#place). */
export function words(text: string): Html {
  const parts = text.split(/(`[^`]+`|\[[^\]]+\]\([^)\s]+\))/);
  return html`${parts.map((part) => {
    if (part.startsWith('`') && part.endsWith('`') && part.length > 2) return html`<code>${part.slice(1, -1)}</code>`;
    const link = /^\[([^\]]+)\]\(([^)\s]+)\)$/.exec(part);
    return link ? html`<a href="${link[2]}">${link[1]}</a>` : part;
  })}`;
}

export const paragraphs = (...texts: string[]): Html => html`${texts.map((text) => html`<p>${words(text)}</p>`)}`;

export type Language = 'shell' | 'json' | 'js' | 'text';

/** One pattern per language: comment, string before a colon (a name), string, variable, number or word of the language. */
const patterns: Record<Language, RegExp | undefined> = {
  shell:
    /(?<comment>^#.*$)|(?<variable>\$\w+|\$\([^()]*\))|(?<name>"[^"\n]*"(?=:))|(?<string>"[^"\n]*"|'[^'\n]*')|(?<word>\bcurl\b)/gm,
  json: /(?<name>"(?:\\.|[^"\\])*"(?=:))|(?<string>"(?:\\.|[^"\\])*")|(?<number>-?\b\d+(?:\.\d+)?\b|\b(?:true|false|null)\b)/g,
  js: /(?<comment>\/\/.*$)|(?<string>'[^'\n]*'|`[^`]*`)|(?<word>\b(?:import|from|export|const|function|return|if|throw|new|for|of|async|await)\b)/gm,
  text: undefined,
};

function coloured(text: string, language: Language): Part {
  const pattern = patterns[language];
  if (!pattern) return text;
  const parts: Part[] = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    const [kind] = Object.entries(match.groups ?? {}).find(([, found]) => found !== undefined) ?? ['text'];
    parts.push(
      text.slice(at, match.index),
      html`<span class="${kind}">${kind === 'string' && language === 'shell' ? variablesIn(match[0]) : match[0]}</span>`,
    );
    at = match.index + match[0].length;
  }
  return [...parts, text.slice(at)];
}

const variablesIn = (text: string): Part =>
  text
    .split(/(\$\w+|\$\([^()]*\))/)
    .map((part) => (part.startsWith('$') ? html`<span class="variable">${part}</span>` : part));

/** A listing; it can be scrolled by keyboard, so it has a name. `of` keeps that name apart from its like. */
export function listing(title: string, of: string, text: string, language: Language): Html {
  const name = of === '' ? title : `${title}: ${of}`;
  return html`<figure class="listing"><figcaption><span>${title}</span><button type="button" class="copy" hidden aria-label="Copy ${name}">Copy</button></figcaption
    ><pre tabindex="0" role="group" aria-label="${name}"><code>${coloured(text, language)}</code></pre></figure>`;
}

export function table(name: string, heads: readonly string[], rows: readonly (readonly Part[])[]): Html {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${name}"><table><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead
    ><tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>`;
}

/** A chapter of the guide: words at the left, listings at the right where there is room. */
export const chapter = (id: string, title: string, text: Part, code: Part = ''): Html =>
  html`<section class="part guide" id="${id}" aria-labelledby="${id}-title"><div class="words"><h2 id="${id}-title"><a href="#${id}">${title}</a></h2>${text}</div><div class="code">${code}</div></section>`;
