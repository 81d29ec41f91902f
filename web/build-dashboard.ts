// Bundles the dashboard: one entry, a chunk per page, compressed while building so that no process does it at its start. Must
// never let the first page grow beyond its bound, and never put a setting or a secret into a bundle.

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

export type DashboardFile = { file: string; integrity: string; gzip_bytes: number };

export type BuiltDashboard = {
  entry: DashboardFile;
  /** Style sheets of the first page, in order. */
  styles: DashboardFile[];
  /** Scripts that the entry imports, to be asked for at once. */
  preload: string[];
  /** Everything, with the chunks of pages that are opened later. */
  files: DashboardFile[];
  /** Gzip bytes of what a browser must have before it shows the first page, the overview. */
  first_bytes: number;
};

/** What the first page may weigh, gzip: the bound of the product. */
export const most_dashboard_bytes = 250_000;

type Chunk = { type: 'chunk'; fileName: string; name: string; code: string; isEntry: boolean; imports: string[] };

const zip = promisify(gzip);
const brotli = promisify(brotliCompress);

export async function bundleDashboard(
  web: string,
  write: (file: string, content: string | Uint8Array) => Promise<void>,
): Promise<BuiltDashboard> {
  const { build: bundle } = await import('vite');
  const root = join(web, 'dashboard');
  const result = await bundle({
    configFile: false,
    envDir: false,
    publicDir: false,
    root,
    base: './',
    logLevel: 'warn',
    // Said here, because a test run has a NODE_ENV of its own and would get the libraries' slow builds.
    define: { 'process.env.NODE_ENV': '"production"' },
    resolve: { conditions: ['module', 'browser', 'production'] },
    oxc: { jsx: { runtime: 'automatic', development: false } },
    build: {
      write: false,
      target: ['es2022', 'chrome107', 'firefox104', 'safari16'],
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      assetsInlineLimit: 0,
      cssCodeSplit: false,
      rolldownOptions: {
        input: join(root, 'client', 'main.tsx'),
        // The libraries' "use client" is for servers that render React; here everything is for the browser.
        onLog: (level, log, handle) => {
          if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handle(level, log);
        },
        output: {
          entryFileNames: '[name]-[hash].js',
          chunkFileNames: '[name]-[hash].js',
          assetFileNames: '[name]-[hash][extname]',
        },
      },
    },
  });
  const outputs = (Array.isArray(result) ? result : [result]).flatMap((one) => ('output' in one ? one.output : []));
  const files = await Promise.all(
    outputs.map(async (one): Promise<DashboardFile> => {
      const content = one.type === 'chunk' ? one.code : one.source;
      const bytes = Buffer.from(content);
      const [gz, br] = await Promise.all([
        zip(bytes, { level: 9 }),
        brotli(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
      ]);
      const file = `dashboard/${one.fileName}`;
      await Promise.all([write(file, bytes), write(`${file}.gz`, gz), write(`${file}.br`, br)]);
      const digest = createHash('sha384').update(bytes).digest('base64');
      return { file, integrity: `sha384-${digest}`, gzip_bytes: gz.length };
    }),
  );
  const chunks = outputs.filter((one) => one.type === 'chunk') as Chunk[];
  const entry = chunks.find((one) => one.isEntry);
  const shell = chunks.find((one) => one.name === 'Shell');
  const overview = chunks.find((one) => one.name === 'Overview');
  if (!entry || !shell || !overview) throw new Error('The dashboard has an entry, a shell and an overview.');
  const of = (name: string): DashboardFile => {
    const found = files.find((one) => one.file === `dashboard/${name}`);
    if (!found) throw new Error(`The bundler named ${name} and did not make it.`);
    return found;
  };
  const styles = files.filter((one) => one.file.endsWith('.css'));
  const preload = reached(chunks, entry).filter((name) => name !== entry.fileName);
  const first = new Set([entry, shell, overview].flatMap((chunk) => reached(chunks, chunk)));
  const first_bytes = [...[...first].map(of), ...styles].reduce((sum, one) => sum + one.gzip_bytes, 0);
  if (first_bytes > most_dashboard_bytes)
    throw new Error(
      `The dashboard's first page weighs ${first_bytes} bytes gzip; its bound is ${most_dashboard_bytes}.`,
    );
  return {
    entry: of(entry.fileName),
    styles,
    preload: preload.map((name) => `dashboard/${name}`),
    files,
    first_bytes,
  };
}

/** A chunk and all that it imports. */
function reached(chunks: Chunk[], from: Chunk, seen = new Set<string>()): string[] {
  if (seen.has(from.fileName)) return [];
  seen.add(from.fileName);
  for (const name of from.imports) {
    const next = chunks.find((one) => one.fileName === name);
    if (next) reached(chunks, next, seen);
  }
  return [...seen];
}
