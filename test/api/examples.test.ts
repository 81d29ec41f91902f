// Every example of the reference works: each is sent to the app as it stands, and the answer has the shape that is documented.
// `RECORD=1` writes the answers to src/api/docs-answers.json, which the reference prints; nothing secret may get in there.

import { strict as assert } from 'node:assert';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Compile } from 'typebox/compile';
import { answers } from '../../src/api/docs-answers.ts';
import { bySecret, fill, type Input, namesIn, recipes, requestOf, routeOf } from '../../src/api/docs-examples.ts';
import { routes } from '../../src/api/native/routes.ts';
import type { Route } from '../../src/api/route.ts';
import { must } from '../../src/kit/assert.ts';
import { openWorld, type World } from '../kit/world.ts';

const answer = async () => ({ status: 200, headers: {}, body: 'ok' });
const outbound = { post: answer, get: answer, close: async () => {} };
const recorded: Record<string, unknown> = {};
const kept = new Map<string, string>();
let world: World;

before(async () => {
  world = await openWorld({ outbound, mailer: { send: async () => {} } });
});
after(async () => {
  await world.close();
  // A run in which something failed would take away answers that were there.
  if (process.env['RECORD'] !== '1' || Object.keys(recorded).length < routes.length) return;
  writeFileSync(
    resolve(import.meta.dirname, '../../src/api/docs-answers.json'),
    `${JSON.stringify(recorded, null, 2)}\n`,
  );
});

async function send(route: Route, input: Input) {
  const { path, query, body } = requestOf(route, input);
  const text = query.length > 0 ? `?${new URLSearchParams(query)}` : '';
  return await world.call(route.method, path + text, body, {
    as: bySecret(route) ? world.tenant.secret : world.tenant.publishable,
  });
}

async function valuesFor(input: Input): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const name of namesIn(input)) values[name] = kept.get(name) ?? (await make(name));
  return values;
}

async function make(name: string): Promise<string> {
  const recipe = must(recipes[name], `src/api/docs-examples.ts has a recipe for {${name}}`);
  if (recipe.first) {
    await send(routeOf(recipe.first.op), fill(recipe.first.input, await valuesFor(recipe.first.input)));
    world.clock.advance((recipe.first.wait_s ?? 0) * 1_000);
    await world.work();
  }
  const reply = await send(routeOf(recipe.op), fill(recipe.input, await valuesFor(recipe.input)));
  const id = /"id":"([^"]+)"/.exec(reply.text)?.[1];
  assert.ok(reply.status < 300 && id, `{${name}}: ${reply.text}`);
  if (!recipe.fresh) kept.set(name, id);
  return id;
}

/** What must not stand in a file of the repository, be it of a database that is gone. */
const masked = (text: string) =>
  text
    .replaceAll(/\b([sp]k_test_)[A-Za-z0-9]{40}/g, '$1…')
    .replaceAll(/\bacs_[A-Za-z0-9]{40}/g, 'acs_…')
    .replaceAll(/whsec_[A-Za-z0-9+/=]+/g, 'whsec_…')
    .replaceAll(/(tok_[0-9a-z]{26})~[\w-]+/g, '$1~…')
    .replaceAll(/(\/(?:invoice|credit_note)\/(?:in|cn)_[0-9a-z]{26}\/)[\w-]{58}/g, '$1…')
    .replaceAll(/(\/enter\/)[A-Za-z0-9]{43}/g, '$1…')
    .replaceAll('http://florin.test', 'http://localhost:4242');

function record(route: Route, body: { data?: unknown[]; has_more?: boolean }) {
  const short =
    Array.isArray(body.data) && body.data.length > 1
      ? {
          ...body,
          data: body.data.slice(0, 1),
          has_more: body.has_more === undefined ? undefined : route.op.name !== 'balances.list',
        }
      : body;
  // A whole mail is not printed.
  const cut = (_name: string, value: unknown) =>
    typeof value === 'string' && value.length > 2_000 ? `${value.slice(0, 120)}…` : value;
  recorded[route.op.name] = JSON.parse(masked(JSON.stringify(short)), cut);
}

type Node = { properties?: Record<string, Node>; items?: Node; anyOf?: Node[]; patternProperties?: unknown };

/** Names in an answer that its schema does not tell of: the door checks what comes in, this what goes out. */
function untold(schema: Node, value: unknown, at = ''): string[] {
  if (value === null || typeof value !== 'object') return [];
  const node = schema.anyOf?.find((one) => one.properties || one.items || one.patternProperties) ?? schema;
  if (Array.isArray(value)) return value.flatMap((one, i) => untold(node.items ?? {}, one, `${at}[${i}]`));
  if (!node.properties) return [];
  return Object.entries(value).flatMap(([name, child]) => {
    const known = node.properties?.[name];
    return known ? untold(known, child, `${at}.${name}`) : [`${at}.${name}`];
  });
}

describe('the examples of the reference', () => {
  for (const route of routes) {
    test(`${route.method} ${route.path} (${route.op.name}) answers as documented`, async () => {
      const needs = (route.op.input as { required?: string[] }).required ?? [];
      assert.ok(route.op.example || needs.length === 0, `${route.op.name} needs input, so it needs an example`);
      const example = route.op.example ?? {};
      const reply = await send(route, fill(example, await valuesFor(example)));
      assert.equal(reply.status, route.status ?? 200, reply.text);
      if (route.download) {
        assert.match(String(reply.headers['content-disposition']), /^attachment; filename="[\w.-]+"$/);
        const drawn = reply.text.startsWith('%PDF-');
        recorded[route.op.name] = drawn ? '%PDF-1.3 …' : masked(reply.text.split('\r\n').slice(0, 2).join('\n'));
        return;
      }
      const shape = Compile(route.op.output);
      assert.ok(shape.Check(reply.body), `${reply.text} ${JSON.stringify(shape.Errors(reply.body))}`);
      assert.deepEqual(untold(route.op.output as Node, reply.body), []);
      record(route, reply.body as object);
    });

    test(`${route.op.name}: the printed answer has the documented shape`, {
      skip: process.env['RECORD'] === '1',
    }, () => {
      const answer = answers[route.op.name];
      assert.ok(answer !== undefined, 'record it: RECORD=1 npm test -- test/api/examples.test.ts');
      if (route.download) return assert.equal(typeof answer, 'string');
      assert.ok(
        Compile(route.op.output).Check(answer),
        'the shape changed; record it again: RECORD=1 npm test -- test/api/examples.test.ts',
      );
    });
  }

  test('no printed answer holds a key, a signing secret or a whole token', () => {
    assert.doesNotMatch(
      JSON.stringify(answers),
      /[sp]k_(test|live)_[A-Za-z0-9]{8}|whsec_[A-Za-z0-9]|acs_[A-Za-z0-9]{8}|tok_\w+~[\w-]/,
    );
  });

  test('the books hold after all of them', async () => {
    await world.work();
    await world.verify();
  });
});
