/**
 * `npm run build:sdk`: the server SDK (sdk/server) from openapi.json to sdk/server/dist, as ESM and as CommonJS with types for both;
 * and the browser SDK (sdk/browser), which builds itself.
 * Also packs it, and installs the packed tarball for the example shop. Must never fetch anything from the network.
 */
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { buildSdk as buildBrowserSdk } from '../sdk/browser/build.ts';
import { generate } from '../sdk/server/scripts/generate.ts';
import { root, say } from './step.ts';

const sdk = path.join(root, 'sdk', 'server');
const shop = path.join(root, 'examples', 'shop');
const run = promisify(execFile);

/** Everything that decides what is built. */
function fingerprint(): string {
  const files = globSync('{src,scripts}/**/*.ts', { cwd: sdk, exclude: (name) => name.includes('generated') })
    .filter((file) => !file.endsWith('.test.ts'))
    .map((file) => path.join(sdk, file));
  const others = ['package.json', 'tsconfig.json', 'README.md', 'LICENSE'].map((name) => path.join(sdk, name));
  const hash = createHash('sha256');
  for (const file of [...files, ...others, path.join(root, 'openapi.json'), import.meta.filename].sort())
    hash.update(file).update(readFileSync(file));
  return hash.digest('hex');
}

/** Builds when something changed since the last time. Gives the fingerprint of what is in `dist`. */
export async function buildSdk(): Promise<string> {
  const wanted = fingerprint();
  const stamp = path.join(sdk, 'dist', '.stamp');
  const stands = existsSync(stamp) && existsSync(path.join(sdk, 'src', 'generated', 'types.ts'));
  if (stands && readFileSync(stamp, 'utf8') === wanted) return wanted;
  generate();
  // Made aside and renamed into place: whoever packs meanwhile gets the old one or the new one, whole.
  const draft = path.join(sdk, 'dist', `draft-${randomBytes(4).toString('hex')}`);
  try {
    for (const kind of ['esm', 'cjs'] as const) await compile(kind, path.join(draft, kind));
    for (const kind of ['esm', 'cjs'] as const) {
      await replace(path.join(draft, kind), path.join(sdk, 'dist', kind));
    }
    await fs.writeFile(stamp, wanted);
  } finally {
    await fs.rm(draft, { recursive: true, force: true });
  }
  return wanted;
}

/** Another build may put its own there between the two steps; the same files come from both, so the last one stays. */
async function replace(from: string, to: string, tries = 3): Promise<void> {
  await fs.rm(to, { recursive: true, force: true });
  await fs.rename(from, to).catch((error: Error) => {
    if (tries === 0) throw error;
    return replace(from, to, tries - 1);
  });
}

async function compile(kind: 'esm' | 'cjs', out: string): Promise<void> {
  const format =
    kind === 'esm' ? [] : '--module commonjs --moduleResolution bundler --verbatimModuleSyntax false'.split(' ');
  // Comments are for whoever reads the types; in what runs they would be a third of it.
  await tsc(['-p', sdk, ...format, '--outDir', out, '--removeComments']);
  await tsc(['-p', sdk, ...format, '--outDir', out, '--declaration', '--emitDeclarationOnly']);
  for (const name of await fs.readdir(out, { recursive: true })) {
    if (!name.endsWith('.d.ts')) continue;
    // The compiler rewrites the endings of imports in code and leaves them in declarations.
    const file = path.join(out, name);
    const text = await fs.readFile(file, 'utf8');
    await fs.writeFile(file, text.replaceAll(/(from |import\()(['"])(\.[^'"]+)\.ts\2/g, '$1$2$3.js$2'));
  }
  if (kind === 'cjs') return await fs.writeFile(path.join(out, 'package.json'), '{ "type": "commonjs" }\n');
  // Half of the package would be the same types once more. An ES module may take them from a CommonJS one, not the other way round.
  await fs.writeFile(path.join(out, 'generated', 'types.d.ts'), "export type * from '../../cjs/generated/types.js';\n");
}

async function tsc(args: string[]): Promise<void> {
  const program = path.join(root, 'node_modules', '.bin', 'tsc');
  await run(process.execPath, [program, ...args], { cwd: root }).catch((error: { stdout?: string }) => {
    throw new Error(
      `the server SDK does not compile:\n${(error.stdout ?? String(error)).split('\n').slice(0, 20).join('\n')}`,
    );
  });
}

/** npm may be missing from the path when it is what started us. */
export async function npm(args: string[], cwd: string): Promise<string> {
  const cli = process.env.npm_execpath;
  const ours = cli !== undefined && path.basename(cli) === 'npm-cli.js';
  // What npm tells its scripts about the folder they run in must not reach the npm of another folder.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_(config|package)_/.test(name)));
  const { stdout } = await run(ours ? process.execPath : 'npm', ours ? [cli, ...args] : args, { cwd, env });
  return stdout;
}

/** Packs what is built into a folder. Gives the tarball's path and its sizes in bytes. */
export async function packSdk(folder: string): Promise<{ tarball: string; size: number; unpacked: number }> {
  await buildSdk();
  const text = await npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], sdk);
  const told: unknown = JSON.parse(text);
  // npm 11 gives a list, npm 12 an object by name.
  const [made] = (Array.isArray(told) ? told : Object.values(told as object)) as [Packed];
  return { tarball: path.join(folder, made.filename), size: made.size, unpacked: made.unpackedSize };
}

type Packed = { filename: string; size: number; unpackedSize: number };

/** Installs a tarball into a folder that has a package.json, without the network and without changing that file. */
export const installTarball = (tarball: string, folder: string): Promise<string> =>
  npm(['install', '--offline', '--no-save', '--no-package-lock', '--no-audit', '--no-fund', tarball], folder);

/** The example shop runs on the packed SDK, as a merchant's program would. Does nothing when it has this very build. */
export async function installShopSdk(): Promise<void> {
  const wanted = await buildSdk();
  const stamp = path.join(shop, 'node_modules', '.florin-sdk');
  const stands = existsSync(path.join(shop, 'node_modules', '@florin', 'sdk', 'package.json'));
  if (stands && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const scratch = await fs.mkdtemp(path.join(os.tmpdir(), 'florin-sdk-'));
  try {
    const { tarball } = await packSdk(scratch);
    await installTarball(tarball, shop);
    await fs.writeFile(stamp, wanted);
  } finally {
    await fs.rm(scratch, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  await buildSdk();
  say('✔ sdk/server/dist');
  await buildBrowserSdk();
  say('✔ sdk/browser/dist');
  if (process.argv.includes('--shop')) {
    await installShopSdk();
    say('✔ examples/shop/node_modules/@florin/sdk');
  }
}
