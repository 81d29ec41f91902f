// What the people of the installation are shown beside the API: their pictures, and the mailbox of a local installation without a mail
// server. The mailbox holds links that open doors, so it answers to this machine alone.

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { escapeText } from '../../web/checkout/html.ts';
import { readPicture } from '../identity/picture.ts';
import { Fault } from '../kit/fault.ts';
import { hasMailbox, type MailShown, readMailbox, readMailHtml } from '../mail/mail.ts';
import type { Env } from '../operation/context.ts';

const loopback = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;

export const mailbox =
  (env: Env) =>
  async (app: FastifyInstance): Promise<void> => {
    app.get<{ Params: { id: string } }>('/pictures/:id', async (request, reply) => {
      const content = await readPicture(env.db.query, request.params.id);
      if (!content) throw new Fault('not_found', 'There is no such picture.');
      return reply
        .header('content-type', 'image/png')
        .header('content-security-policy', "default-src 'none'")
        .header('cache-control', 'public, max-age=31536000, immutable')
        .send(content);
    });

    // The name asked for is checked, too: a page elsewhere must not read it under a name of its own that leads here.
    const refuseElsewhere = (request: FastifyRequest) => {
      const asked = request.hostname.replace(/:\d+$/, '');
      const local = loopback.test(request.ip) && ['localhost', '127.0.0.1', '[::1]', '::1'].includes(asked);
      if (!hasMailbox(env) || !local) throw new Fault('route_not_found', 'There is no mailbox here.');
    };

    // As a mail client shows it: its own styles and pictures, no script, and an origin that is nobody's.
    app.get<{ Params: { id: string } }>('/mailbox/:id', async (request, reply) => {
      refuseElsewhere(request);
      const content = await readMailHtml(env, env.db.query, request.params.id);
      if (content === undefined) throw new Fault('not_found', 'There is no such mail.');
      return reply
        .header('content-type', 'text/html; charset=utf-8')
        .header('cache-control', 'no-store')
        .header('referrer-policy', 'no-referrer')
        .header(
          'content-security-policy',
          "default-src 'none'; style-src 'unsafe-inline'; img-src http: https:; frame-ancestors 'none'; base-uri 'none'; sandbox allow-popups allow-top-navigation-by-user-activation",
        )
        .send(content);
    });

    app.get('/mailbox', async (request, reply) => {
      refuseElsewhere(request);
      const mails = await readMailbox(env, env.db.query);
      return reply
        .header('content-type', 'text/html; charset=utf-8')
        .header('cache-control', 'no-store')
        .header('referrer-policy', 'no-referrer')
        .header('content-security-policy', "default-src 'none'; frame-ancestors 'none'; base-uri 'none'")
        .send(page(mails.map(shown).join('')));
    });
  };

const page = (body: string) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Mailbox</title></head><body><main><h1>Mailbox</h1><p>No mail server is set (SMTP_URL), so mail of this installation lands here. The newest is first.</p>${body || '<p>There is no mail yet.</p>'}</main></body></html>`;

function shown(mail: MailShown): string {
  // Links are those that we wrote; everything else is text.
  const text = escapeText(mail.text).replaceAll(/https?:\/\/[^\s<>"]+/g, (url) => `<a href="${url}">${url}</a>`);
  const at = mail.created_at.toISOString();
  return `<article><h2>${escapeText(mail.subject)}</h2><p>To ${escapeText(mail.to)}, <time datetime="${at}">${at}</time>${mail.has_html ? `, <a href="/mailbox/${mail.id}">as a mail shows it</a>` : ''}</p><p>${text.replaceAll('\n', '<br>')}</p></article>`;
}
