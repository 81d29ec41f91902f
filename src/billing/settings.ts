// How an account bills: the schedule of tries after a failed payment, and what follows the last one.

import { sql } from 'kysely';
import Type, { type Static } from 'typebox';
import type { Executor, Tx } from '../db/db.ts';
import { operation } from '../operation/operation.ts';
import { defaultRetryDays } from './dunning.ts';

const afterRetries = ['cancel', 'keep_past_due'] as const;

export const BillingSettingsObject = Type.Object(
  {
    object: Type.Literal('billing_settings'),
    retry_days: Type.Array(Type.Integer(), {
      description: 'Days from one try of a failed payment to the next. Empty: it is not tried again.',
    }),
    after_retries: Type.Enum([...afterRetries], {
      description: 'What becomes of the subscription when no try is left: it ends, or it stays past due and rests.',
    }),
  },
  { title: 'Billing settings' },
);
export type BillingSettings = Static<typeof BillingSettingsObject>;

export async function billingSettings(query: Executor | Tx, account_id: string): Promise<BillingSettings> {
  const { rows } = await sql<Pick<BillingSettings, 'retry_days' | 'after_retries'>>`
    select retry_days, after_retries from billing_settings where account_id = ${account_id}`.execute(query);
  const { retry_days, after_retries } = rows[0] ?? { retry_days: [...defaultRetryDays], after_retries: 'cancel' };
  return { object: 'billing_settings', retry_days, after_retries };
}

export const getBillingSettings = operation({
  name: 'billing_settings.get',
  scope: 'billing_settings:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get the billing settings',
  description: 'How failed payments of subscriptions are tried again.',
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
  description: 'Holds from the next failed payment on; what is scheduled already stays so.',
  input: Type.Object(
    {
      retry_days: Type.Optional(Type.Array(Type.Integer({ minimum: 1, maximum: 60 }), { maxItems: 8 })),
      after_retries: Type.Optional(Type.Enum([...afterRetries])),
    },
    { additionalProperties: false },
  ),
  output: BillingSettingsObject,
  faults: ['parameter_invalid'],
  example: { retry_days: [2, 5, 7, 7], after_retries: 'cancel' },
  async run(ctx, input, tx) {
    const { account_id } = ctx.account;
    const before = await billingSettings(tx, account_id);
    const { retry_days, after_retries } = { ...before, ...input };
    await sql`insert into billing_settings (account_id, retry_days, after_retries, updated_at)
      values (${account_id}, ${retry_days}, ${after_retries}, ${ctx.env.clock.now()})
      on conflict (account_id) do update set retry_days = excluded.retry_days, after_retries = excluded.after_retries, updated_at = excluded.updated_at`.execute(
      tx,
    );
    return { object: 'billing_settings' as const, retry_days, after_retries };
  },
});
