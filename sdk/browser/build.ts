// Builds the package: `dist/index.mjs`, `dist/index.umd.js` and their types. Does nothing when the sources are those of the last
// build. Must never take anything from a network, nor write one half of a build.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

const here = import.meta.dirname;
const root = resolve(here, '../..');
export const distFolder = join(here, 'dist');

/** Bytes, gzip, that each of the two may weigh. */
export const most_bytes = 6_144;

/** In the order in which one stands on another. */
const typed = ['errors', 'types', 'index'];

/** The scripts alone: all that a server needs that hands them to browsers. */
export async function buildScripts(): Promise<void> {
  await once('scripts', async () => {
    const [esm, umd] = await Promise.all([bundle('es'), bundle('umd')]);
    for (const [name, code] of [
      ['index.mjs', esm],
      ['index.umd.js', umd],
    ] as const) {
      const bytes = gzipSync(code, { level: 9 }).length;
      if (bytes > most_bytes)
        throw new Error(`${name} weighs ${bytes} bytes gzip; its bound is ${most_bytes} (sdk/browser/build.ts).`);
      await write(name, code);
    }
    // What ends in .js here is no ES module, whatever the package around says.
    await write('package.json', '{ "type": "commonjs" }\n');
  });
}

/** Everything that is packed. */
export async function buildSdk(): Promise<void> {
  await buildScripts();
  await once('types', async () => {
    const types = await declarations();
    await write('index.d.mts', types);
    await write('index.d.ts', types);
  });
}

/** Unless it was made from these very sources before. */
async function once(part: string, make: () => Promise<void>): Promise<void> {
  const sources = await hashOfSources();
  const stamp = `.${part}`;
  const before = await readFile(join(distFolder, stamp), 'utf8').catch(() => '');
  if (before === sources) return;
  await make();
  await write(stamp, sources);
}

async function hashOfSources(): Promise<string> {
  const files = (await readdir(join(here, 'src'))).sort().map((name) => join(here, 'src', name));
  const hash = createHash('sha256');
  for (const file of [...files, join(here, 'build.ts'), join(root, 'web/checkout/embedding.ts')])
    hash.update(await readFile(file)).update('\0');
  return hash.digest('hex');
}

async function bundle(format: 'es' | 'umd'): Promise<string> {
  const { build } = await import('vite');
  const result = await build({
    configFile: false,
    envDir: false,
    publicDir: false,
    root: here,
    logLevel: 'warn',
    build: {
      write: false,
      target: ['es2022', 'chrome100', 'firefox100', 'safari15.4'],
      reportCompressedSize: false,
      minify: true,
      lib: { entry: join(here, 'src/index.ts'), name: 'Florin', formats: [format], fileName: 'index' },
    },
  });
  const outputs = (Array.isArray(result) ? result : [result]).flatMap((one) => ('output' in one ? one.output : []));
  const [chunk] = outputs;
  if (chunk?.type !== 'chunk' || outputs.length !== 1) throw new Error('The SDK is one script.');
  return chunk.code;
}

/** One file of types: what is seen from outside, without the imports that held its parts together. */
async function declarations(): Promise<string> {
  const draft = join(distFolder, `.types-${process.pid}`);
  try {
    const args = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--outDir', draft, '--rootDir', root];
    await tsc(['-p', join(here, 'src/tsconfig.json'), ...args]);
    const parts = await Promise.all(
      typed.map((name) => readFile(join(draft, 'sdk/browser/src', `${name}.d.ts`), 'utf8')),
    );
    return `${parts
      .join('\n')
      .replaceAll(/^(?:import|export) [^;]*? from '\.[^']*';\n/gm, '')
      .replaceAll(/^\/\/ .*\n/gm, '')
      .trim()}\n`;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

function tsc(args: string[]): Promise<void> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [join(root, 'node_modules/.bin/tsc'), ...args]);
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
    });
    child.once('error', failed);
    child.once('close', (code) => (code === 0 ? done() : failed(new Error(`tsc: ${said}`))));
  });
}

/** Whole or not at all: two processes may build at once, and a third may be reading. */
async function write(name: string, text: string): Promise<void> {
  await mkdir(distFolder, { recursive: true });
  const draft = join(distFolder, `.${name}.${process.pid}`);
  await writeFile(draft, text);
  await rename(draft, join(distFolder, name));
}

if (import.meta.main) {
  await buildSdk();
  for (const name of ['index.mjs', 'index.umd.js']) {
    const bytes = gzipSync(await readFile(join(distFolder, name)), { level: 9 }).length;
    process.stdout.write(`@florin/js: ${name} ${bytes} B (gzip)\n`);
  }
}
