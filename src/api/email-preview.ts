// A picture of a mail to customers, for the settings of the dashboard: what `emails.preview` answers, as a document of its own, because a
// frame would else hold the mail to the page's own policy and show it without its styles. Nothing in it runs, and only our own pages frame it.

import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { previewEmail } from '../notifications/preview-email.ts';
import type { Ctx } from '../operation/context.ts';
import { type Operation, perform } from '../operation/operation.ts';

type Asked = { Querystring: Record<string, unknown> };

export const emailPreview =
  (identify: (request: FastifyRequest) => Promise<Ctx>): FastifyPluginAsync =>
  async (app) => {
    app.get<Asked>('/dashboard/email-preview', async (request, reply) => {
      const { account, ...input } = request.query;
      // A frame sends no header, so what says the account in a call stands in its address.
      if (typeof account === 'string') request.headers['florin-account'] = account;
      // The door says whether this caller may, and takes nothing that it does not know.
      const answer = await perform(previewEmail as unknown as Operation, await identify(request), { input });
      return reply.headers(headers).send((answer.value as { html: string }).html);
    });
  };

const headers = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': [
    `default-src 'none'`,
    // Mails carry their styles in themselves.
    `style-src 'unsafe-inline'`,
    `img-src 'self' https: data:`,
    `frame-ancestors 'self'`,
    `form-action 'none'`,
    `base-uri 'none'`,
    `sandbox allow-same-origin`,
  ].join('; '),
  'x-frame-options': 'SAMEORIGIN',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
};
