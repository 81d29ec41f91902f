// The commands of the reference, taken from the page as a reader would and run in one bash, in order: each of them works.

import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { routes } from '../../src/api/native/routes.ts';
import { openWorld, type World } from '../kit/world.ts';

const answer = async () => ({ status: 200, headers: {}, body: 'ok' });
const outbound = { post: answer, get: answer, close: async () => {} };
let world: World;
let url: string;

before(async () => {
  world = await openWorld({ outbound });
  url = await world.app.server.listen({ port: 0, host: '127.0.0.1' });
});
after(() => world.close());

const unescaped = (markup: string) =>
  markup
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&#96;', '`')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

/** Titles and texts of the listings on the page, top to bottom. */
async function listings(): Promise<{ title: string; text: string }[]> {
  const page = await (await fetch(`${url}/docs`)).text();
  const found = page.matchAll(/<pre[^>]* aria-label="([^"]*)"><code>([\s\S]*?)<\/code>/g);
  return [...found].map(([, title = '', text = '']) => ({
    title: unescaped(title),
    text: unescaped(text).replaceAll('http://florin.test', url),
  }));
}

async function bash(script: string): Promise<string> {
  const child = spawn('bash', ['-u'], {
    env: {
      PATH: process.env['PATH'],
      FLORIN_SECRET_KEY: world.tenant.secret,
      FLORIN_PUBLISHABLE_KEY: world.tenant.publishable,
    },
  });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (out += String(chunk)));
  child.stdin.end(script);
  let running = true;
  const ended = new Promise((done) => child.on('close', done)).then(() => {
    running = false;
  });
  // The worker of an installation runs beside; here the test is it.
  while (running) await Promise.race([ended, world.work().then(() => sleep(50))]);
  return out;
}

test('every command on the page runs as printed, in the order of the page', async () => {
  const all = await listings();
  const [keys, ...rest] = all.filter(({ title, text }) => /\bcurl\b|id_of/.test(text) || title.startsWith('1.'));
  assert.match(keys?.text ?? '', /^export FLORIN_SECRET_KEY=/);
  const requests = rest.filter(({ title }) => title.startsWith('Request: '));
  assert.equal(requests.length, routes.length);
  // What curl got is told by its exit code; nothing else differs from what a reader pastes.
  const script = [
    'curl() { command curl -sS --fail-with-body "$@"; }',
    ...rest.map(({ title, text }) => `${text}\nprintf '\\n@@ %s %s\\n' "$?" '${title.replaceAll("'", '’')}'`),
  ].join('\n');
  const out = await bash(script);
  const results = [...out.matchAll(/^@@ (\d+) (.*)$/gm)].map(([, code, title]) => ({ code, title }));
  assert.equal(results.length, rest.length, out.slice(-2000));
  const failed = results.filter(({ code }) => code !== '0');
  assert.deepEqual(failed, [], out);
  assert.doesNotMatch(out, /"doc_url":"|unbound variable|syntax error/);
  await world.verify();
});
