// One operation in the reference: its words at the left, a command that runs and its answer at the right. All of it comes from
// the operation itself, so it cannot say what the server does not do.

import type { FaultCode } from '../kit/fault.ts';
import { answers } from './docs-answers.ts';
import { errorLink } from './docs-errors.ts';
import { command } from './docs-examples.ts';
import { answerName, fields } from './docs-fields.ts';
import { type Html, html, listing, type Part, words } from './docs-html.ts';
import { plain, splitInput } from './docs-schema.ts';
import { problems } from './native/errors.ts';
import { faultsOf } from './openapi.ts';
import type { Route } from './route.ts';

export const operationId = (name: string): string => name.replaceAll(/[._]/g, '-');

export const method = (route: Route): Html =>
  html`<span class="method ${route.method.toLowerCase()}">${route.method}</span>`;

/** The path with its names set apart, and a place to break before each slash. */
export const pathText = (path: string): Html =>
  html`<code class="path">${path.split(/(?=\/)/).map((part) => [html`<wbr>`, part.startsWith('/{') ? html`/<span class="variable">${part.slice(1)}</span>` : part])}</code>`;

export type Page = { base_url: string; shown: ReadonlySet<string> };

export function operationSection(route: Route, page: Page): Html {
  const { op } = route;
  const id = operationId(op.name);
  const title = op.summary;
  const printed = command(page.base_url, route);
  return html`<section class="part operation" id="${id}" aria-labelledby="${id}-title"><div class="words">
    <h3 id="${id}-title"><a href="#${id}">${title}</a></h3>
    <p class="route">${method(route)} ${pathText(route.path)}</p>
    <p>${words(op.description)}</p>
    <ul class="facts"><li>${op.actors.includes('publishable') ? 'Secret or publishable key' : 'Secret key'}</li><li>Scope <code>${op.scope}</code></li>${
      route.method === 'POST' ? html`<li><a href="#idempotency">Idempotency key</a></li>` : ''
    }</ul>
    ${inputs(route)}
    ${answer(route, page)}
    ${refusals(route)}
  </div><div class="code">
    ${printed === undefined ? '' : listing('Request', title, printed, 'shell')}
    ${sample(route, page)}
  </div></section>`;
}

function inputs(route: Route): Part {
  const { in_path, rest } = splitInput(plain(route.op.input), route.path);
  const writes = route.method === 'POST' || route.method === 'PATCH';
  const name = route.op.name;
  const path =
    in_path.length > 0
      ? html`<h4>In the path</h4>${fields({ properties: Object.fromEntries(in_path), required: in_path.map(([key]) => key) }, name, 'input')}`
      : '';
  const others =
    Object.keys(rest.properties ?? {}).length > 0
      ? html`<h4>${writes ? 'Body' : 'Query'}</h4>${fields(rest, name, 'input')}`
      : '';
  return [path, others];
}

function answer(route: Route, { shown }: Page): Html {
  if (route.download) return html`<h4>Answer</h4><p><span class="status good">200</span> with a CSV file.</p>`;
  const output = plain(route.op.output);
  const item = output.properties?.['data']?.items;
  const known = output.title !== undefined || (item?.title !== undefined && shown.has(item.title));
  return html`<h4>Answer</h4><p><span class="status good">${route.status ?? 200}</span> with ${answerName(output, shown)}${known ? '.' : ':'}</p>${known ? '' : fields(output, route.op.name, 'output')}`;
}

/** Those that everybody handles alike are explained once, under Errors. */
const everywhere: ReadonlySet<FaultCode> = new Set([
  'parameter_missing',
  'parameter_unknown',
  'body_invalid',
  'body_too_large',
  'authentication_required',
  'key_invalid',
  'key_expired',
  'permission_denied',
  'rate_limited',
  'internal',
  'unavailable',
  'idempotency_key_invalid',
  'idempotency_conflict',
  'idempotency_in_flight',
  'parameter_invalid',
]);

function refusals(route: Route): Html {
  const own = faultsOf(route).filter(
    (code) => !everywhere.has(code) || (route.op.faults.includes(code) && code !== 'parameter_invalid'),
  );
  const rest = html`<a href="#errors">those of every call</a>`;
  if (own.length === 0) return html`<h4>Errors</h4><p>Only ${rest}.</p>`;
  return html`<h4>Errors</h4><ul class="refusals">${own.map((code) => html`<li><span class="status">${problems[code].status}</span> ${errorLink(code)}</li>`)}<li>and ${rest}</li></ul>`;
}

function sample(route: Route, { base_url }: Page): Part {
  const recorded = answers[route.op.name];
  if (recorded === undefined) return '';
  if (typeof recorded === 'string') return listing(`Answer ${route.status ?? 200}`, route.op.summary, recorded, 'text');
  return listing(
    `Answer ${route.status ?? 200}`,
    route.op.summary,
    JSON.stringify(recorded, null, 2).replaceAll('http://localhost:4242', base_url),
    'json',
  );
}
