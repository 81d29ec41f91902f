// The OpenAPI document is whole, and the copy in the repository is that of the code: every reference leads somewhere, every
// schema is one, every example fits its schema, and nothing that a route has is left out.

import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { Compile } from 'typebox/compile';
import { eventTypes } from '../events/event.ts';
import { must } from '../kit/assert.ts';
import { faultCodes } from '../kit/fault.ts';
import { problems } from './native/errors.ts';
import { peopleRoutes } from './native/people-routes.ts';
import { routes as keyRoutes } from './native/routes.ts';
import { openapi } from './openapi.ts';

const routes = [...keyRoutes, ...peopleRoutes];
const document = openapi('http://localhost:4242');
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);
const operationNamed = (name: string) =>
  must(
    operations.find((o) => o.operation.operationId === name),
    name,
  );

type Tree = { [name: string]: unknown };
function walk(value: unknown, visit: (node: Tree, at: string) => void, at = '#'): void {
  if (value === null || typeof value !== 'object') return;
  if (!Array.isArray(value)) visit(value as Tree, at);
  for (const [name, child] of Object.entries(value)) walk(child, visit, `${at}/${name}`);
}

const resolved = (pointer: string): unknown =>
  pointer
    .slice(2)
    .split('/')
    .reduce<unknown>((node, name) => (node as Tree | undefined)?.[name], document);

/** With its references written out, so that it can be compiled alone. */
function inlined(schema: unknown): unknown {
  if (schema === null || typeof schema !== 'object') return schema;
  if (Array.isArray(schema)) return schema.map(inlined);
  const { $ref, ...rest } = schema as Tree;
  if (typeof $ref === 'string') return inlined(resolved($ref));
  return Object.fromEntries(Object.entries(rest).map(([name, child]) => [name, inlined(child)]));
}

test('openapi.json in the repository is up to date (npm run --silent openapi > openapi.json)', () => {
  const kept = readFileSync(resolve(import.meta.dirname, '../../openapi.json'), 'utf8');
  assert.ok(kept === `${JSON.stringify(document, null, 2)}\n`, 'run: npm run --silent openapi > openapi.json');
});

test('every route is an operation, once, under its own name', () => {
  assert.deepEqual(
    operations.map(({ path, method, operation }) => `${method.toUpperCase()} ${path} ${operation.operationId}`).sort(),
    routes.map((route) => `${route.method} ${route.path} ${route.op.name}`).sort(),
  );
  const ids = [
    ...operations.map((o) => o.operation.operationId),
    ...Object.values(document.webhooks).map((w) => w.post.operationId),
  ];
  assert.equal(new Set(ids).size, ids.length);
});

test('every $ref leads to something', () => {
  let count = 0;
  walk(document, (node, at) => {
    if (typeof node['$ref'] !== 'string') return;
    count += 1;
    assert.ok(node['$ref'].startsWith('#/') && resolved(node['$ref']) !== undefined, `${at}: ${node['$ref']}`);
  });
  assert.ok(count > 100);
});

test('every schema is one, and every titled schema is a component', () => {
  walk(document, (node, at) => {
    if (typeof node['schema'] === 'object') assert.doesNotThrow(() => Compile(inlined(node['schema']) as object), at);
    if (node['title'] !== undefined && !at.includes('/components/schemas/') && at !== '#/info')
      assert.equal(typeof node['title'], 'object', `${at} stands outside of components`);
  });
  for (const name of Object.keys(document.components.schemas)) assert.match(name, /^[A-Za-z0-9._-]+$/);
});

test('every example fits its schema', () => {
  for (const { operation } of operations) {
    const media = operation.requestBody?.content['application/json'];
    if (media?.example !== undefined)
      assert.ok(Compile(inlined(media.schema) as object).Check(media.example), operation.operationId);
    for (const parameter of operation.parameters ?? []) {
      if ('example' in parameter)
        assert.ok(
          Compile(inlined(parameter.schema) as object).Check(parameter.example),
          `${operation.operationId} ${parameter.name}`,
        );
    }
  }
});

test('each name in a path is a parameter, each tag and security scheme is declared, each answer is described', () => {
  const tags = new Set(document.tags.map((tag) => tag.name));
  const schemes = new Set(Object.keys(document.components['securitySchemes'] ?? {}));
  for (const { path, operation } of operations) {
    const names = (operation.parameters ?? []).flatMap((p) => ('in' in p && p.in === 'path' ? [p.name] : [])).sort();
    assert.deepEqual(names, [...path.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort(), path);
    assert.ok(
      operation.tags.every((tag) => tags.has(tag)),
      path,
    );
    assert.ok(
      operation.security.length > 0 &&
        operation.security.every((s) => Object.keys(s).every((name) => schemes.has(name))),
      path,
    );
    for (const [status, response] of Object.entries(operation.responses)) {
      const { description } = ('$ref' in response ? resolved(response.$ref) : response) as { description?: string };
      assert.ok(description, `${path} ${status}`);
    }
  }
});

test('a POST takes an idempotency key and says when its answer is a replay; a GET does not', () => {
  for (const { method, operation } of operations) {
    const takes = (operation.parameters ?? []).some(
      (p) => '$ref' in p && p.$ref === '#/components/parameters/IdempotencyKey',
    );
    // A visitor has no account in which an answer could be kept.
    const keeps = method === 'post' && operation['x-scope'] !== 'visitor:write';
    assert.equal(takes, keeps, operation.operationId);
  }
});

test('what an operation can refuse is listed under its status, as a problem document', () => {
  for (const route of routes) {
    const { operation } = operationNamed(route.op.name);
    for (const code of [
      ...route.op.faults,
      'authentication_required',
      'permission_denied',
      'rate_limited',
      'internal',
    ] as const) {
      const response = operation.responses[String(problems[code].status)];
      assert.ok(JSON.stringify(inlined(response)).includes(`"${code}"`), `${route.op.name} ${code}`);
    }
  }
  assert.deepEqual(document.components.schemas['Problem']?.properties?.['code']?.enum, [...faultCodes]);
});

test('an operation that a publishable key may call says so', () => {
  for (const route of routes) {
    const open = operationNamed(route.op.name).operation.security.some((s) => 'publishableKey' in s);
    assert.equal(open, route.op.actors.includes('publishable'), route.op.name);
  }
});

test('every event type is a webhook with the object that it carries', () => {
  assert.deepEqual(Object.keys(document.webhooks), [...eventTypes]);
  const bare = eventTypes.filter((type) => !JSON.stringify(document.webhooks[type]).includes('"data":{"$ref"'));
  assert.deepEqual(bare, []);
});
