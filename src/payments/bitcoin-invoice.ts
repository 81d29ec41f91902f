// An invoice: one Bitcoin address that a customer was asked to pay to, with the satoshis asked for at a held rate. Its row, how it is
// written and found. Must never decide anything about a payment: bitcoin-verdict.ts does.

import type { Selectable } from 'kysely';
import type { BitcoinFacts, HeldRate, Invoice } from '../connectors/bitcoin.ts';
import type { Executor, Statement, Tx } from '../db/db.ts';
import { insertRows, updateRows } from '../db/rows.ts';
import type { BitcoinInvoices } from '../db/types.ts';

export type InvoiceRow = Omit<Selectable<BitcoinInvoices>, 'rate'> & { rate: HeldRate | null };

const columns = {
  account_id: 'text',
  id: 'text',
  payment_id: 'text',
  current: 'boolean',
  amount: 'bigint',
  rate: 'jsonb',
  expires_at: 'timestamptz',
  look_at: 'timestamptz',
  created_at: 'timestamptz',
  updated_at: 'timestamptz',
};

const insert = insertRows('bitcoin_invoices', columns);

/** A payment's attempt is about one invoice at a time; of those before it the watch goes on. */
export const insertInvoice = (invoice: InvoiceRow): Statement[] => [noneCurrent(invoice), ...insert([invoice])];

export const makeCurrent = (invoice: InvoiceRow): Statement[] => [
  noneCurrent(invoice),
  {
    name: 'bitcoin_invoice_current',
    text: `update bitcoin_invoices set current = true where account_id = $1 and id = $2`,
    values: [invoice.account_id, invoice.id],
  },
];

const noneCurrent = ({ account_id, payment_id }: InvoiceRow): Statement => ({
  name: 'bitcoin_invoices_past',
  text: `update bitcoin_invoices set current = false where account_id = $1 and payment_id = $2 and current`,
  values: [account_id, payment_id],
});

export type InvoiceChange = Partial<
  Pick<InvoiceRow, 'address' | 'amount_received' | 'amount_confirmed' | 'taken' | 'look_at'>
>;

/** Fails the guard `invoice` when somebody wrote it since it was read: they looked later, or will look again. */
export const changeInvoice = (before: InvoiceRow, change: InvoiceChange, now: Date): Statement[] =>
  update([{ ...before, ...change, updated_at: now, m_version: before.version, version: before.version + 1 }]);

const update = updateRows(
  'bitcoin_invoices',
  { account_id: 'text', id: 'text', version: 'integer' },
  {
    address: 'text',
    amount_received: 'bigint',
    amount_confirmed: 'bigint',
    taken: 'boolean',
    look_at: 'timestamptz',
    updated_at: 'timestamptz',
    version: 'integer',
  },
  'invoice',
);

export const heard = ({ address, received, confirmed }: Invoice): InvoiceChange => ({
  address,
  amount_received: received,
  amount_confirmed: confirmed,
});

export type Invoices = { current: InvoiceRow | undefined; all: InvoiceRow[] };

export async function invoicesOf(query: Executor | Tx, account_id: string, payment_id: string): Promise<Invoices> {
  const rows = await query
    .selectFrom('bitcoin_invoices')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('payment_id', '=', payment_id)
    .orderBy('id')
    .execute();
  const all = rows as unknown as InvoiceRow[];
  return { all, current: all.find((row) => row.current) };
}

/** Satoshis at the other addresses of the same payment. */
export const elsewhere = (all: InvoiceRow[], invoice: InvoiceRow): number =>
  all.reduce((sum, other) => sum + (other.id === invoice.id ? 0 : other.amount_received), 0);

export const factsOf = (invoice: InvoiceRow, label: string, amount_elsewhere: number): BitcoinFacts => ({
  invoice: invoice.id,
  address: invoice.address,
  label,
  amount: invoice.amount,
  amount_received: invoice.amount_received,
  amount_confirmed: invoice.amount_confirmed,
  amount_elsewhere,
  rate: invoice.rate,
  expires_at: invoice.expires_at.toISOString(),
});
