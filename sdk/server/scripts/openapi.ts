// The parts of openapi.json that the generator reads, and how a reference in it is followed. It refuses what it does not know:
// a schema that would become a wrong type stops the build.

export type Schema = {
  $ref?: string;
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  patternProperties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  required?: string[];
  items?: Schema;
  format?: string;
  description?: string;
};

export type Parameter = {
  $ref?: string;
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  description?: string;
  schema: Schema;
};

type Media = { schema: Schema };
export type Answer = { $ref?: string; description?: string; content?: Record<string, Media> };

export type Operation = {
  operationId: string;
  tags: string[];
  summary: string;
  description: string;
  'x-scope'?: string;
  security?: Record<string, string[]>[];
  parameters?: Parameter[];
  requestBody?: { required: boolean; content: Record<string, Media> };
  responses: Record<string, Answer>;
};

export type Document = {
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  webhooks: Record<string, { post: Operation }>;
  components: {
    schemas: Record<string, Schema>;
    parameters: Record<string, Parameter>;
    responses: Record<string, Answer>;
  };
};

export const nameOf = (ref: string) => ref.split('/').at(-1) ?? ref;

export function parameterOf(document: Document, parameter: Parameter): Parameter {
  if (parameter.$ref === undefined) return parameter;
  const found = document.components.parameters[nameOf(parameter.$ref)];
  if (!found) throw new Error(`openapi.json: ${parameter.$ref} leads nowhere`);
  return found;
}

export function answerOf(document: Document, answer: Answer): Answer {
  if (answer.$ref === undefined) return answer;
  const found = document.components.responses[nameOf(answer.$ref)];
  if (!found) throw new Error(`openapi.json: ${answer.$ref} leads nowhere`);
  return found;
}

/** `webhook_endpoints` → `WebhookEndpoints`; `rotate_secret` → `rotateSecret`. */
export const pascal = (text: string) =>
  text.replaceAll(/(?:^|[_.])(\w)/g, (_all, letter: string) => letter.toUpperCase());
export const camel = (text: string) => text.replaceAll(/_(\w)/g, (_all, letter: string) => letter.toUpperCase());

/** A comment above a declaration; nothing when there is nothing to say. */
export function comment(lines: string[], indent = ''): string {
  const said = lines.flatMap((line) => line.split('\n')).map((line) => line.replaceAll('*/', '*\\/').trimEnd());
  if (said.length === 0 || said.every((line) => line === '')) return '';
  if (said.length === 1) return `${indent}/** ${said[0]} */\n`;
  return `${indent}/**\n${said.map((line) => `${indent} *${line === '' ? '' : ` ${line}`}\n`).join('')}${indent} */\n`;
}
