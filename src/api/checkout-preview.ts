// A picture of the checkout with a branding that may not be saved yet, for the settings of the dashboard: the real page, made by the
// same function from a sample, without its script. Shown to whoever is signed in and may see the merchant, framed by our own pages alone.

import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { PageAssets } from '../../web/checkout/page.ts';
import { type PreviewMerchant, renderPreview } from '../../web/checkout/preview.ts';
import { getMerchant } from '../identity/manage-merchants.ts';
import { isColor } from '../kit/color.ts';
import { Fault } from '../kit/fault.ts';
import type { Ctx, Env } from '../operation/context.ts';
import { type Operation, perform } from '../operation/operation.ts';

type Parts = { env: Env; assets: PageAssets; identify(request: FastifyRequest): Promise<Ctx> };
type Asked = { Querystring: Record<string, unknown> };

const oneOf = <T extends string>(value: unknown, name: string, of: readonly T[]): T => {
  const found = of.find((one) => one === (value ?? of[0]));
  if (found === undefined)
    throw new Fault('parameter_invalid', `'${name}' must be one of ${of.join(', ')}.`, { param: name });
  return found;
};

export const checkoutPreview =
  ({ env, assets, identify }: Parts): FastifyPluginAsync =>
  async (app) => {
    app.get<Asked>('/dashboard/checkout-preview', async (request, reply) => {
      const ctx = await identify(request);
      const { merchant, color, corners, scheme } = request.query;
      // The door says whether this caller may see the merchant at all.
      const answer = await perform(getMerchant as unknown as Operation, ctx, { input: { id: merchant } });
      const found = answer.value as PreviewMerchant & { accounts: { currency: string }[] };
      if (color !== undefined && color !== '' && !(typeof color === 'string' && isColor(color)))
        throw new Fault('parameter_invalid', "'color' must be written as #rrggbb.", { param: 'color' });
      const nonce = Buffer.from(env.random.bytes(18)).toString('base64');
      const text = renderPreview(
        { ...found, currency: found.accounts[0]?.currency ?? 'USD' },
        {
          color: typeof color === 'string' && color !== '' ? color.toLowerCase() : null,
          corners: oneOf(corners, 'corners', ['rounded', 'square', 'pill']),
        },
        oneOf(scheme, 'scheme', ['light', 'dark']),
        { nonce, assets, base_path: new URL(env.config.public_url).pathname.replace(/\/+$/, '') },
      );
      return reply.headers(headers(nonce)).send(text);
    });
  };

function headers(nonce: string): Record<string, string> {
  const policy = [
    `default-src 'none'`,
    `style-src 'nonce-${nonce}'`,
    `img-src 'self' https: data:`,
    `frame-ancestors 'self'`,
    `form-action 'none'`,
    `base-uri 'none'`,
    `sandbox allow-same-origin`,
  ];
  return {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': policy.join('; '),
    'x-frame-options': 'SAMEORIGIN',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
  };
}
