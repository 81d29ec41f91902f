// How a mail looks, with made-up data under the account's own name and colours: shown, or sent to whoever asks. To nobody else: what
// merchants could send to any address would be sent to any address.

import Type from 'typebox';
import type { Executor, Tx } from '../db/db.ts';
import { Fault } from '../kit/fault.ts';
import { postMail } from '../mail/mail.ts';
import type { Ctx, MailKind } from '../operation/context.ts';
import { operation } from '../operation/operation.ts';
import { localeFor } from './messages.ts';
import { Kind } from './read-emails.ts';
import { senderOf } from './sender.ts';
import { Language } from './settings.ts';
import { samples } from './templates.ts';
import { plain } from './words.ts';

const input = Type.Object({ kind: Kind, language: Type.Optional(Language) }, { additionalProperties: false });

async function sampleOf(ctx: Ctx, query: Executor | Tx, { kind, language }: { kind: MailKind; language?: string }) {
  const { sender, chosen } = await senderOf(ctx, query);
  const locale = localeFor(language, chosen.language);
  return { ...samples[kind](sender, locale), locale, chosen };
}

export const previewEmail = operation({
  name: 'emails.preview',
  scope: 'emails:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Preview an e-mail',
  description:
    'The mail with made-up data, under your name, logo and colours. Show `html` in a frame of its own without scripts (`sandbox=""`).',
  input,
  output: Type.Object(
    {
      object: Type.Literal('email_preview'),
      kind: Kind,
      language: Language,
      subject: Type.String(),
      html: Type.String(),
      text: Type.String(),
    },
    { title: 'E-mail preview' },
  ),
  faults: ['parameter_invalid'],
  example: { kind: 'payment_receipt', language: 'de' },
  async run(ctx, asked) {
    const { subject, html, text, locale } = await sampleOf(ctx, ctx.env.db.query, asked);
    const language = locale as (typeof Language)['enum'][number];
    return { object: 'email_preview' as const, kind: asked.kind, language, subject, html, text };
  },
});

export const sendTestEmail = operation({
  name: 'emails.send_test',
  scope: 'emails:write',
  actors: ['user'],
  kind: 'write',
  summary: 'Send yourself a test e-mail',
  description: 'The mail of the preview, to your own address. It is not among the mails to customers.',
  input,
  output: Type.Object({ object: Type.Literal('email_test'), to: Type.String() }, { title: 'Test e-mail' }),
  faults: ['parameter_invalid'],
  async run(ctx, asked, tx) {
    const { actor, account } = ctx;
    if (actor.kind !== 'user') throw new Fault('permission_denied', 'Only a person can be sent a test e-mail.');
    const { email } = await tx
      .selectFrom('users')
      .select('email')
      .where('id', '=', actor.user_id)
      .executeTakeFirstOrThrow();
    const { subject, html, text, chosen } = await sampleOf(ctx, tx, asked);
    const from_name = plain(chosen.from_name ?? account.merchant_name);
    await postMail(ctx.env, tx, { to: email, subject, html, text, from_name, reply_to: chosen.reply_to });
    return { object: 'email_test' as const, to: email };
  },
});
