// Companies own merchants; a merchant has two accounts. Rooms are handed the account whole with every call.

import { type Selectable, sql } from 'kysely';
import type { Executor, Tx } from '../db/db.ts';
import type { Accounts, Merchants } from '../db/types.ts';
import { assert } from '../kit/assert.ts';
import { newId } from '../kit/id.ts';
import { type Currency, isCurrency } from '../kit/money.ts';
import type { Account, Env, FeeSchedule, PaymentMethodType } from '../operation/context.ts';
import { type EmailChoice, wantedEmails } from './wanted-emails.ts';

export const loadAccount = async (query: Executor, account_id: string): Promise<Account | undefined> =>
  (await loadAccounts(query, [account_id])).get(account_id);

/** Those of a batch at once; an unknown id is simply not among them. */
export async function loadAccounts(query: Executor, ids: Iterable<string>): Promise<Map<string, Account>> {
  const rows = await query
    .selectFrom('accounts')
    .innerJoin('merchants', 'merchants.id', 'accounts.merchant_id')
    .selectAll('accounts')
    .select(['merchants.name', 'merchants.logo_url', 'merchants.status', 'merchants.country', 'merchants.time_zone'])
    .select(
      sql<
        AccountRow['email_settings']
      >`(select to_jsonb(e) from email_settings e where e.account_id = accounts.account_id)`.as('email_settings'),
    )
    .where('account_id', '=', sql<string>`any(${[...ids]}::text[])`)
    .execute();
  return new Map(rows.map((row) => [row.account_id, toAccount(row)]));
}

export type AccountRow = Selectable<Accounts> &
  Pick<Selectable<Merchants>, 'name' | 'logo_url' | 'status' | 'country' | 'time_zone'> & {
    email_settings: Partial<EmailChoice> | null;
  };

/** For statements written by hand over accounts a and merchants m. */
export const accountColumns =
  'a.*, m.name, m.logo_url, m.status, m.country, m.time_zone, (select to_jsonb(e) from email_settings e where e.account_id = a.account_id) as email_settings';

export function toAccount(row: AccountRow): Account {
  assert(isCurrency(row.currency), 'an account has a known currency');
  const mode = row.mode as Account['mode'];
  return {
    account_id: row.account_id,
    merchant_id: row.merchant_id,
    merchant_name: row.name,
    merchant_logo_url: row.logo_url,
    merchant_status: row.status as Account['merchant_status'],
    merchant_country: row.country,
    time_zone: row.time_zone,
    mode,
    currency: row.currency,
    fee_schedule: row.fee_schedule as FeeSchedule,
    overdraft_limit: row.overdraft_limit,
    refund_funding: row.refund_funding as Account['refund_funding'],
    settlement_delay_days: row.settlement_delay_days,
    payment_methods: row.payment_methods as PaymentMethodType[],
    payout_schedule: row.payout_schedule as Account['payout_schedule'],
    payout_minimum: row.payout_minimum,
    fraud_warning_refund_limit: row.fraud_warning_refund_limit,
    emails: wantedEmails(mode, row.email_settings),
    provider: row.provider,
  };
}

/**
 * As card acquirers quote them: 2.9 % and 30 minor units, 1.5 % more for foreign cards, for a dispute what it costs to handle, and 1 %
 * on another currency than the merchant's own. A payment by Bitcoin cannot be taken back by its payer: 1 %.
 */
const usualFees: FeeSchedule = {
  rules: [
    { method: 'bitcoin', bps: 100, fixed: 0 },
    { bps: 290, fixed: 30 },
    { region: 'international', bps: 440, fixed: 30 },
    { currency: 'JPY', bps: 290, fixed: 40 },
    { currency: 'KRW', bps: 290, fixed: 400 },
    { currency: 'BTC', bps: 100, fixed: 0 },
  ],
  dispute: [
    { amount: 1500 },
    { currency: 'JPY', amount: 2000 },
    { currency: 'KRW', amount: 20_000 },
    { currency: 'BTC', amount: 20_000 },
  ],
  exchange: { bps: 100 },
};

export type NewMerchant = {
  company: string;
  merchant: string;
  currency: Currency;
  status?: Account['merchant_status'];
};

/** A company with its first merchant and both accounts. */
export async function createCompany(env: Env, tx: Tx, input: NewMerchant): Promise<{ sandbox: string; live: string }> {
  const company_id = newId('comp', env);
  await tx
    .insertInto('companies')
    .values({ id: company_id, name: input.company, created_at: env.clock.now() })
    .execute();
  const { sandbox, live } = await addMerchant(env, tx, company_id, {
    name: input.merchant,
    currency: input.currency,
    status: input.status ?? 'active',
  });
  return { sandbox, live };
}

type Added = {
  name: string;
  currency: Currency;
  status: Account['merchant_status'];
  time_zone?: string;
  country?: string;
};

/** One more merchant of a company, with both accounts. */
export async function addMerchant(
  env: Env,
  tx: Tx,
  company_id: string,
  input: Added,
): Promise<{ merchant_id: string; sandbox: string; live: string }> {
  const now = env.clock.now();
  const merchant_id = newId('mcht', env);
  const sandbox = newId('acct', env);
  const live = newId('acct', env);
  const { currency: _, ...merchant } = input;
  const approved_at = input.status === 'pending_review' ? null : now;
  await tx
    .insertInto('merchants')
    .values({ id: merchant_id, company_id, ...merchant, approved_at, created_at: now })
    .execute();
  const fee_schedule = JSON.stringify(usualFees);
  await tx
    .insertInto('accounts')
    .values([
      // A sandbox can refund its very first payment in full, although the fee was kept: it may go below zero a little.
      {
        account_id: sandbox,
        merchant_id,
        mode: 'sandbox',
        currency: input.currency,
        fee_schedule,
        overdraft_limit: 100_000,
        payment_methods: ['card', 'bitcoin'],
        created_at: now,
      },
      {
        account_id: live,
        merchant_id,
        mode: 'live',
        currency: input.currency,
        fee_schedule,
        overdraft_limit: 0,
        payment_methods: ['card'],
        created_at: now,
      },
    ])
    .execute();
  return { merchant_id, sandbox, live };
}
