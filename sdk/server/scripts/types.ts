// From the schemas of openapi.json to TypeScript. Text with listed values stays open (`'a' | (string & {})`), so that a value
// which a newer server knows is data and no error of types; what may be read may also be sent back.

import {
  answerOf,
  comment,
  type Document,
  nameOf,
  type Operation,
  parameterOf,
  pascal,
  type Schema,
} from './openapi.ts';

const known = new Set([
  ...['$ref', 'type', 'const', 'enum', 'anyOf', 'allOf', 'properties', 'patternProperties', 'additionalProperties'],
  ...['required', 'items', 'format', 'description', 'title', 'pattern', 'contentEncoding', 'default', 'example'],
  ...['minLength', 'maxLength', 'minimum', 'maximum', 'minItems', 'maxItems', 'uniqueItems'],
  ...['minProperties', 'maxProperties', 'examples'],
]);

/** Input: optional fields take `undefined`, and times a Date. */
export type Side = 'input' | 'output';

export function typeOf(schema: Schema, side: Side, indent = ''): string {
  const strange = Object.keys(schema).filter((word) => !known.has(word));
  if (strange.length > 0) throw new Error(`openapi.json: the SDK's generator does not know ${strange.join(', ')}`);
  if (schema.$ref) return nameOf(schema.$ref);
  if (schema.anyOf) return union(schema.anyOf, side, indent);
  if (schema.allOf) return schema.allOf.map((part) => typeOf(part, side, indent)).join(' & ');
  if ('const' in schema) return typeof schema.const === 'string' ? open([schema.const]) : JSON.stringify(schema.const);
  if (schema.enum)
    return schema.type === 'string' ? open(schema.enum) : schema.enum.map((v) => JSON.stringify(v)).join(' | ');
  switch (schema.type) {
    case 'string':
      return schema.format === 'date-time' && side === 'input' ? 'string | Date' : 'string';
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'null':
      return 'null';
    case 'array': {
      const item = schema.items ? typeOf(schema.items, side, indent) : 'unknown';
      return /^\w+$/.test(item) || (item.endsWith('}') && item.startsWith('{')) ? `${item}[]` : `(${item})[]`;
    }
    case 'object':
      return objectType(schema, side, indent);
    case undefined:
      return 'unknown';
    default:
      throw new Error(`openapi.json: the SDK's generator does not know the type '${schema.type}'`);
  }
}

const open = (values: unknown[]) => `${values.map((value) => quoted(String(value))).join(' | ')} | (string & {})`;
const quoted = (text: string) => `'${text.replaceAll(/['\\]/g, '\\$&')}'`;

/** Parts that are listed texts are put together, so that one opening serves them all. */
function union(parts: Schema[], side: Side, indent: string): string {
  const texts = parts.filter((part) => typeof part.const === 'string').map((part) => part.const);
  const others = parts.filter((part) => typeof part.const !== 'string').map((part) => typeOf(part, side, indent));
  return [...new Set([...(texts.length > 0 ? [open(texts)] : []), ...others])].join(' | ');
}

function objectType(schema: Schema, side: Side, indent: string): string {
  const [pattern] = Object.values(schema.patternProperties ?? {});
  if (pattern) return `Record<string, ${typeOf(pattern, side, indent)}>`;
  const properties = Object.entries(schema.properties ?? {});
  if (properties.length === 0) {
    if (typeof schema.additionalProperties !== 'object') return 'Record<string, unknown>';
    return `Record<string, ${typeOf(schema.additionalProperties, side, indent)}>`;
  }
  const inner = `${indent}  `;
  const required = new Set(schema.required ?? []);
  const fields = properties.map(([name, field]) => {
    const optional = !required.has(name);
    const key = /^\w+$/.test(name) ? name : quoted(name);
    // The noun's own name tells objects apart; every other listed text may get company.
    const named = name === 'object' && typeof field.const === 'string';
    const type = named ? quoted(String(field.const)) : typeOf(field, side, inner);
    const end = optional && side === 'input' ? ' | undefined' : '';
    return `${comment(field.description ? [field.description] : [], inner)}${inner}${key}${optional ? '?' : ''}: ${type}${end};\n`;
  });
  return `{\n${fields.join('')}${indent}}`;
}

function declared(name: string, schema: Schema, side: Side, lead: string[]): string {
  const type = typeOf(schema, side);
  const head = comment([...lead, ...(schema.description ? [schema.description] : [])]);
  return type.startsWith('{') ? `${head}export interface ${name} ${type}\n` : `${head}export type ${name} = ${type};\n`;
}

export const inputName = (operation: Operation) => `${pascal(operation.operationId)}Input`;
export const queryName = (operation: Operation) => `${pascal(operation.operationId)}Query`;

/** What goes into the query, as one object schema; undefined when nothing does. */
export function queryOf(document: Document, operation: Operation): Schema | undefined {
  const fields = (operation.parameters ?? [])
    .map((one) => parameterOf(document, one))
    .filter((one) => one.in === 'query');
  if (fields.length === 0) return undefined;
  return {
    type: 'object',
    required: fields.filter((field) => field.required).map((field) => field.name),
    properties: Object.fromEntries(
      fields.map((field) => {
        const told = [field.description, field.schema.description].find((text) => text !== undefined);
        return [field.name, { ...field.schema, ...(told === undefined ? {} : { description: told }) }];
      }),
    ),
  };
}

export const bodyOf = (operation: Operation): Schema | undefined =>
  operation.requestBody?.content['application/json']?.schema;

/** The first answer of success that is described. */
export function successOf(document: Document, operation: Operation): { media: string; schema: Schema } {
  const [, answer] = Object.entries(operation.responses).find(([status]) => status.startsWith('2')) ?? [];
  const [media, content] = Object.entries((answer && answerOf(document, answer).content) ?? {})[0] ?? [];
  if (media === undefined || !content) throw new Error(`${operation.operationId}: no success is described`);
  return { media, schema: content.schema };
}

/** The row of a list; undefined when the answer is none. */
export function rowOf({ properties }: Schema): Schema | undefined {
  return properties?.['object']?.const === 'list' ? properties['data']?.items : undefined;
}

/** An answer, or a list's row, that is no noun of its own: it gets the operation's name. */
export function namelessAnswerOf(document: Document, operation: Operation): Schema | undefined {
  const { media, schema } = successOf(document, operation);
  const told = rowOf(schema) ?? schema;
  return media === 'application/json' && told.$ref === undefined ? told : undefined;
}

export const answerName = (operation: Operation) => `${pascal(operation.operationId)}Answer`;

const header = (duty: string) =>
  `// Made by sdk/server/scripts/generate.ts from openapi.json: ${duty} Never edit it.\n\n`;

export function typesText(document: Document): string {
  const parts = Object.entries(document.components.schemas).map(([name, schema]) =>
    declared(name, schema, 'output', []),
  );
  for (const operation of operationsOf(document).map((one) => one.operation)) {
    const body = bodyOf(operation);
    if (body) parts.push(declared(inputName(operation), body, 'input', [`What \`${operation.operationId}\` takes.`]));
    const query = queryOf(document, operation);
    if (query) parts.push(declared(queryName(operation), query, 'input', [`What \`${operation.operationId}\` takes.`]));
    const answer = namelessAnswerOf(document, operation);
    if (answer)
      parts.push(declared(answerName(operation), answer, 'output', [`What \`${operation.operationId}\` answers.`]));
  }
  return `${header('the objects and inputs of the API.')}${parts.join('\n')}\n${eventsText(document)}`;
}

function eventsText(document: Document): string {
  const rows = Object.entries(document.webhooks).map(([type, { post }]) => {
    const schema = post.requestBody?.content['application/json']?.schema;
    const data = schema?.allOf?.map((part) => part.properties?.['data']).find((part) => part !== undefined);
    return `  ${quoted(type)}: ${data ? typeOf(data, 'output', '  ') : 'unknown'};\n`;
  });
  return `/** What \`data\` of an event holds, by its type. A newer server sends types that are not in here. */\nexport interface EventData {\n${rows.join('')}}\n`;
}

export type Placed = { method: string; path: string; operation: Operation };

/** Those that a key opens; what is for people who sign in is no business of a server's program. */
export const operationsOf = (document: Document): Placed[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => operation.security?.some((one) => 'secretKey' in one || 'publishableKey' in one))
      .map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );

export { header };
