// The reference over HTTP: `/docs`, our own page without anything from elsewhere, and `/openapi.json`. Both are made and
// compressed at the first request and are the same for everybody, so style and script are allowed by hash, not by nonce.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Env } from '../operation/context.ts';
import { referencePage } from './docs-page.ts';
import { openapi } from './openapi.ts';

type Asset = { identity: Buffer; gzip: Buffer; br: Buffer; etag: string };

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');
const sha256 = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

export const reference =
  (env: Pick<Env, 'config'>) =>
  async (app: FastifyInstance): Promise<void> => {
    const { public_url, rate_limit } = env.config;
    const [style, script] = [read('./docs-style.css'), read('./docs-client.js')];
    const page = once(() => assetOf(referencePage({ base_url: public_url, rate_limit }, { style, script })));
    const document = once(() => assetOf(`${JSON.stringify(openapi(public_url), null, 2)}\n`));
    const policy = [
      `default-src 'none'`,
      `script-src ${sha256(script)}`,
      `style-src ${sha256(style)}`,
      `img-src data:`,
      `base-uri 'none'`,
      `form-action 'none'`,
      `frame-ancestors 'none'`,
      `require-trusted-types-for 'script'`,
      `trusted-types 'none'`,
    ].join('; ');

    app.get('/docs', async (request, reply) => {
      reply.headers({
        'content-security-policy': policy,
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
      });
      return send(request, reply, page(), 'text/html; charset=utf-8');
    });
    // Tools in browsers read it from other origins; there is nothing in it that is not public.
    app.get('/openapi.json', async (request, reply) =>
      send(request, reply.header('access-control-allow-origin', '*'), document(), 'application/json; charset=utf-8'),
    );
  };

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function assetOf(text: string): Asset {
  const identity = Buffer.from(text);
  return {
    identity,
    gzip: gzipSync(identity),
    br: brotliCompressSync(identity),
    etag: createHash('sha256').update(identity).digest('base64url').slice(0, 22),
  };
}

function send(request: FastifyRequest, reply: FastifyReply, asset: Asset, type: string): FastifyReply {
  const encoding = encodingFor(String(request.headers['accept-encoding'] ?? ''));
  const etag = `"${asset.etag}-${encoding}"`;
  reply.headers({
    'cache-control': 'no-cache',
    vary: 'accept-encoding',
    etag,
    'x-content-type-options': 'nosniff',
    ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
  });
  if (request.headers['if-none-match'] === etag) return reply.code(304).send();
  return reply.type(type).send(asset[encoding]);
}

function encodingFor(accepted: string): 'br' | 'gzip' | 'identity' {
  const names = accepted
    .split(',')
    .filter((part) => !/;\s*q=0(\.0*)?\s*$/.test(part))
    .map((part) => part.split(';')[0]?.trim());
  return names.includes('br') ? 'br' : names.includes('gzip') ? 'gzip' : 'identity';
}
