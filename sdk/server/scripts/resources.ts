// One class per noun and one method per operation, from openapi.json. A method only names its call: what a request is, how it is
// repeated and how it fails is the transport's business.

import { answerOf, camel, comment, type Document, parameterOf, pascal } from './openapi.ts';
import {
  answerName,
  bodyOf,
  header,
  inputName,
  operationsOf,
  type Placed,
  queryName,
  queryOf,
  rowOf,
  successOf,
  typeOf,
} from './types.ts';

const classOf = (noun: string) => `${pascal(noun)}Resource`;
const nounOf = (placed: Placed) => placed.operation.operationId.split('.')[0] ?? '';
const methodOf = (placed: Placed) => camel(placed.operation.operationId.split('.').slice(1).join('_'));

export function resourcesText(document: Document): string {
  const placed = operationsOf(document);
  const nouns = [...new Set(placed.map(nounOf))];
  const classes = nouns.map((noun) =>
    classText(
      document,
      noun,
      placed.filter((one) => nounOf(one) === noun),
    ),
  );
  const used = classes.join('');
  const declared = [
    ...Object.keys(document.components.schemas),
    ...placed.flatMap(({ operation }) => [inputName(operation), queryName(operation), answerName(operation)]),
  ];
  const types = declared.filter((name) => new RegExp(`\\b${name}\\b(?!\`)`).test(used)).sort();
  return `${header('a class per noun, a method per operation.')}import type { Download } from '../download.ts';
import type { RequestOptions } from '../options.ts';
import { ListRequest } from '../page.ts';
import { pathOf } from '../query.ts';
import type { Transport } from '../transport.ts';
import type {\n${types.map((name) => `  ${name},\n`).join('')}} from './types.ts';

abstract class Resource {
  protected readonly transport: Transport;
  constructor(transport: Transport) {
    this.transport = transport;
  }
}

${classes.join('\n')}
/** Every resource, by the name it has on a client. */
export abstract class Resources {
${nouns.map((noun) => `  readonly ${camel(noun)}: ${classOf(noun)};\n`).join('')}
  constructor(transport: Transport) {
${nouns.map((noun) => `    this.${camel(noun)} = new ${classOf(noun)}(transport);\n`).join('')}  }
}
`;
}

function classText(document: Document, noun: string, placed: Placed[]): string {
  const tag = placed[0]?.operation.tags[0];
  const told = document.tags.find((one) => one.name === tag)?.description;
  return `${comment([`${tag}. ${told ?? ''}`.trim()])}export class ${classOf(noun)} extends Resource {\n${placed
    .map((one) => methodText(document, one))
    .join('\n')}}\n`;
}

function methodText(document: Document, placed: Placed): string {
  const { method, path, operation } = placed;
  const parameters = (operation.parameters ?? []).map((one) => parameterOf(document, one));
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
  const keyed = parameters.some((one) => one.name === 'Idempotency-Key');
  const query = queryOf(document, operation);
  const body = bodyOf(operation);
  if (query && body) throw new Error(`${operation.operationId}: a query and a body at once has no signature yet`);
  const { media, schema } = successOf(document, operation);

  const takes = inPath.map((name) => {
    const schema = parameters.find((one) => one.in === 'path' && one.name === name)?.schema;
    return `${camel(name)}: ${schema ? typeOf(schema, 'input') : 'string'}`;
  });
  const given = body ? 'input' : query ? 'query' : undefined;
  if (given) {
    const required = body ? operation.requestBody?.required : (query?.required ?? []).length > 0;
    takes.push(`${given}${required ? '' : '?'}: ${body ? inputName(operation) : queryName(operation)}`);
  }
  takes.push('options?: RequestOptions');
  const place =
    inPath.length > 0
      ? `pathOf('${path}', { ${inPath.map((name) => (camel(name) === name ? name : `${name}: ${camel(name)}`)).join(', ')} })`
      : `'${path}'`;
  const call = `{ method: '${method}', path: ${place}${body ? ', body: input' : ''}${query ? ', query' : ''}${keyed ? ', keyed: true' : ''} }`;
  const head = comment(docOf(document, placed), '  ');
  const sign = `${methodOf(placed)}(${takes.join(', ')})`;
  if (media !== 'application/json')
    return `${head}  async ${sign}: Promise<Download> {\n    return this.transport.download(${call}, options);\n  }\n`;
  const row = rowOf(schema);
  const type = (row ?? schema).$ref === undefined ? answerName(operation) : typeOf(row ?? schema, 'output');
  if (!row)
    return `${head}  async ${sign}: Promise<${type}> {\n    return this.transport.send(${call}, options);\n  }\n`;
  const paged = query?.properties?.['starting_after'] !== undefined;
  return `${head}  ${sign}: ListRequest<${type}> {\n    return new ListRequest(this.transport, ${call}, ${paged}, options);\n  }\n`;
}

const classOfStatus: Record<string, string> = {
  '400': 'InvalidRequestError',
  '404': 'NotFoundError',
  '409': 'ConflictError',
  '413': 'InvalidRequestError',
  '422': 'InvalidRequestError',
};

/** Codes that any call may meet are told once, in the README. */
const usual = new Set([
  'parameter_missing',
  'parameter_unknown',
  'parameter_invalid',
  'body_invalid',
  'body_too_large',
]);
const usualOfKeys = new Set(['idempotency_key_invalid', 'idempotency_conflict', 'idempotency_in_flight', 'not_found']);

function docOf(document: Document, placed: Placed): string[] {
  const { operation, method, path } = placed;
  const lines = [
    operation.summary,
    '',
    operation.description,
    '',
    `\`${method} ${path}\`${operation['x-scope'] ? `, scope \`${operation['x-scope']}\`` : ''}`,
  ];
  for (const [status, answer] of Object.entries(operation.responses)) {
    const name = classOfStatus[status];
    const told = answerOf(document, answer).description ?? '';
    const codes = [...told.matchAll(/`(\w+)`: [^`]*/g)].filter(
      ([, code = '']) => !usual.has(code) && !usualOfKeys.has(code),
    );
    if (name && codes.length > 0) lines.push(`@throws {${name}} ${codes.map(([all]) => all.trim()).join(' ')}`);
  }
  return lines;
}
