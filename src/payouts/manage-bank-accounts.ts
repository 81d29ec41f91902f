// The operations on bank accounts: create, get, list, update, delete. Who reviews them is in review-bank-account.ts. Details do not
// change, and no account goes, while a payout to it is under way.

import { sql } from 'kysely';
import Type from 'typebox';
import { isDuplicate, type Tx } from '../db/db.ts';
import { emit } from '../events/emit.ts';
import type { EventType } from '../events/event.ts';
import { Fault } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import { currencyOf } from '../kit/money.ts';
import type { Ctx } from '../operation/context.ts';
import { CurrencyCode, Id, ListOf, Metadata, nullable, pageFields } from '../operation/fields.ts';
import { each, readList } from '../operation/list.ts';
import { operation } from '../operation/operation.ts';
import {
  BankAccountObject,
  type BankAccountRow,
  BankName,
  bankAccountObject,
  findBankAccount,
  fingerprintOf,
  firstReview,
  HolderName,
  Kind,
  lockBankAccount,
  numberInput,
  openNumbers,
  reviewStates,
  sealedNumbers,
  verdictOf,
} from './bank-account.ts';
import { type BankKind, checkCurrency, type NumberInput, numberFields, numbersOf } from './bank-numbers.ts';
import { underWay } from './payout.ts';

/** More are a sign of a mistake; each currency needs one. */
const maxBankAccounts = 50;

const Default = Type.Optional(
  Type.Boolean({
    description: 'Payouts of its currency go here when they name no account. The first of a currency is it by itself.',
  }),
);

export const createBankAccount = operation({
  name: 'bank_accounts.create',
  scope: 'bank_accounts:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Create a bank account',
  description:
    'Kind `us` takes `routing_number` and `account_number`, `hk` takes `clearing_code`, `branch_code` and `account_number`, `iban` takes `iban`. ' +
    'The numbers are checked, sealed and never shown again but for the last four. A live account is `pending` until we have reviewed it; ' +
    'the sandbox verifies at once, but for its documented test numbers. At most 50 per account.',
  input: Type.Object(
    {
      kind: Kind,
      currency: CurrencyCode,
      holder_name: HolderName,
      bank_name: Type.Optional(BankName),
      ...numberInput,
      default: Default,
      metadata: Type.Optional(Metadata),
    },
    { additionalProperties: false },
  ),
  output: BankAccountObject,
  faults: ['parameter_missing', 'parameter_unknown', 'parameter_invalid', 'currency_unsupported', 'limit_reached'],
  example: {
    kind: 'iban',
    currency: 'EUR',
    holder_name: 'Acme Coffee GmbH',
    bank_name: 'Test Bank',
    iban: 'DE64 3704 0044 0000 1234 56',
  },
  async run(ctx, input, tx) {
    const { account_id } = ctx.account;
    const currency = currencyOf(input.currency);
    checkCurrency(input.kind, currency);
    const numbers = numbersOf(input.kind, input);
    const others = await queueUp(tx, account_id);
    if (others.length >= maxBankAccounts) {
      throw new Fault(
        'limit_reached',
        `This account has ${maxBankAccounts} bank accounts, the most there can be. Delete one you no longer need.`,
      );
    }
    const now = ctx.env.clock.now();
    const id = newId('ba', ctx.env);
    const is_default = input.default === true || !others.some((o) => o.currency === currency && o.is_default);
    if (is_default) await stepDown(tx, account_id, currency);
    const row = await tx
      .insertInto('bank_accounts')
      .values({
        account_id,
        id,
        kind: input.kind,
        currency,
        holder_name: input.holder_name,
        bank_name: input.bank_name ?? null,
        ...sealedNumbers(ctx.env, id, numbers),
        ...firstReview(ctx, numbers),
        is_default,
        metadata: JSON.stringify(input.metadata ?? {}),
        created_at: now,
        updated_at: now,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
      .catch(refuseTwin(input.kind));
    const made = row as BankAccountRow;
    return await told(ctx, tx, made, ['bank_account.created', ...verdictOf(made)]);
  },
});

/** The account's row is the queue in which changes of defaults wait for each other, so that a currency never gets two. */
async function queueUp(tx: Tx, account_id: string): Promise<{ currency: string; is_default: boolean }[]> {
  await tx.selectFrom('accounts').select('account_id').where('account_id', '=', account_id).forNoKeyUpdate().execute();
  return await tx
    .selectFrom('bank_accounts')
    .select(['currency', 'is_default'])
    .where('account_id', '=', account_id)
    .where('deleted_at', 'is', null)
    .execute();
}

const stepDown = (tx: Tx, account_id: string, currency: string) =>
  tx
    .updateTable('bank_accounts')
    .set({ is_default: false })
    .where('account_id', '=', account_id)
    .where('currency', '=', currency)
    .where('is_default', '=', true)
    .execute();

const refuseTwin =
  (kind: BankKind) =>
  (error: unknown): never => {
    if (!isDuplicate(error)) throw error;
    const param = kind === 'iban' ? 'iban' : 'account_number';
    throw new Fault(
      'parameter_invalid',
      'This bank account is here already for this currency. Use that one, or delete it first.',
      { param, cause: error },
    );
  };

async function told(ctx: Ctx, tx: Tx, row: BankAccountRow, types: EventType[]): Promise<BankAccountObject> {
  const object = bankAccountObject(row);
  for (const type of types) await emit(ctx, tx, type, object);
  return object;
}

export const getBankAccount = operation({
  name: 'bank_accounts.get',
  scope: 'bank_accounts:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Get a bank account',
  description: 'A deleted one answers `not_found`; its payouts keep its id and last four.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: BankAccountObject,
  faults: ['not_found'],
  example: { id: '{bank_account}' },
  run: async (ctx, input) =>
    bankAccountObject(await findBankAccount(ctx.env.db.query, ctx.account.account_id, input.id)),
});

export const listBankAccounts = operation({
  name: 'bank_accounts.list',
  scope: 'bank_accounts:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'List bank accounts',
  description: 'Newest first, deleted ones left out.',
  input: Type.Object(
    { ...pageFields, currency: Type.Optional(CurrencyCode), status: Type.Optional(Type.Enum([...reviewStates])) },
    { additionalProperties: false },
  ),
  output: ListOf(BankAccountObject),
  faults: ['parameter_invalid', 'currency_unsupported'],
  run: (ctx, input) =>
    readList(ctx.env.db.query, input, {
      from: 'bank_accounts',
      where: {
        account_id: ctx.account.account_id,
        deleted_at: null,
        currency: input.currency && currencyOf(input.currency),
        status: input.status,
      },
      show: each(bankAccountObject),
    }),
});

export const updateBankAccount = operation({
  name: 'bank_accounts.update',
  scope: 'bank_accounts:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Update a bank account',
  description:
    'Fields left out stay as they are; `metadata` is replaced whole. A change of holder, bank name or numbers is reviewed anew, and is refused while a payout to the account is under way. ' +
    'Numbers are given whole: all that the kind has. `default: true` moves the default here.',
  input: Type.Object(
    {
      id: Id,
      holder_name: Type.Optional(HolderName),
      bank_name: Type.Optional(nullable(BankName)),
      ...numberInput,
      default: Default,
      metadata: Type.Optional(Metadata),
    },
    { additionalProperties: false },
  ),
  output: BankAccountObject,
  faults: ['not_found', 'state_invalid', 'parameter_missing', 'parameter_unknown', 'parameter_invalid'],
  example: { id: '{bank_account}', metadata: { ledger_code: '1200' } },
  async run(ctx, input, tx) {
    const { account_id } = ctx.account;
    await queueUp(tx, account_id);
    const before = await lockBankAccount(tx, account_id, input.id, 'update');
    if (input.default === false && before.is_default) {
      throw new Fault(
        'parameter_invalid',
        'A default is not taken away: set `default: true` on the account that takes its place.',
        { param: 'default' },
      );
    }
    const details = await changedDetails(ctx, tx, before, input);
    if (input.default && !before.is_default) await stepDown(tx, account_id, before.currency);
    const row = await tx
      .updateTable('bank_accounts')
      .set({
        ...details,
        ...(input.default ? { is_default: true } : {}),
        ...(input.metadata === undefined ? {} : { metadata: JSON.stringify(input.metadata) }),
        updated_at: ctx.env.clock.now(),
      })
      .where('account_id', '=', account_id)
      .where('id', '=', before.id)
      .returningAll()
      .executeTakeFirstOrThrow()
      .catch(refuseTwin(before.kind));
    const after = row as BankAccountRow;
    return await told(ctx, tx, after, ['bank_account.updated', ...(details ? verdictOf(after) : [])]);
  },
});

type Details = NumberInput & { holder_name?: string; bank_name?: string | null };

/** The columns of changed details and of their review; undefined when nothing that is reviewed changed. */
async function changedDetails(ctx: Ctx, tx: Tx, before: BankAccountRow, input: Details) {
  const typed = numberFields.some((field) => input[field] !== undefined);
  const numbers = typed ? numbersOf(before.kind, input) : openNumbers(ctx.env, before);
  const renumbered = !fingerprintOf(ctx.env, numbers).equals(before.fingerprint);
  const holder_name = input.holder_name ?? before.holder_name;
  const bank_name = input.bank_name === undefined ? before.bank_name : input.bank_name;
  if (!renumbered && holder_name === before.holder_name && bank_name === before.bank_name) return undefined;
  await refuseUnderWay(tx, before, 'Its details cannot change now');
  return {
    holder_name,
    bank_name,
    ...(renumbered ? sealedNumbers(ctx.env, before.id, numbers) : {}),
    ...firstReview(ctx, numbers),
  };
}

/** The lock on the bank account came first: no payout can name it until this transaction ends. */
async function refuseUnderWay(tx: Tx, row: BankAccountRow, what: string): Promise<void> {
  const { rows } = await sql<{ id: string; status: string }>`
    select id, status from payouts where account_id = ${row.account_id} and bank_account_id = ${row.id} and status = any(${[...underWay]}::text[]) order by id limit 1`.execute(
    tx,
  );
  const [open] = rows;
  if (!open) return;
  throw new Fault(
    'state_invalid',
    `Payout '${open.id}' to this bank account is '${open.status}'. ${what}: wait for its end, or cancel it.`,
    { param: 'id' },
  );
}

export const deleteBankAccount = operation({
  name: 'bank_accounts.delete',
  scope: 'bank_accounts:write',
  actors: ['secret', 'system'],
  kind: 'write',
  summary: 'Delete a bank account',
  description:
    'Not while a payout to it is under way. When it was the default of its currency, name another by `default: true`; until then payouts must name their account, and scheduled ones wait.',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: BankAccountObject,
  faults: ['not_found', 'state_invalid'],
  example: { id: '{unused_bank_account}' },
  async run(ctx, input, tx) {
    const { account_id } = ctx.account;
    const before = await lockBankAccount(tx, account_id, input.id, 'update');
    await refuseUnderWay(tx, before, 'It cannot be deleted now');
    const now = ctx.env.clock.now();
    const row = await tx
      .updateTable('bank_accounts')
      .set({ deleted_at: now, updated_at: now, is_default: false })
      .where('account_id', '=', account_id)
      .where('id', '=', before.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    return await told(ctx, tx, row as BankAccountRow, ['bank_account.deleted']);
  },
});
