// The built files in memory, compressed once at the start of the process: what pages refer to and what `/assets/…` answers.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { distFolder, ensureBuilt, readManifest } from './build.ts';
import type { PageAssets } from './checkout/page.ts';
import type { DashboardAssets } from './dashboard/page.ts';

export type Asset = { type: string; identity: Buffer; gzip: Buffer; br: Buffer };

export type Assets = {
  checkout: PageAssets;
  portal: PageAssets;
  dashboard: DashboardAssets;
  /** By path below `/assets/`. */
  files: ReadonlyMap<string, Asset>;
};

const types: Record<string, string> = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8' };

export async function loadAssets(): Promise<Assets> {
  await ensureBuilt();
  const manifest = await readManifest();
  if (!manifest) throw new Error('web/dist/manifest.json is missing although the build ended well.');
  const { checkout, portal } = manifest;
  const files = new Map<string, Asset>();
  for (const { file } of [checkout.script, checkout.style, portal.script, portal.style]) {
    const identity = await readFile(join(distFolder, file));
    files.set(file, {
      type: types[file.split('.').pop() ?? ''] ?? 'application/octet-stream',
      identity,
      gzip: gzipSync(identity, { level: 9 }),
      br: brotliCompressSync(identity, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
    });
  }
  const { dashboard } = manifest;
  await Promise.all(
    dashboard.files.map(async ({ file }) => {
      const at = join(distFolder, file);
      const [identity, gzip, br] = await Promise.all([readFile(at), readFile(`${at}.gz`), readFile(`${at}.br`)]);
      files.set(file, { type: types[file.split('.').pop() ?? ''] ?? 'application/octet-stream', identity, gzip, br });
    }),
  );
  const pageOf = ({ script, style }: typeof checkout): PageAssets => ({
    script: { path: script.file, integrity: script.integrity },
    style: files.get(style.file)?.identity.toString('utf8') ?? '',
  });
  return { checkout: pageOf(checkout), portal: pageOf(portal), dashboard, files };
}
