// What is published: small, free of dependencies, loaded by a bundler, by Node and by a script tag, typed for strict projects of both
// kinds. Packed and installed as npm would do it, away from this tree.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { createContext, runInContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { npm } from '../../scripts/build-sdk.ts';
import { buildSdk, distFolder, most_bytes } from './build.ts';

const run = promisify(execFile);
const here = import.meta.dirname;
const tsc = resolve(here, '../../node_modules/.bin/tsc');

let project: string;
let installed: string;

before(async () => {
  await buildSdk();
  project = await mkdtemp(join(tmpdir(), 'florin-js-'));
  const args = ['pack', '--ignore-scripts', '--offline', '--silent', '--pack-destination', project];
  await npm(args, here);
  const [tarball = ''] = (await readdir(project)).filter((name) => name.endsWith('.tgz'));
  installed = join(project, 'node_modules/@florin/js');
  await mkdir(installed, { recursive: true });
  await run('tar', ['-xzf', join(project, tarball), '-C', installed, '--strip-components=1']);
});

after(() => rm(project, { recursive: true, force: true }));

test('each build is at most 6 kB gzip', async (t) => {
  for (const name of ['index.mjs', 'index.umd.js']) {
    const bytes = gzipSync(await readFile(join(installed, 'dist', name)), { level: 9 }).length;
    t.diagnostic(`${name}: ${bytes} B gzip`);
    assert.ok(bytes <= 6_144 && bytes <= most_bytes, `${name} weighs ${bytes} B`);
  }
});

test('the package holds what it needs and no more, and depends on nothing', async () => {
  const files = (await readdir(installed, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(installed.length + 1))
    .sort();
  assert.deepEqual(files, [
    'LICENSE',
    'README.md',
    'dist/index.d.mts',
    'dist/index.d.ts',
    'dist/index.mjs',
    'dist/index.umd.js',
    'dist/package.json',
    'package.json',
  ]);
  const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
  for (const kind of ['dependencies', 'peerDependencies', 'optionalDependencies'])
    assert.equal(manifest[kind], undefined);
  for (const file of files.filter((name) => name.startsWith('dist/index')))
    assert.doesNotMatch(
      await readFile(join(installed, file), 'utf8'),
      /\bimport\b[^;]*\bfrom\b|\brequire\(|\/\/# source/,
    );
});

const program = `
const florin: Florin = await loadFlorin('pk_test_1', {
  checkoutEnvironment: 'sandbox', apiBaseUrl: { sandbox: 'https://pay.example.com' }, locale: 'en-US', origin: 'https://a.example', fetchImpl: fetch });
await florin.redirectToCheckout({ sessionParam: 'sess_1#token', replace: false });
const embedded: EmbeddedCheckout = await florin.initEmbeddedCheckout({
  async fetchSession() { return { sessionId: 'sess_1', checkoutUrl: 'https://pay.example.com/pay/sess_1' }; },
  onEvent(event) {
    if (event.type === 'resize') event.payload.height satisfies number;
    if (event.type === 'complete') event.payload.state satisfies CheckoutState;
    // @ts-expect-error only a resize has a height
    if (event.type === 'error') event.payload.height satisfies number;
  },
  async pollStatus({ sessionId, orderId, attempt }) {
    return attempt > 3 ? { state: 'error', payload: { sessionId, orderId } } : null;
  },
  pollIntervalMs: 500, autoResize: false, autoDestroyOnComplete: false,
});
embedded.mount(document.body);
const off: () => void = embedded.on('hosted_return', (event) => { location.href = event.payload.url; });
off();
// @ts-expect-error no such event
embedded.on('paid', () => {});
// @ts-expect-error no such environment
await loadFlorin('pk_test_1', { checkoutEnvironment: 'live' });
const { mounted, destroyed }: { mounted: boolean; destroyed: boolean } = embedded.getState();
try { embedded.unmount(); embedded.destroy(); } catch (error) {
  if (error instanceof FlorinError && error.code === FLORIN_ERROR_CODES.CONTAINER_NOT_FOUND) console.log(mounted, destroyed, error.message);
}`;

test('types hold in strict projects, as an ES module and as CommonJS', async () => {
  const names = 'loadFlorin, FlorinError, FLORIN_ERROR_CODES';
  const types = 'CheckoutState, EmbeddedCheckout, Florin';
  await writeFile(
    join(project, 'esm.mts'),
    `import { ${names}, type ${types.replaceAll(', ', ', type ')} } from '@florin/js';\n${program}`,
  );
  await writeFile(
    join(project, 'cjs.cts'),
    `import florinJs = require('@florin/js');
const { ${names} } = florinJs;
${types
  .split(', ')
  .map((name) => `type ${name} = florinJs.${name};`)
  .join('\n')}
async function main() {${program}}
void main();`,
  );
  const compilerOptions = {
    target: 'es2022',
    module: 'nodenext',
    lib: ['es2022', 'dom'],
    types: [],
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noUnusedLocals: true,
    skipLibCheck: false,
    verbatimModuleSyntax: true,
    noEmit: true,
  };
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['esm.mts', 'cjs.cts'] }));
  await run(process.execPath, [tsc, '-p', project]).catch((error: { stdout: string }) => assert.fail(error.stdout));
});

test('it loads as an ES module and as CommonJS, without a browser, and says what it lacks', async () => {
  const ask = `loadFlorin('pk_test_1', { checkoutBaseUrl: 'https://pay.example.com' })
    .then((florin) => florin.redirectToCheckout({ sessionId: 'sess_1' }))
    .catch((error) => console.log(error instanceof FlorinError, error.code === FLORIN_ERROR_CODES.NOT_IN_BROWSER));`;
  await writeFile(
    join(project, 'run.mjs'),
    `import { FLORIN_ERROR_CODES, FlorinError, loadFlorin } from '@florin/js';\n${ask}`,
  );
  await writeFile(
    join(project, 'run.cjs'),
    `const { FLORIN_ERROR_CODES, FlorinError, loadFlorin } = require('@florin/js');\n${ask}`,
  );
  for (const name of ['run.mjs', 'run.cjs']) {
    const { stdout, stderr } = await run(process.execPath, [join(project, name)]);
    assert.deepEqual([stdout, stderr], ['true true\n', ''], name);
  }
});

test('by a script tag it makes one global; the tag says where Florin is, by its address or by an attribute', async () => {
  const code = await readFile(join(distFolder, 'index.umd.js'), 'utf8');
  for (const [src, dataset, expected] of [
    ['https://pay.example.com/sdk/florin.js', {}, 'https://pay.example.com/v1/sdk/bootstrap'],
    ['https://example.com/pay/sdk/florin.js?v=2', {}, 'https://example.com/pay/v1/sdk/bootstrap'],
    [
      'https://shop.example/js/index.umd.js',
      { apiBaseUrl: 'https://pay.example.com' },
      'https://pay.example.com/v1/sdk/bootstrap',
    ],
    ['https://shop.example/js/index.umd.js', {}, undefined],
  ] as const) {
    class HTMLScriptElement {
      readonly src = src;
      readonly dataset = dataset;
    }
    const asked: string[] = [];
    const fetch = async (url: string) => {
      asked.push(url);
      return new Response('{}');
    };
    const page = createContext({
      document: { currentScript: new HTMLScriptElement() },
      HTMLScriptElement,
      fetch,
      URL,
      AbortController,
      setTimeout,
      clearTimeout,
    });
    const own = new Set(Object.keys(page));
    runInContext(code, page);
    assert.deepEqual(
      Object.keys(page).filter((name) => !own.has(name)),
      ['Florin'],
    );
    const failed = await runInContext(
      `Florin.loadFlorin('pk_test_1', { checkoutEnvironment: 'sandbox' }).catch((e) => e.code)`,
      page,
    );
    assert.deepEqual(asked, expected === undefined ? [] : [expected]);
    assert.equal(failed, expected === undefined ? 'INVALID_CHECKOUT_ENV' : 'INVALID_BOOTSTRAP_RESPONSE');
  }
});
