// The built files in memory: what hosted pages carry in themselves, and what `/assets/…` answers, compressed by the build.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuiltFile, distFolder, ensureBuilt, type Manifest, readManifest } from './build.ts';
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
  const files = new Map<string, Asset>();
  const { dashboard } = manifest;
  await Promise.all(
    dashboard.files.map(async ({ file }) => {
      const at = join(distFolder, file);
      const [identity, gzip, br] = await Promise.all([readFile(at), readFile(`${at}.gz`), readFile(`${at}.br`)]);
      files.set(file, { type: types[file.split('.').pop() ?? ''] ?? 'application/octet-stream', identity, gzip, br });
    }),
  );
  const textOf = ({ file }: BuiltFile) => readFile(join(distFolder, file), 'utf8');
  const pageOf = async ({ script, style }: Manifest['checkout']): Promise<PageAssets> => ({
    script: await textOf(script),
    style: await textOf(style),
  });
  return { checkout: await pageOf(manifest.checkout), portal: await pageOf(manifest.portal), dashboard, files };
}
