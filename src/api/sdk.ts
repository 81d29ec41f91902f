// The browser SDK for a `<script>` tag: any page may load it from here, and it then knows where its Florin is.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { FastifyPluginAsync } from 'fastify';
import { buildScripts, distFolder } from '../../sdk/browser/build.ts';

export const sdkPath = '/sdk/florin.js';

export async function browserSdk(): Promise<FastifyPluginAsync> {
  await buildScripts();
  const script = await readFile(join(distFolder, 'index.umd.js'));
  const gzip = gzipSync(script, { level: 9 });
  const etag = `"${createHash('sha256').update(script).digest('hex').slice(0, 32)}"`;
  return async (app) => {
    app.get(sdkPath, async (request, reply) => {
      reply.headers({
        'access-control-allow-origin': '*',
        'cross-origin-resource-policy': 'cross-origin',
        // The address stays, what is behind it changes with a release: an hour later a page has the new one.
        'cache-control': 'public, max-age=3600',
        'x-content-type-options': 'nosniff',
        vary: 'accept-encoding',
        etag,
      });
      if (request.headers['if-none-match'] === etag) return reply.code(304).send();
      reply.type('text/javascript; charset=utf-8');
      const zipped = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
      return zipped ? reply.header('content-encoding', 'gzip').send(gzip) : reply.send(script);
    });
  };
}
