// Writes sdk/server/src/generated from openapi.json: types, resources, version. Nothing of it is committed; the build of the SDK
// (scripts/build-sdk.ts) runs this first. It must never reach for anything but the document and the package's own version.

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Document } from './openapi.ts';
import { resourcesText } from './resources.ts';
import { header, typesText } from './types.ts';

const sdk = path.resolve(import.meta.dirname, '..');
const root = path.resolve(sdk, '../..');

/** The files of `src/generated` by name. */
export function generated(document: Document, version: string): Record<string, string> {
  return {
    'types.ts': typesText(document),
    'resources.ts': resourcesText(document),
    'version.ts': `${header('the version of this package.')}/** The version of this package. */\nexport const version = '${version}';\n`,
  };
}

export const readDocument = (): Document => JSON.parse(readFileSync(path.join(root, 'openapi.json'), 'utf8'));

export function generate(): void {
  const { version } = JSON.parse(readFileSync(path.join(sdk, 'package.json'), 'utf8')) as { version: string };
  const folder = path.join(sdk, 'src', 'generated');
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(generated(readDocument(), version))) {
    // Renamed into place: whoever reads meanwhile has the old file or the new one, whole.
    const draft = path.join(folder, `.${name}.${process.pid}`);
    writeFileSync(draft, text);
    renameSync(draft, path.join(folder, name));
  }
}

if (import.meta.main) generate();
