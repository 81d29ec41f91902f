// Bundles what browsers load: `node web/build.ts`, or `build()` at the start of a process and of a test. Does nothing when the
// sources are those of the last build, and then does not even load the bundler. Must never take anything from a network.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type BuiltDashboard, bundleDashboard } from './build-dashboard.ts';

export type BuiltFile = {
  /** Below `/assets/`, with a hash of the content in its name. */
  file: string;
  /** For the `integrity` attribute. */
  integrity: string;
  gzip_bytes: number;
};

export type Manifest = {
  /** Hash of all sources: the same sources are not built again. */
  sources: string;
  checkout: { script: BuiltFile; style: BuiltFile };
  /** The script of the page where a card is typed, and the style of all pages. */
  portal: { script: BuiltFile; style: BuiltFile };
  dashboard: BuiltDashboard;
};

const web = import.meta.dirname;
const dist = resolve(web, 'dist');
export const distFolder = dist;
const manifestFile = join(dist, 'manifest.json');

/** Bytes, gzip, that script and style of a page may weigh together. The page of QUALITY may have 45 kB in all. */
const most_bytes = 16_000;

/** For a process that stays: the bundler runs in one of its own, because it takes 300 MB and does not give them back. */
export async function ensureBuilt(): Promise<void> {
  if (await isBuilt(await hashOfSources())) return;
  const child = spawn(process.execPath, [import.meta.filename], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error('What browsers load could not be built; the reason is above.');
}

async function isBuilt(sources: string): Promise<boolean> {
  const before = await readManifest();
  return before?.sources === sources && (await present(before));
}

export async function build(): Promise<void> {
  const sources = await hashOfSources();
  if (await isBuilt(sources)) return;
  const checkout = await bundlePage('checkout');
  const portal = await bundlePage('portal');
  const dashboard = await bundleDashboard(web, (file, content) => write(join(dist, file), content));
  const manifest: Manifest = { sources, checkout, portal, dashboard };
  await write(manifestFile, JSON.stringify(manifest, null, 2));
  await sweep(manifest);
}

export async function readManifest(): Promise<Manifest | undefined> {
  try {
    return JSON.parse(await readFile(manifestFile, 'utf8')) as Manifest;
  } catch {
    return undefined;
  }
}

/** What pages share with the server: money and the names of events. */
const ofServer = ['kit/assert.ts', 'kit/fault.ts', 'kit/money.ts', 'events/event-types.ts'].map((file) =>
  resolve(web, '../src', file),
);

const filesOf = ({ checkout, portal, dashboard }: Manifest): string[] => [
  ...[checkout, portal].flatMap((page) => (page ? [page.script.file, page.style.file] : [])),
  ...(dashboard?.files ?? []).flatMap(({ file }) => [file, `${file}.gz`, `${file}.br`]),
];

async function present(manifest: Manifest): Promise<boolean> {
  const there = await Promise.all(filesOf(manifest).map((file) => readFile(join(dist, file)).catch(() => undefined)));
  return there.every((content) => content !== undefined);
}

/** Everything below `web/` that a bundle could be made of, and the version of what makes it. */
async function hashOfSources(): Promise<string> {
  const entries = await readdir(web, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && /\.(?:tsx?|css)$/.test(entry.name) && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.startsWith(dist))
    .concat(ofServer)
    .sort();
  const hash = createHash('sha256');
  // The libraries of the dashboard: another version of one makes another bundle.
  const { dependencies } = JSON.parse(await readFile(resolve(web, '../package.json'), 'utf8'));
  hash.update(JSON.stringify(dependencies));
  for (const path of paths)
    hash
      .update(relative(web, path))
      .update('\0')
      .update(await readFile(path))
      .update('\0');
  return hash.digest('hex');
}

async function bundlePage(name: 'checkout' | 'portal'): Promise<Manifest['checkout']> {
  const { build: bundle } = await import('vite');
  const result = await bundle({
    configFile: false,
    envDir: false,
    publicDir: false,
    root: join(web, name),
    logLevel: 'warn',
    build: {
      write: false,
      target: ['es2022', 'chrome100', 'firefox100', 'safari15.4'],
      modulePreload: { polyfill: false },
      cssCodeSplit: false,
      reportCompressedSize: false,
      rolldownOptions: {
        input: join(web, name, 'client', 'main.ts'),
        // A plain script: it runs where it stands, and a module would wait for a turn of its own.
        output: {
          format: 'iife',
          intro: '"use strict";',
          entryFileNames: `${name}.js`,
          assetFileNames: `${name}[extname]`,
        },
      },
    },
  });
  const outputs = (Array.isArray(result) ? result : [result]).flatMap((one) => ('output' in one ? one.output : []));
  const script = outputs.find((one) => one.type === 'chunk');
  const style = outputs.find((one) => one.type === 'asset' && one.fileName.endsWith('.css'));
  if (script?.type !== 'chunk' || style?.type !== 'asset' || outputs.length !== 2) {
    throw new Error(
      `The ${name} is one script and one style sheet; the bundler made ${outputs.map((one) => one.fileName).join(', ')}.`,
    );
  }
  const { code } = script;
  if (/<\/script|<!--/i.test(code))
    throw new Error('The script travels inside a page, so it may hold neither "</script" nor "<!--".');
  const css = Buffer.from(style.source)
    .toString('utf8')
    .replace(/\/\*[^*]*\*\/\s*$/, '')
    .trim();
  if (css.includes('<')) throw new Error('The style sheet travels inside a page, so it may hold no "<".');
  const built = { script: await keep(name, 'js', code), style: await keep(name, 'css', css) };
  const bytes = built.script.gzip_bytes + built.style.gzip_bytes;
  if (bytes > most_bytes)
    throw new Error(`The ${name} weighs ${bytes} bytes gzip; its bound is ${most_bytes} (web/build.ts).`);
  return built;
}

async function keep(folder: string, extension: string, text: string): Promise<BuiltFile> {
  const digest = createHash('sha384').update(text).digest();
  const file = `${folder}/${basename(folder)}-${digest.toString('hex').slice(0, 12)}.${extension}`;
  await write(join(dist, file), text);
  return { file, integrity: `sha384-${digest.toString('base64')}`, gzip_bytes: gzipSync(text, { level: 9 }).length };
}

/** Whole or not at all: two processes may build at once, and a third may be reading. */
async function write(path: string, text: string | Uint8Array): Promise<void> {
  await mkdir(resolve(path, '..'), { recursive: true });
  const draft = `${path}.${process.pid}.draft`;
  await writeFile(draft, text);
  await rename(draft, path);
}

/** Removes what earlier builds left. A running process has its files in memory. */
async function sweep(manifest: Manifest): Promise<void> {
  const kept = new Set(filesOf(manifest).map((file) => basename(file)));
  for (const folder of [join(dist, 'checkout'), join(dist, 'portal'), join(dist, 'dashboard')]) {
    for (const name of await readdir(folder)) {
      if (!kept.has(name) && !name.endsWith('.draft')) await rm(join(folder, name), { force: true });
    }
  }
}

if (import.meta.main) {
  const start = performance.now();
  await build();
  const manifest = await readManifest();
  const { script, style } = manifest?.checkout ?? {};
  const portal = (manifest?.portal.script.gzip_bytes ?? 0) + (manifest?.portal.style.gzip_bytes ?? 0);
  process.stdout.write(
    `checkout: script ${script?.gzip_bytes} B, style ${style?.gzip_bytes} B (gzip); portal: ${portal} B; dashboard: first page ${manifest?.dashboard.first_bytes} B in ${manifest?.dashboard.files.length} files; ${Math.round(performance.now() - start)} ms\n`,
  );
}
