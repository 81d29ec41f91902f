// The mails that were written to customers, as callers read them: list and get. Never shows a text: links in it open doors.

import type { Selectable } from 'kysely';
import Type, { type Static } from 'typebox';
import type { CustomerMails } from '../db/types.ts';
import { notFound } from '../kit/fault.ts';
import { type MailState, mailStates, mailStatuses } from '../mail/mail.ts';
import { type MailKind, mailKinds } from '../operation/context.ts';
import { Id, ListOf, nullable, pageFields } from '../operation/fields.ts';
import { readList } from '../operation/list.ts';
import { operation } from '../operation/operation.ts';

export const Kind = Type.Enum([...mailKinds]);

export const EmailObject = Type.Object(
  {
    id: Type.String({ description: '`mail_…`' }),
    object: Type.Literal('email'),
    kind: Kind,
    status: Type.Enum([...mailStatuses], {
      description:
        '`queued`: waits for the mail server, which is tried for a week; `sent`: the server took it; `failed`: it did not; `in_mailbox`: no server is set, it can be read on this machine.',
    }),
    to: Type.String(),
    subject: Type.String(),
    language: Type.String(),
    customer: nullable(Type.String()),
    object_id: nullable(Type.String({ description: 'What it tells of: a payment, an invoice, a subscription …' })),
    event: nullable(Type.String({ description: 'Why it was written. Null: somebody asked for it.' })),
    created_at: Type.String({ format: 'date-time' }),
    sent_at: nullable(Type.String({ format: 'date-time' })),
  },
  { title: 'E-mail' },
);
type EmailObject = Static<typeof EmailObject>;

function emailObject(row: Selectable<CustomerMails>, states: Map<string, MailState>): EmailObject {
  const state = states.get(row.id);
  return {
    id: row.id,
    object: 'email',
    kind: row.kind as MailKind,
    status: state?.status ?? 'failed',
    to: row.recipient,
    subject: row.subject,
    language: row.language,
    customer: row.customer_id,
    object_id: row.object_id,
    event: row.event_id,
    created_at: row.created_at.toISOString(),
    sent_at: state?.sent_at?.toISOString() ?? null,
  };
}

export const listEmails = operation({
  name: 'emails.list',
  scope: 'emails:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List e-mails',
  description: 'What was written to your customers, newest first. The text is not kept once it was sent.',
  input: Type.Object(
    {
      ...pageFields,
      customer: Type.Optional(Id),
      kind: Type.Optional(Kind),
      object_id: Type.Optional(Id),
    },
    { additionalProperties: false },
  ),
  output: ListOf(EmailObject),
  faults: ['parameter_invalid'],
  example: { object_id: '{mailed_payment}', limit: 10 },
  run: (ctx, input) =>
    readList(ctx.env.db.query, input, {
      from: 'customer_mails',
      where: {
        account_id: ctx.account.account_id,
        customer_id: input.customer,
        kind: input.kind,
        object_id: input.object_id,
      },
      async show(rows: Selectable<CustomerMails>[]) {
        const states = await mailStates(
          ctx.env.db.query,
          rows.map((row) => row.id),
        );
        return rows.map((row) => emailObject(row, states));
      },
    }),
});

export const getEmail = operation({
  name: 'emails.get',
  scope: 'emails:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get an e-mail',
  description: 'To whom it went, why, and how far it is.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: EmailObject,
  faults: ['not_found'],
  example: { id: '{email}' },
  async run(ctx, input) {
    const row = await ctx.env.db.query
      .selectFrom('customer_mails')
      .selectAll()
      .where('account_id', '=', ctx.account.account_id)
      .where('id', '=', input.id)
      .executeTakeFirst();
    if (!row) throw notFound('e-mail', input.id);
    return emailObject(row, await mailStates(ctx.env.db.query, [row.id]));
  },
});
