// How an account bills: the schedule of tries after a failed payment, what follows the last one; and the same of invoices that are sent.

import { sql } from 'kysely';
import Type, { type Static } from 'typebox';
import type { Executor, Tx } from '../db/db.ts';
import { Fault } from '../kit/fault.ts';
import { operation } from '../operation/operation.ts';
import { defaultReminderDays, endsLast, reminderRange } from './due.ts';
import { defaultRetryDays } from './dunning.ts';

const afterRetries = ['cancel', 'keep_past_due'] as const;
const afterDue = ['leave', 'uncollectible', 'cancel'] as const;

export const BillingSettingsObject = Type.Object(
  {
    object: Type.Literal('billing_settings'),
    retry_days: Type.Array(Type.Integer(), {
      description: 'Days from one try of a failed payment to the next. Empty: it is not tried again.',
    }),
    after_retries: Type.Enum([...afterRetries], {
      description: 'What becomes of the subscription when no try is left: it ends, or it stays past due and rests.',
    }),
    reminder_days: Type.Array(Type.Integer(), {
      description:
        'When the customer of a sent invoice is reminded, in days from its last day to pay, at 9 in the morning: -3 is three days before, 1 the day after. Empty: never.',
    }),
    after_due: Type.Enum([...afterDue], {
      description:
        'What becomes of a sent invoice that is not paid: nothing, it is given up, or it is given up and its subscription ends.',
    }),
    after_due_days: Type.Integer({ description: 'So many days after the last day to pay; later than every reminder.' }),
  },
  { title: 'Billing settings' },
);
export type BillingSettings = Static<typeof BillingSettingsObject>;

/** Without a row. */
export const defaultSettings: BillingSettings = {
  object: 'billing_settings',
  retry_days: [...defaultRetryDays],
  after_retries: 'cancel',
  reminder_days: [...defaultReminderDays],
  after_due: 'leave',
  after_due_days: 30,
};

export async function billingSettings(query: Executor | Tx, account_id: string): Promise<BillingSettings> {
  const { rows } = await sql<Omit<BillingSettings, 'object'>>`
    select retry_days, after_retries, reminder_days, after_due, after_due_days from billing_settings
    where account_id = ${account_id}`.execute(query);
  return { ...defaultSettings, ...rows[0] };
}

export const getBillingSettings = operation({
  name: 'billing_settings.get',
  scope: 'billing_settings:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get the billing settings',
  description: 'How failed payments of subscriptions are tried again, and how sent invoices are reminded of.',
  input: Type.Object({}, { additionalProperties: false }),
  output: BillingSettingsObject,
  faults: [],
  run: (ctx) => billingSettings(ctx.env.db.query, ctx.account.account_id),
});

export const updateBillingSettings = operation({
  name: 'billing_settings.update',
  scope: 'billing_settings:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Update the billing settings',
  description:
    'Holds from the next failed payment, and from the next reminder, on; what is scheduled already stays so.',
  input: Type.Object(
    {
      retry_days: Type.Optional(Type.Array(Type.Integer({ minimum: 1, maximum: 60 }), { maxItems: 8 })),
      after_retries: Type.Optional(Type.Enum([...afterRetries])),
      reminder_days: Type.Optional(Type.Array(Type.Integer(reminderRange), { maxItems: 8 })),
      after_due: Type.Optional(Type.Enum([...afterDue])),
      after_due_days: Type.Optional(Type.Integer({ minimum: 1, maximum: 365 })),
    },
    { additionalProperties: false },
  ),
  output: BillingSettingsObject,
  faults: ['parameter_invalid'],
  example: { retry_days: [2, 5, 7, 7], after_retries: 'cancel' },
  async run(ctx, input, tx) {
    const { account_id } = ctx.account;
    // Held from here on: of two changes at once neither writes over the other.
    await sql`insert into billing_settings (account_id, updated_at) values (${account_id}, ${ctx.env.clock.now()})
      on conflict (account_id) do update set updated_at = excluded.updated_at`.execute(tx);
    const settings = { ...(await billingSettings(tx, account_id)), ...input };
    // Told from the first to the last, each once.
    settings.reminder_days = [...new Set(settings.reminder_days)].sort((a, b) => a - b);
    if (!endsLast(settings))
      throw new Fault(
        'parameter_invalid',
        "'after_due_days' must be later than every day of 'reminder_days': nobody is reminded of what was given up.",
        { param: input.after_due_days === undefined ? 'reminder_days' : 'after_due_days' },
      );
    const { retry_days, after_retries, reminder_days, after_due, after_due_days } = settings;
    await sql`update billing_settings set retry_days = ${retry_days}, after_retries = ${after_retries},
        reminder_days = ${reminder_days}, after_due = ${after_due}, after_due_days = ${after_due_days}
      where account_id = ${account_id}`.execute(tx);
    return settings;
  },
});
