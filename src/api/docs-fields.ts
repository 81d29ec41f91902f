// A schema as a list that people read: name, type, whether it is needed, bounds, meaning; children fold away below. Pure.

import { type Html, html, type Part, words } from './docs-html.ts';
import { componentName, type Schema, unwrapNull } from './docs-schema.ts';

/** Values that stand in the list itself; more of them fold away. */
const shownValues = 8;

/** `trail` tells the folds of one page apart for those who hear them. */
export function fields(schema: Schema, trail: string, side: 'input' | 'output'): Html {
  const required = new Set(schema.required);
  const entries = Object.entries(schema.properties ?? {});
  return html`<ul class="fields">${entries.map(([name, child]) => field(name, child, { trail, side, needed: required.has(name) }))}</ul>`;
}

function field(name: string, whole: Schema, at: { trail: string; side: 'input' | 'output'; needed: boolean }): Html {
  const { schema, nullable } = unwrapNull(whole);
  const inner = schema.type === 'array' && schema.items ? schema.items : schema;
  const path = `${at.trail}.${name}`;
  const need =
    at.side === 'input'
      ? at.needed
        ? html` <span class="need">required</span>`
        : ''
      : !at.needed
        ? html` <span class="type">may be left out</span>`
        : '';
  const children = inner.properties
    ? html`<details class="children"><summary>Fields of <code>${name}</code></summary>${fields(inner, path, at.side)}</details>`
    : '';
  return html`<li><div class="head"><code class="name">${name}</code> <span class="type">${typeName(schema)}${nullable ? ' or null' : ''}</span>${need}</div
    >${sentence(schema)}${bounds(inner, at.side)}${children}</li>`;
}

const sentence = ({ description }: Schema): Part =>
  description === undefined
    ? ''
    : html`<p>${words(description.slice(0, 1).toUpperCase() + description.slice(1) + (/[.!?:`']$/.test(description) ? '' : '.'))}</p>`;

export function typeName(schema: Schema): Part {
  if (schema.const !== undefined) return html`always <code>${JSON.stringify(schema.const)}</code>`;
  if (schema.type === 'array') return html`list of ${schema.items ? typeName(schema.items) : 'values'}`;
  if (schema.enum) return 'text, one of';
  if (schema.format === 'date-time') return 'time';
  if (schema.title !== undefined) return schema.title;
  if (schema.type === 'object' && schema.additionalProperties) return 'map of text';
  return (
    { integer: 'integer', string: 'text', boolean: 'boolean', object: 'object', number: 'number' }[schema.type ?? ''] ??
    'any'
  );
}

function bounds(schema: Schema, side: 'input' | 'output'): Part {
  if (schema.enum) return values(schema.enum);
  if (side === 'output') return '';
  const number = (value: number) => value.toLocaleString('en-US');
  const said = [
    schema.minimum !== undefined && schema.maximum !== undefined
      ? `${number(schema.minimum)} to ${number(schema.maximum)}`
      : '',
    schema.minLength !== undefined && schema.minLength === schema.maxLength ? `${schema.maxLength} characters` : '',
    schema.maxLength !== undefined && schema.minLength !== schema.maxLength
      ? `${(schema.minLength ?? 0) > 1 ? `${schema.minLength} to` : 'up to'} ${number(schema.maxLength)} characters`
      : '',
  ].filter((text) => text !== '');
  return said.length > 0 ? html`<p class="bounds">${said.join(', ')}</p>` : '';
}

function values(all: readonly unknown[]): Html {
  const list = html`<p class="values">${all.map((value) => html`<code>${String(value)}</code> `)}</p>`;
  return all.length <= shownValues
    ? list
    : html`<details class="children"><summary>${all.length} values</summary>${list}</details>`;
}

/** What an answer is, with a link to the object where the reference shows it. */
export function answerName(schema: Schema, shown: ReadonlySet<string>): Part {
  const linked = (title: string) =>
    shown.has(title) ? html`<a href="#object-${componentName(title)}">${title}</a>` : title;
  if (schema.title !== undefined) return html`the ${linked(schema.title)} object`;
  const item = schema.properties?.['data']?.items;
  if (schema.properties?.['object']?.const === 'list' && item?.title !== undefined)
    return html`a list of ${linked(item.title)} objects`;
  return 'an object with these fields';
}
