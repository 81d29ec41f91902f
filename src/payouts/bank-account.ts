// The noun: where a merchant's money is sent. Its public shape, how it is reviewed and how it is found. The numbers are sealed in
// the row and opened only for the call to the bank; this file never shows more of them than the last four.

import type { Selectable } from 'kysely';
import Type, { type Static } from 'typebox';
import type { BankNumbers } from '../connectors/bank.ts';
import { bankBehaviourOf, bankScenarioOf } from '../connectors/simulated-bank-scenarios.ts';
import type { Executor, Tx } from '../db/db.ts';
import type { BankAccounts } from '../db/types.ts';
import type { EventType } from '../events/event.ts';
import { hmac, seal, unseal } from '../kit/crypto.ts';
import { notFound } from '../kit/fault.ts';
import type { Currency } from '../kit/money.ts';
import type { Ctx, Env } from '../operation/context.ts';
import { Metadata, nullable, text } from '../operation/fields.ts';
import { type BankKind, bankKinds, countryOf, fromText, lastFour, textOf } from './bank-numbers.ts';

export const reviewStates = ['pending', 'verified', 'rejected'] as const;
export type ReviewState = (typeof reviewStates)[number];

export type BankAccountRow = Omit<Selectable<BankAccounts>, 'kind' | 'currency' | 'status' | 'metadata'> & {
  kind: BankKind;
  currency: Currency;
  status: ReviewState;
  metadata: Metadata;
};

const numberText = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 50, description }));

/** What a merchant types of the numbers. */
export const numberInput = {
  routing_number: numberText('Kind `us`: nine digits.'),
  account_number: numberText('Kind `us`: 4 to 17 digits; kind `hk`: 6 to 9. Hyphens are ignored.'),
  clearing_code: numberText('Kind `hk`: three digits.'),
  branch_code: numberText('Kind `hk`: three digits.'),
  iban: numberText('Kind `iban`. Spaces are ignored.'),
};

export const HolderName = text(140, 'As the bank knows it.');
export const BankName = text(140);
export const Kind = Type.Enum([...bankKinds]);

export const BankAccountObject = Type.Object(
  {
    id: Type.String({ description: '`ba_…`' }),
    object: Type.Literal('bank_account'),
    kind: Kind,
    currency: Type.String(),
    country: Type.String({ description: 'ISO 3166-1 alpha-2 of the bank.' }),
    holder_name: Type.String(),
    bank_name: nullable(Type.String()),
    last_four: Type.String({ description: 'Of the account number or IBAN; the rest is never shown again.' }),
    status: Type.Enum([...reviewStates], { description: 'Only a `verified` account is paid to.' }),
    rejection_reason: nullable(Type.String()),
    default: Type.Boolean({ description: 'Payouts of its currency go here when they name no account.' }),
    metadata: Metadata,
    deleted: Type.Boolean(),
    created_at: Type.String({ format: 'date-time' }),
    updated_at: Type.String({ format: 'date-time' }),
  },
  { title: 'Bank account' },
);
export type BankAccountObject = Static<typeof BankAccountObject>;

export function bankAccountObject(row: BankAccountRow): BankAccountObject {
  return {
    id: row.id,
    object: 'bank_account',
    kind: row.kind,
    currency: row.currency,
    country: row.country,
    holder_name: row.holder_name,
    bank_name: row.bank_name,
    last_four: row.last_four,
    status: row.status,
    rejection_reason: row.rejection_reason,
    default: row.is_default,
    metadata: row.metadata,
    deleted: row.deleted_at !== null,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

/** The columns that hold the numbers. Bound to the id: sealed numbers copied into another row do not open there. */
export const sealedNumbers = (env: Env, id: string, numbers: BankNumbers) => ({
  numbers: seal(env.keys.bank_accounts, textOf(numbers), id),
  fingerprint: fingerprintOf(env, numbers),
  last_four: lastFour(numbers),
  country: countryOf(numbers),
});

export const fingerprintOf = (env: Env, numbers: BankNumbers) => hmac(env.keys.bank_fingerprints, textOf(numbers));

/** For the one call to the bank that needs them. */
export const openNumbers = (env: Env, row: Pick<BankAccountRow, 'id' | 'numbers'>): BankNumbers =>
  fromText(unseal(env.keys.bank_accounts, row.numbers, row.id).toString());

export type Review = Pick<BankAccountRow, 'status' | 'rejection_reason' | 'reviewed_at'>;

/** Live numbers wait for a person. The sandbox has none: it verifies at once, or does what its test number asks for. */
export function firstReview(ctx: Ctx, numbers: BankNumbers): Review {
  const waiting: Review = { status: 'pending', rejection_reason: null, reviewed_at: null };
  if (ctx.account.mode === 'live') return waiting;
  const { review } = bankBehaviourOf(bankScenarioOf(numbers));
  const reviewed_at = ctx.env.clock.now();
  if (review === 'pending') return waiting;
  if (review === 'rejected')
    return { status: 'rejected', rejection_reason: 'A test number that is always rejected.', reviewed_at };
  return { status: 'verified', rejection_reason: null, reviewed_at };
}

/** A review that was decided is told by an event of its own. */
export const verdictOf = ({ status }: BankAccountRow): EventType[] => {
  if (status === 'pending') return [];
  return [status === 'verified' ? 'bank_account.verified' : 'bank_account.rejected'];
};

export async function findBankAccount(
  query: Executor | Tx,
  account_id: string,
  id: string,
  param = 'id',
): Promise<BankAccountRow> {
  const row = await query
    .selectFrom('bank_accounts')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row || row.deleted_at !== null) throw notFound('bank account', id, param);
  return row as BankAccountRow;
}

/** Also a deleted one: a payout outlives its bank account. */
export async function findAnyBankAccount(query: Executor, account_id: string, id: string): Promise<BankAccountRow> {
  const row = await query
    .selectFrom('bank_accounts')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return row as BankAccountRow;
}

/** `share`: nobody changes it until the transaction ends, yet many payouts may name it at once. */
export async function lockBankAccount(
  tx: Tx,
  account_id: string,
  id: string,
  how: 'share' | 'update',
  param = 'id',
): Promise<BankAccountRow> {
  const query = tx.selectFrom('bank_accounts').selectAll().where('account_id', '=', account_id).where('id', '=', id);
  const row = await (how === 'share' ? query.forShare() : query.forUpdate()).executeTakeFirst();
  if (!row || row.deleted_at !== null) throw notFound('bank account', id, param);
  return row as BankAccountRow;
}
