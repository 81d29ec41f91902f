// Which mails the customers of an account get, and whose name they carry: reading and changing it.

import Type, { type Static } from 'typebox';
import type { Executor, Tx } from '../db/db.ts';
import { defaultChoice, type EmailChoice } from '../identity/wanted-emails.ts';
import { type Ctx, type EmailKind, emailKinds } from '../operation/context.ts';
import { nullable, text } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { languages } from './messages.ts';

const meanings: Record<EmailKind, string> = {
  payment_receipt: 'When a payment was completed. Payments of invoices have the mail of their invoice.',
  refund_receipt: 'When a refund succeeded.',
  invoice_issued: 'When an invoice was made that is charged, before it is charged.',
  invoice_sent: 'An invoice that the customer is to pay: the amount, until when, and where.',
  invoice_reminder: 'When a sent invoice is soon or already overdue, on the days of your billing settings.',
  invoice_paid: 'When an invoice was paid.',
  payment_failed: 'When a renewal could not be paid: why, what to do, and when it is tried again.',
  trial_ending: 'Three days before a trial ends.',
  renewal_upcoming: 'Seven days before a renewal, for periods of a month or more.',
  card_expiring: 'When a saved card that something renews with is in its last month.',
  subscription_canceled: 'When a cancellation was scheduled, and when a subscription ended.',
  portal_link: 'The link to the portal that a customer asked for.',
};

/** One switch for each kind. */
const switches = Object.fromEntries(
  emailKinds.map((kind) => [kind, Type.Boolean({ description: meanings[kind] })]),
) as { [K in EmailKind]: ReturnType<typeof Type.Boolean> };

export const Language = Type.Enum([...languages]);

export const EmailSettingsObject = Type.Object(
  {
    object: Type.Literal('email_settings'),
    enabled: Type.Boolean({
      description:
        'Whether customers are written to by themselves. Off in live mode until you switch it on: until then only what somebody asks for is sent, the link to the portal and an invoice that you send. The kinds below count while it is on.',
    }),
    ...switches,
    from_name: nullable(Type.String({ description: 'Null: the merchant’s name. The address is the installation’s.' })),
    reply_to: nullable(Type.String({ description: 'Where answers go. Null: mails do not ask for any.' })),
    language: nullable(
      Type.Enum([...languages], { description: 'Of customers whose language is not known. Null: English.' }),
    ),
  },
  { title: 'E-mail settings' },
);
type EmailSettings = Static<typeof EmailSettingsObject>;

async function settingsOf({ account }: Ctx, query: Executor | Tx): Promise<EmailSettings> {
  const row = await query
    .selectFrom('email_settings')
    .selectAll()
    .where('account_id', '=', account.account_id)
    .executeTakeFirst();
  const choice: EmailChoice = row ?? defaultChoice(account.mode);
  return {
    object: 'email_settings',
    enabled: choice.enabled,
    ...(Object.fromEntries(emailKinds.map((kind) => [kind, choice[kind]])) as Record<EmailKind, boolean>),
    from_name: row?.from_name ?? null,
    reply_to: row?.reply_to ?? null,
    language: (row?.language ?? null) as EmailSettings['language'],
  };
}

export const getEmailSettings = operation({
  name: 'email_settings.get',
  scope: 'emails:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get the e-mail settings',
  description:
    'Which mails your customers get. In the sandbox none but the link to the portal, unless you switch them on; in live mode those about subscriptions, once you have set `enabled`.',
  input: Type.Object({}, { additionalProperties: false }),
  output: EmailSettingsObject,
  faults: [],
  run: (ctx) => settingsOf(ctx, ctx.env.db.query),
});

export const updateEmailSettings = operation({
  name: 'email_settings.update',
  scope: 'emails:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Update the e-mail settings',
  description:
    'What is left out stays. A mail that is switched off stops at once; one that is switched on is sent of what happens from a few seconds later on, never of the past.',
  input: Type.Object(
    {
      enabled: Type.Optional(Type.Boolean()),
      ...(Object.fromEntries(emailKinds.map((kind) => [kind, Type.Optional(Type.Boolean())])) as {
        [K in EmailKind]: ReturnType<typeof Type.Optional<ReturnType<typeof Type.Boolean>>>;
      }),
      from_name: Type.Optional(nullable(text(100))),
      reply_to: Type.Optional(
        nullable(
          Type.String({
            minLength: 3,
            maxLength: 254,
            pattern: '^[^\\s@<>,;:"]+@[^\\s@<>,;:"]+$',
            description: 'an e-mail address such as help@example.com',
          }),
        ),
      ),
      language: Type.Optional(nullable(Language)),
    },
    { additionalProperties: false },
  ),
  output: EmailSettingsObject,
  faults: ['parameter_invalid'],
  example: { payment_receipt: true, reply_to: 'help@example.com' },
  async run(ctx, input, tx) {
    const { account_id } = ctx.account;
    const updated_at = ctx.env.clock.now();
    // The first change writes down the defaults beside it: what they are later changes nothing for whoever chose.
    await tx
      .insertInto('email_settings')
      .values({ account_id, ...defaultChoice(ctx.account.mode), updated_at })
      .onConflict((c) => c.column('account_id').doNothing())
      .execute();
    await tx
      .updateTable('email_settings')
      .set({ ...input, updated_at })
      .where('account_id', '=', account_id)
      .execute();
    return await settingsOf(ctx, tx);
  },
});
