// The server SDK as merchants get it: the packed tarball, installed without a network into a project that has nothing else, judged
// by the compiler under strict, run as ESM and as CommonJS, and in a place that knows web standards only.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import vm from 'node:vm';
import { build } from 'vite';
import { installTarball, packSdk } from '../../scripts/build-sdk.ts';
import { root } from '../../scripts/step.ts';

const run = promisify(execFile);
let scratch: string;
let project: string;
let installed: string;
let packed: Awaited<ReturnType<typeof packSdk>>;

before(async () => {
  scratch = await fs.mkdtemp(path.join(os.tmpdir(), 'florin-package-'));
  packed = await packSdk(scratch);
  project = path.join(scratch, 'project');
  await fs.mkdir(project);
  await fs.writeFile(path.join(project, 'package.json'), '{ "name": "shop", "private": true }\n');
  await installTarball(packed.tarball, project);
  installed = path.join(project, 'node_modules', '@florin', 'sdk');
});

after(async () => {
  await fs.rm(scratch, { recursive: true, force: true });
});

const write = (name: string, text: string) => fs.writeFile(path.join(project, name), text);

test('the tarball holds what runs, its types, its words and its licence, and is small', async (t) => {
  const files = (await fs.readdir(installed, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(installed, path.join(entry.parentPath, entry.name)));
  const strange = files.filter(
    (file) => !/^(package\.json|README\.md|LICENSE|dist\/(esm|cjs)\/([\w/-]+\.(js|d\.ts)|package\.json))$/.test(file),
  );
  assert.deepEqual(strange, []);
  assert.ok(['README.md', 'LICENSE'].every((name) => files.includes(name)));
  assert.deepEqual(
    await fs.readdir(path.join(project, 'node_modules')).then((names) => names.filter((n) => !n.startsWith('.'))),
    ['@florin'],
  );
  t.diagnostic(`packed ${packed.size} bytes, unpacked ${packed.unpacked} bytes, ${files.length} files`);
  assert.ok(packed.size < 120_000, `${packed.size} bytes packed`);
});

test('every place that package.json names is there, and each import in the package leads to a file of it', async () => {
  const told = JSON.parse(await fs.readFile(path.join(installed, 'package.json'), 'utf8')) as Record<string, unknown>;
  assert.deepEqual(
    [told['name'], told['license'], told['sideEffects'], told['dependencies']],
    ['@florin/sdk', 'Apache-2.0', false, undefined],
  );
  const places =
    JSON.stringify([told['exports'], told['main'], told['module'], told['types']]).match(/\.\/[^"]+/g) ?? [];
  assert.ok(places.length >= 8);
  for (const place of new Set(places.filter((one) => one !== './package.json')))
    await fs.access(path.join(installed, place));
  for (const name of await fs.readdir(path.join(installed, 'dist'), { recursive: true })) {
    if (!/\.(js|d\.ts)$/.test(name)) continue;
    const text = await fs.readFile(path.join(installed, 'dist', name), 'utf8');
    for (const [, from = ''] of text.matchAll(/(?:\bfrom |\brequire\(|\bimport\()["']([^"']+)["']/g)) {
      assert.match(from, /^\.\.?\/.*\.js$/, `${name} imports ${from}`);
      await fs.access(path.join(installed, 'dist', path.dirname(name), from));
    }
  }
});

const typed = `
declare const console: { log(text: string): void };
export async function main(apiKey: string, baseUrl: string, fetch: Fetch): Promise<number> {
  const florin = new Florin({ apiKey, baseUrl, fetch, maxRetries: 1 });
  const payment = await florin.payments.create({ amount: 1999, currency: 'USD' }, { idempotencyKey: 'order_1' });
  const amount: number = payment.amount;
  // Known values are listed, unknown ones are allowed.
  switch (payment.status) {
    case 'completed':
      break;
    case 'a status of tomorrow':
      break;
  }
  // @ts-expect-error an amount is a number of minor units
  await florin.payments.create({ amount: '19.99', currency: 'USD' });
  // @ts-expect-error there is no such field
  await florin.payments.create({ amuont: 1999, currency: 'USD' });
  // @ts-expect-error there is no such field
  payment.amuont;
  // @ts-expect-error baseUrl is needed
  new Florin({ apiKey });
  for await (const refund of florin.refunds.list({ payment: payment.id })) console.log(refund.id.toUpperCase());
  const page = await florin.refunds.list();
  const event = await verifyWebhook({ body: new Uint8Array(), headers: { 'webhook-id': 'x' }, secret: ['a', 'b'] });
  if (isEvent(event, 'refund.succeeded')) console.log(event.data.payment);
  // @ts-expect-error what data holds is unknown before the type was asked
  event.data.payment;
  try {
    await florin.getSubscription('sub_1');
  } catch (error) {
    if (error instanceof ApiError) console.log([error.code, error.requestId, error.problem?.detail].join());
  }
  return amount + page.data.length;
}
`;
const names = 'ApiError, type Fetch, Florin, isEvent, verifyWebhook';

test('it type-checks under strict as ESM and CommonJS, with and without the types of a browser, checking libraries too', async () => {
  await write('use.mts', `import { ${names} } from '@florin/sdk';${typed}`);
  await write('use.cts', `import { ${names} } from '@florin/sdk';${typed}`);
  const tsc = path.join(root, 'node_modules', '.bin', 'tsc');
  const strict = [
    '--noEmit',
    '--strict',
    '--exactOptionalPropertyTypes',
    '--noUncheckedIndexedAccess',
    '--target',
    'es2022',
  ];
  for (const lib of ['es2023', 'es2023,dom,dom.iterable', 'es2023,webworker'])
    for (const resolution of ['--module nodenext', '--module esnext --moduleResolution bundler']) {
      const files = resolution.includes('bundler') ? ['use.mts'] : ['use.mts', 'use.cts'];
      const args = [tsc, ...strict, '--types', '', '--lib', lib, ...resolution.split(' '), ...files];
      await run(process.execPath, args, { cwd: project }).catch((error: { stdout: string }) =>
        assert.fail(`${lib} ${resolution}:\n${error.stdout}`),
      );
    }
  // Every runtime's own fetch and crypto fit, as its own types tell them.
  await write(
    'native.mts',
    `import { Florin } from '@florin/sdk';
export const florin = new Florin({ apiKey: 'sk_test_1', baseUrl: 'https://x.example', fetch, crypto });
export const one = florin.payments.get('pay_1', { signal: AbortSignal.timeout(1) });`,
  );
  for (const lib of [
    ['--lib', 'es2023,dom'],
    ['--lib', 'es2023,webworker'],
    ['--lib', 'es2023', '--types', 'node', '--typeRoots', path.join(root, 'node_modules', '@types')],
  ])
    await run(
      process.execPath,
      [
        tsc,
        ...strict,
        ...(lib.length > 2 ? [] : ['--types', '']),
        ...lib,
        '--module',
        'nodenext',
        '--skipLibCheck',
        'native.mts',
      ],
      {
        cwd: project,
      },
    ).catch((error: { stdout: string }) => assert.fail(`${lib.join(' ')}:\n${error.stdout}`));
});

test('every example of the README type-checks, and its quick start runs as printed', async (t) => {
  const text = await fs.readFile(path.join(installed, 'README.md'), 'utf8');
  const examples = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);
  assert.ok(examples.length >= 5);
  const ends = `\ndeclare const process: { env: Record<string, string | undefined> };\n`;
  const files = examples.map((_code, i) => `readme-${i}.mts`);
  for (const [i, code] of examples.entries()) await write(files[i] ?? '', `${code}${ends}`);
  const tsc = path.join(root, 'node_modules', '.bin', 'tsc');
  const args = '--noEmit --strict --target es2022 --module nodenext --lib es2023,dom'.split(' ');
  await run(process.execPath, [tsc, ...args, '--types', '', ...files], { cwd: project }).catch(
    (error: { stdout: string }) => assert.fail(error.stdout),
  );
  const env = { ...process.env, FLORIN_API: await listening(t), FLORIN_SECRET_KEY: 'sk_test_1' };
  const { stdout } = await run(process.execPath, [files[0] ?? ''], { cwd: project, env });
  assert.match(stdout, /pay_2[\s\S]*pay_1/);
});

const program = `
(async () => {
  const florin = new Florin({ apiKey: 'sk_test_1', baseUrl });
  const payment = await florin.payments.create({ amount: 1999, currency: 'USD' });
  const walked = [];
  for await (const one of florin.payments.list()) walked.push(one.id);
  const refused = await florin.payments.get('pay_none').catch((error) => error);
  const body = '{"id":"evt_1","type":"x.y","data":{}}';
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const headers = await signWebhook({ id: 'evt_1', body, secret });
  const event = await verifyWebhook({ body: new TextEncoder().encode(body), headers, secret });
  const parsed = await verifyWebhook({ body: JSON.parse(body), headers, secret }).catch((error) => error.code);
  return [payment.wings, walked.join(), refused instanceof NotFoundError, refused.code, event.type, parsed].join(' ');
})()`;
const expected = 'yes pay_2,pay_1 true not_found x.y body_parsed';

async function listening(t: { after(work: () => void): void }): Promise<string> {
  const server = createServer((request, response) => {
    const row = { id: 'pay_1', wings: 'yes' };
    const [status, body]: [number, object] =
      request.url === '/v1/payments/pay_none'
        ? [404, { code: 'not_found', detail: 'No.' }]
        : request.method === 'POST'
          ? [201, row]
          : [
              200,
              {
                object: 'list',
                data: request.url?.includes('after') ? [row] : [{ id: 'pay_2' }],
                has_more: !request.url?.includes('after'),
              },
            ];
    request
      .resume()
      .on('end', () => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const used = 'Florin, NotFoundError, signWebhook, verifyWebhook';

test('it runs as ESM and as CommonJS', async (t) => {
  const baseUrl = JSON.stringify(await listening(t));
  const rest = `\nconst baseUrl = ${baseUrl};\n${program}.then((line) => console.log(line));\n`;
  await write('run.mjs', `import { ${used} } from '@florin/sdk';${rest}`);
  await write('run.cjs', `const { ${used} } = require('@florin/sdk');${rest}`);
  for (const file of ['run.mjs', 'run.cjs']) {
    const { stdout, stderr } = await run(process.execPath, [file], { cwd: project });
    assert.equal(stdout.trim(), expected, `${file}: ${stderr}`);
  }
});

async function bundle(text: string, format: 'iife' | 'es'): Promise<string> {
  await write('entry.js', text);
  const made = await build({
    root: project,
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: true,
      lib: { entry: path.join(project, 'entry.js'), formats: [format], name: 'made' },
    },
  });
  const [output] = Array.isArray(made) ? made : [made];
  assert.ok(output && 'output' in output);
  return output.output[0].code;
}

test('it runs where there are web standards and nothing else: no process, no Buffer, no require', async (t) => {
  const baseUrl = await listening(t);
  const code = await bundle(`export { ${used} } from '@florin/sdk';`, 'iife');
  const { fetch, crypto, TextEncoder, TextDecoder, AbortController, setTimeout, clearTimeout, URL, atob, btoa } =
    globalThis;
  const place = vm.createContext({
    fetch,
    crypto,
    TextEncoder,
    TextDecoder,
    AbortController,
    setTimeout,
    clearTimeout,
    URL,
    atob,
    btoa,
    baseUrl,
  });
  assert.equal(
    vm.runInContext('typeof process + typeof Buffer + typeof require', place),
    'undefinedundefinedundefined',
  );
  vm.runInContext(`${code};var { ${used} } = made;`, place);
  assert.equal(await vm.runInContext(program, place), expected);
});

test('a bundler keeps only what is used', async (t) => {
  const all = await bundle(`export * from '@florin/sdk';`, 'es');
  const one = await bundle(`export { verifyWebhook } from '@florin/sdk';`, 'es');
  const some = await bundle(`export { PaymentsResource, Transport } from '@florin/sdk';`, 'es');
  t.diagnostic(
    `minified: everything ${all.length}, verifyWebhook ${one.length}, payments alone ${some.length} characters`,
  );
  assert.ok(all.includes('/v1/settlements') && all.includes('webhook-signature'));
  assert.ok(!one.includes('/v1/'), 'no resource comes along with verifyWebhook');
  assert.ok(!some.includes('/v1/settlements') && !some.includes('webhook-signature'));
  const nothing = await bundle(`import '@florin/sdk';`, 'es');
  assert.equal(nothing.trim(), '');
});
