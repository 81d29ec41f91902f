// The dashboard's document and the headers that guard it. Every address below /dashboard gets the same page, whose script asks the
// API as the person who is signed in; nothing of a merchant is in the page itself. It is framed by nobody and kept by nobody.

import type { FastifyPluginAsync } from 'fastify';
import { type DashboardAssets, renderDashboard } from '../../web/dashboard/page.ts';
import type { Env } from '../operation/context.ts';

export const dashboard =
  (env: Env, assets: DashboardAssets): FastifyPluginAsync =>
  async (app) => {
    const base_path = new URL(env.config.public_url).pathname.replace(/\/+$/, '');
    for (const path of ['/dashboard', '/dashboard/*']) {
      app.get(path, async (_request, reply) => {
        const nonce = Buffer.from(env.random.bytes(18)).toString('base64');
        return reply.headers(headers(nonce)).send(renderDashboard(assets, { base_path, nonce }));
      });
    }
  };

function headers(nonce: string): Record<string, string> {
  const policy = [
    `default-src 'none'`,
    `script-src 'self'`,
    // The component library makes style elements for its theme; they carry this nonce.
    `style-src 'self' 'nonce-${nonce}'`,
    // A QR code and a chosen picture are data; logos may be anywhere.
    `img-src 'self' https: data: blob:`,
    `connect-src 'self'`,
    // The picture of the checkout in the settings.
    `frame-src 'self'`,
    `frame-ancestors 'none'`,
    `form-action 'self'`,
    `base-uri 'none'`,
  ];
  return {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': policy.join('; '),
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    // Links of invitations and resets hold a token: it is told to nobody.
    'referrer-policy': 'no-referrer',
    'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  };
}
