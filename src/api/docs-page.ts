// The reference as one page of HTML: navigation, guide, operations by noun, error codes. Pure: the same routes and settings give
// the same text, so that it is made once. No script or style from elsewhere, no markup that was not escaped.

import { answers } from './docs-answers.ts';
import { errorList } from './docs-errors.ts';
import { fields } from './docs-fields.ts';
import { guides, type Settings, testCardGuide } from './docs-guides.ts';
import { type Html, html, listing, type Part, raw, words } from './docs-html.ts';
import { nounOf, nounText } from './docs-nouns.ts';
import { method, operationId, operationSection, pathText } from './docs-operation.ts';
import { componentName, plain, type Schema } from './docs-schema.ts';
import { webhookGuide } from './docs-webhooks.ts';
import { routes } from './native/routes.ts';
import type { Route } from './route.ts';

type Shown = { title: string; schema: Schema };
type Noun = { id: string; title: string; text: string; routes: Route[]; objects: Shown[] };

export function referencePage(settings: Settings, { style, script }: { style: string; script: string }): string {
  const nouns = nounsOf(routes);
  const chapters = guides(settings);
  const shown = new Set(nouns.flatMap((noun) => noun.objects.map((object) => object.title)));
  const page = { base_url: settings.base_url, shown };
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>Florin API reference</title><meta name="description" content="Every operation of the Florin API, with examples that run as printed."><link rel="icon" href="data:,">
<style>${raw(style)}</style></head><body>
<a class="skip" href="#content">Skip to the reference</a>
<header class="bar"><a class="brand" href="#top">Florin<span>API reference</span></a><span class="links"><a href="openapi.json">OpenAPI 3.1</a></span><button type="button" id="menu" hidden aria-expanded="false" aria-controls="nav">Menu</button></header>
<div class="frame"><nav id="nav" aria-label="Reference">${navigation(nouns, chapters)}</nav>
<main id="content" tabindex="-1"><div class="lead" id="top"><h1>Florin API reference</h1>
<p>Take payments, refund them, keep cards, receive webhooks and prove the books, with JSON over HTTP.</p>
<p class="base"><span>Base address</span> <code>${settings.base_url}</code></p></div>
${chapters.map(({ section }) => section)}${webhookGuide()}${testCardGuide()}
${nouns.map((noun) => nounSection(noun, page))}
<section class="part wide" id="error-codes" aria-labelledby="error-codes-title"><div class="words"><h2 id="error-codes-title"><a href="#error-codes">Error codes</a></h2><p>Every <code>code</code> there is, by status. Its title, <code>detail</code> and <code>param</code> come with it.</p>${errorList()}</div></section>
</main></div><script>${raw(script)}</script></body></html>`.text;
}

/** In the order of the table, each with the objects that it is about. */
function nounsOf(all: readonly Route[]): Noun[] {
  const objects = new Map<string, Schema>();
  for (const route of all) {
    const output = plain(route.op.output);
    for (const schema of [output, output.properties?.['data']?.items])
      if (schema?.title !== undefined) objects.set(schema.title, schema);
  }
  const nouns = [...new Set(all.map((route) => nounOf(route.op.name)))];
  return nouns.map((noun) => ({
    id: noun.replaceAll('_', '-'),
    ...nounText(noun),
    routes: all.filter((route) => nounOf(route.op.name) === noun),
    objects: [...objects]
      .filter(([, schema]) => schema.properties?.['object']?.const === noun.replace(/s$/, ''))
      .map(([title, schema]) => ({ title, schema })),
  }));
}

function nounSection(noun: Noun, page: { base_url: string; shown: ReadonlySet<string> }): Html {
  return html`<section class="noun" aria-labelledby="${noun.id}-title"><div class="part" id="${noun.id}"><div class="words"><h2 id="${noun.id}-title"><a href="#${noun.id}">${noun.title}</a></h2><p>${words(noun.text)}</p></div
    ><div class="code"><ul class="endpoints" aria-label="Operations on ${noun.title.toLowerCase()}">${noun.routes.map(
      (route) => html`<li><a href="#${operationId(route.op.name)}">${method(route)} ${pathText(route.path)}</a></li>`,
    )}</ul></div></div>${noun.objects.map((object) => objectSection(object, noun, page.base_url))}${noun.routes.map((route) => operationSection(route, page))}</section>`;
}

function objectSection({ title, schema }: Shown, noun: Noun, base_url: string): Html {
  const id = `object-${componentName(title)}`;
  const example = exampleOf(noun);
  const code =
    example === undefined
      ? ''
      : listing(
          `The ${title} object`,
          '',
          JSON.stringify(example, null, 2).replaceAll('http://localhost:4242', base_url),
          'json',
        );
  return html`<section class="part object" id="${id}" aria-labelledby="${id}-title"><div class="words"><h3 id="${id}-title"><a href="#${id}">The ${title} object</a></h3>${fields(schema, title, 'output')}</div><div class="code">${code}</div></section>`;
}

function exampleOf(noun: Noun): unknown {
  const name = noun.routes[0] && nounOf(noun.routes[0].op.name);
  const list = answers[`${name}.list`] as { data?: unknown[] } | undefined;
  return answers[`${name}.get`] ?? answers[`${name}.create`] ?? list?.data?.[0];
}

function navigation(nouns: Noun[], chapters: { id: string; title: string }[]): Html {
  const entry = (id: string, title: string, found: string, before: Part = ''): Html =>
    html`<li data-words="${found.toLowerCase()}"><a href="#${id}">${before}<span>${title}</span></a></li>`;
  const guide = [...chapters, { id: 'webhooks', title: 'Webhooks' }, { id: 'test-cards', title: 'Test cards' }];
  return html`<div class="find" hidden><label for="filter">Find</label><input id="filter" type="search" autocomplete="off" spellcheck="false" placeholder="payments, refund, /v1/…"><kbd aria-hidden="true">/</kbd><p id="found" role="status"></p></div>
<h2 class="group">Guide</h2><ul>${guide.map(({ id, title }) => entry(id, title, title))}</ul>
<h2 class="group">Operations</h2>${nouns.map(
    (noun) =>
      html`<details data-noun="${noun.id}"><summary>${noun.title}</summary><ul>${[
        entry(noun.id, 'Overview', noun.title),
        ...noun.objects.map(({ title }) =>
          entry(`object-${componentName(title)}`, `The ${title} object`, `${title} object`),
        ),
        ...noun.routes.map((route) =>
          entry(
            operationId(route.op.name),
            route.op.summary,
            `${route.op.summary} ${route.op.name} ${route.method} ${route.path} ${noun.title}`,
            method(route),
          ),
        ),
      ]}</ul></details>`,
  )}
<h2 class="group">Reference</h2><ul>${entry('error-codes', 'Error codes', 'error codes')}</ul>`;
}
