// Writes a mail to a customer: a row that says what was written to whom, and the mail itself on its way out, in one transaction. Of an
// event at most one of each kind is written, however often somebody looks at it.

import type { Tx } from '../db/db.ts';
import { newId } from '../kit/id.ts';
import { postMail } from '../mail/mail.ts';
import { type Ctx, type EmailKind, emailKinds, type MailKind } from '../operation/context.ts';
import type { Template } from './letter.ts';
import { localeFor } from './messages.ts';
import { renderMail } from './render.ts';
import { knownSender } from './sender.ts';
import { plain } from './words.ts';

export type Recipient = {
  customer_id: string | null;
  email: string;
  /** Best known first. */
  languages: readonly (string | null)[];
};

export type Cause = { event_id: string | null; object_id: string | null };

export async function postCustomerMail<Data>(
  ctx: Ctx,
  tx: Tx,
  template: Template<Data>,
  data: Data,
  to: Recipient,
  cause: Cause,
): Promise<void> {
  const { kind } = template;
  const { account_id, merchant_name } = ctx.account;
  if (isChosen(kind) && !ctx.account.emails.has(kind)) return;
  const { sender, chosen } = await knownSender(ctx, tx);
  const language = localeFor(...to.languages, chosen.language);
  const { subject, html, text } = renderMail(template, data, sender, language);
  const id = newId('mail', ctx.env);
  const written = await tx
    .insertInto('customer_mails')
    .values({
      account_id,
      id,
      kind,
      customer_id: to.customer_id,
      recipient: to.email,
      subject,
      language,
      ...cause,
      created_at: ctx.env.clock.now(),
    })
    .onConflict((c) => c.columns(['account_id', 'event_id', 'kind']).where('event_id', 'is not', null).doNothing())
    .returning('id')
    .executeTakeFirst();
  if (!written) return;
  await postMail(ctx.env, tx, {
    id,
    account_id,
    to: to.email,
    subject,
    text,
    html,
    from_name: plain(chosen.from_name ?? merchant_name),
    reply_to: chosen.reply_to,
    // What was asked for is waited for.
    bulk: cause.event_id !== null,
  });
}

const isChosen = (kind: MailKind): kind is EmailKind => emailKinds.some((one) => one === kind);
