// The trial balance: what was debited and credited to each ledger account up to a time, by currency. It sums to zero, or the
// books are wrong and nothing is shown.

import { sql } from 'kysely';
import Type, { type Static } from 'typebox';
import type { Tx } from '../db/db.ts';
import { openSnapshot } from '../db/session.ts';
import { assert } from '../kit/assert.ts';
import { type Currency, currencyOf } from '../kit/money.ts';
import { ledgerAccounts } from '../ledger/account.ts';
import type { Chain } from '../ledger/places.ts';
import { CurrencyCode } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { chainsOf, placesOf } from './ledger-sums.ts';
import { periodOf } from './period.ts';

export type TrialLine = {
  currency: string;
  ledger_account: string;
  debits: number;
  credits: number;
  /** Debits less credits: what is owed to the merchant is below zero. */
  balance: number;
};

export async function trialBalance(
  query: Tx,
  account_id: string,
  currency: Currency | undefined,
  at: Date,
): Promise<TrialLine[]> {
  const lines: TrialLine[] = [];
  for (const chain of await chainsOf(query, account_id, currency)) {
    const own = await trialLines(query, chain, at);
    assert(sum(own, 'balance') === 0, `the trial balance in ${chain.currency} sums to zero`);
    lines.push(...own);
  }
  return lines;
}

async function trialLines(query: Tx, chain: Chain, at: Date): Promise<TrialLine[]> {
  const { last } = await placesOf(query, chain, undefined, at);
  // Both sides need every posting: a seal keeps only their difference.
  const sides = ledgerAccounts.map(
    (a) =>
      `coalesce(sum(${a}) filter (where ${a} > 0), 0) as ${a}_debits, coalesce(-sum(${a}) filter (where ${a} < 0), 0) as ${a}_credits`,
  );
  const { rows } = await sql<Record<string, number>>`
    select ${sql.raw(sides.join(', '))} from ledger_postings
    where account_id = ${chain.account_id} and currency = ${chain.currency} and position <= ${last}::bigint and created_at < ${at}`.execute(
    query,
  );
  return ledgerAccounts.map((ledger_account) => {
    const debits = rows[0]?.[`${ledger_account}_debits`] ?? 0;
    const credits = rows[0]?.[`${ledger_account}_credits`] ?? 0;
    return { currency: chain.currency, ledger_account, debits, credits, balance: debits - credits };
  });
}

const sum = (lines: TrialLine[], side: 'debits' | 'credits' | 'balance') =>
  lines.reduce((total, line) => total + line[side], 0);

const TrialBalanceObject = Type.Object(
  {
    object: Type.Literal('trial_balance'),
    at: Type.String({ format: 'date-time' }),
    currencies: Type.Array(
      Type.Object({
        currency: Type.String(),
        debits: Type.Integer({ description: 'Of all ledger accounts; equal to `credits`. Minor units.' }),
        credits: Type.Integer(),
        ledger_accounts: Type.Array(
          Type.Object({
            ledger_account: Type.Enum([...ledgerAccounts]),
            debits: Type.Integer(),
            credits: Type.Integer(),
            balance: Type.Integer({ description: 'Debits less credits: what is owed to you is below zero.' }),
          }),
        ),
      }),
    ),
  },
  { title: 'Trial balance' },
);
type TrialBalanceObject = Static<typeof TrialBalanceObject>;

export const getTrialBalance = operation({
  name: 'ledger.trial_balance',
  scope: 'ledger:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get the trial balance',
  description:
    'What was debited and credited to each ledger account up to a time, by currency: every posting is read anew. In each currency the balances add up to zero. As a file: the report `trial_balance`.',
  input: Type.Object(
    {
      at: Type.Optional(
        Type.String({
          minLength: 10,
          maxLength: 40,
          description: 'A time in ISO 8601, not included, or a day of your time zone, included. Now when left out.',
        }),
      ),
      currency: Type.Optional(CurrencyCode),
    },
    { additionalProperties: false },
  ),
  output: TrialBalanceObject,
  faults: ['parameter_invalid', 'currency_unsupported'],
  example: {},
  async run(ctx, input): Promise<TrialBalanceObject> {
    const { account, env } = ctx;
    const { to } = periodOf({ to: input.at }, account.time_zone, env.clock.now(), 'at');
    const currency = input.currency === undefined ? undefined : currencyOf(input.currency);
    const snapshot = await openSnapshot(env.db);
    try {
      const lines = await trialBalance(snapshot.query, account.account_id, currency, to);
      const currencies = [...new Set(lines.map((line) => line.currency))].map((code) => {
        const own = lines.filter((line) => line.currency === code);
        const ledger_accounts = own.map(
          ({ currency: _, ...line }) => line as TrialBalanceObject['currencies'][0]['ledger_accounts'][0],
        );
        return { currency: code, debits: sum(own, 'debits'), credits: sum(own, 'credits'), ledger_accounts };
      });
      return { object: 'trial_balance', at: to.toISOString(), currencies };
    } finally {
      await snapshot.close();
    }
  },
});
