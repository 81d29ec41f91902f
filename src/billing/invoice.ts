// An invoice: what was asked for one period, or for a change within it. Its row, its transitions, how it is found and written.

import { type RawBuilder, sql } from 'kysely';
import type { Executor, Statement, Tx } from '../db/db.ts';
import { insertRows, updateRows } from '../db/rows.ts';
import { notFound } from '../kit/fault.ts';
import type { Currency } from '../kit/money.ts';
import type { Address, Metadata } from '../operation/fields.ts';
import type { CollectionMethod } from './due.ts';
import type { InvoiceDiscount, InvoiceTax, Line, LinePart } from './invoice-sums.ts';
import type { Item } from './subscription.ts';

export const invoiceStatuses = ['open', 'paid', 'void', 'uncollectible'] as const;
export type InvoiceStatus = (typeof invoiceStatuses)[number];

/** Every step an invoice can take. What was given up can be paid after all. */
export const invoiceTransitions: Record<InvoiceStatus, readonly InvoiceStatus[]> = {
  open: ['paid', 'void', 'uncollectible'],
  uncollectible: ['paid', 'void'],
  paid: [],
  void: [],
};

export const billingReasons = [
  'subscription_create',
  'subscription_cycle',
  'subscription_update',
  'subscription_cancel',
  'manual',
] as const;
export type BillingReason = (typeof billingReasons)[number];

export type CustomerDetails = {
  name: string | null;
  email: string | null;
  address: Address | null;
  tax_id?: string | null;
};

/** The change of plan that an invoice pays for. Times are text, as they are in JSON. */
export type PlanChange = {
  item: Item;
  /** Where a new period begins with it. */
  anchor: string | null;
  covered: { amount: number; tax: number; from: string; until: string };
  /** Usage was billed until then. */
  usage_from?: string | null;
  /** How many of the waiting lines it bills. */
  takes_pending: number;
};

export type InvoiceRow = {
  account_id: string;
  id: string;
  number: number;
  status: InvoiceStatus;
  /** Null: made by hand. */
  subscription_id: string | null;
  customer_id: string;
  customer_details: CustomerDetails;
  /** The version of who sells; see seller.ts. */
  seller: number;
  billing_reason: BillingReason;
  collection_method: CollectionMethod;
  days_until_due: number | null;
  /** The last second in which it is paid in time; null: it is charged. */
  due_at: Date | null;
  overdue_at: Date | null;
  /** What was told of it until then, and when the next is; see due.ts. */
  noticed_until: Date | null;
  notice_at: Date | null;
  /** Its money came by a way of the merchant's own. */
  paid_out_of_band: boolean;
  out_of_band_reference: string | null;
  merchant_reference: string | null;
  description: string | null;
  currency: Currency;
  period_start: Date;
  period_end: Date;
  subtotal: number;
  discount: number;
  tax: number;
  total: number;
  taxes: InvoiceTax[];
  discounts: InvoiceDiscount[];
  credit_applied: number;
  credit_granted: number;
  amount_due: number;
  /** All its credit notes, and of these what lowered the amount due. */
  amount_credited: number;
  credited_due: number;
  amount_paid: number;
  payment_id: string | null;
  charging: boolean;
  /** The payment under way waits on our page. */
  on_page: boolean;
  /** When the schedule goes on after a payment under way that is none of its own. */
  resume_at: Date | null;
  charges: number;
  retries: number;
  decline_code: string | null;
  declined_method_id: string | null;
  charge_at: Date | null;
  follow_at: Date | null;
  follows: number;
  change: PlanChange | null;
  test_clock_id: string | null;
  metadata: Metadata;
  created_at: Date;
  paid_at: Date | null;
  voided_at: Date | null;
  uncollectible_at: Date | null;
  updated_at: Date;
};

const key = { account_id: 'text', id: 'text' };
const changes = {
  status: 'text',
  overdue_at: 'timestamptz',
  noticed_until: 'timestamptz',
  notice_at: 'timestamptz',
  paid_out_of_band: 'boolean',
  out_of_band_reference: 'text',
  amount_paid: 'bigint',
  payment_id: 'text',
  charging: 'boolean',
  on_page: 'boolean',
  resume_at: 'timestamptz',
  charges: 'integer',
  retries: 'integer',
  decline_code: 'text',
  declined_method_id: 'text',
  charge_at: 'timestamptz',
  follow_at: 'timestamptz',
  follows: 'integer',
  change: 'jsonb',
  paid_at: 'timestamptz',
  voided_at: 'timestamptz',
  uncollectible_at: 'timestamptz',
  updated_at: 'timestamptz',
};
const columns = {
  ...key,
  ...changes,
  number: 'bigint',
  subscription_id: 'text',
  customer_id: 'text',
  customer_details: 'jsonb',
  seller: 'integer',
  billing_reason: 'text',
  collection_method: 'text',
  days_until_due: 'integer',
  due_at: 'timestamptz',
  merchant_reference: 'text',
  description: 'text',
  currency: 'text',
  period_start: 'timestamptz',
  period_end: 'timestamptz',
  subtotal: 'bigint',
  discount: 'bigint',
  tax: 'bigint',
  total: 'bigint',
  taxes: 'jsonb',
  discounts: 'jsonb',
  credit_applied: 'bigint',
  credit_granted: 'bigint',
  amount_due: 'bigint',
  test_clock_id: 'text',
  metadata: 'jsonb',
  created_at: 'timestamptz',
};
const lineColumns = {
  account_id: 'text',
  invoice_id: 'text',
  id: 'text',
  description: 'text',
  amount: 'bigint',
  discount: 'bigint',
  tax: 'bigint',
  quantity: 'bigint',
  unit_amount: 'bigint',
  taxes: 'jsonb',
  product_id: 'text',
  product_name: 'text',
  price_id: 'text',
  price_snapshot_id: 'text',
  recurring: 'jsonb',
  period_start: 'timestamptz',
  period_end: 'timestamptz',
  proration: 'boolean',
  meter_id: 'text',
  usage_value: 'text',
  localized_name: 'text',
  part: 'text',
};

export type LineRow = {
  account_id: string;
  invoice_id: string;
  id: string;
  description: string;
  amount: number;
  discount: number;
  tax: number;
  taxes: InvoiceTax[];
  quantity: number;
  unit_amount: number | null;
  /** Null where a line by hand is of an amount. */
  product_id: string | null;
  product_name: string | null;
  price_id: string | null;
  price_snapshot_id: string | null;
  /** Null of a line by hand: it is sold once. */
  recurring: Pick<Item, 'pricing_model' | 'interval' | 'interval_count' | 'trial_days'> | null;
  period_start: Date | string;
  period_end: Date | string;
  proration: boolean;
  /** Of usage; the value is a decimal in text. */
  meter_id: string | null;
  usage_value: string | null;
  /** The product's name in the customer's language, as it was on the day; null: it had none. */
  localized_name: string | null;
  part: LinePart | null;
};

const insert = insertRows('invoices', columns);
const insertLines = insertRows('invoice_lines', lineColumns);

export const insertInvoices = (invoices: InvoiceRow[], lines: LineRow[]): Statement[] => [
  ...insert(invoices),
  ...insertLines(lines),
];

/** The rows must be locked by the caller. */
export const writeInvoices = (rows: InvoiceRow[]): Statement[] => write(rows.map(unlessOver));

const write = updateRows('invoices', key, changes, 'invoice');

/** Nothing is told of one that nobody waits for any more. */
const unlessOver = (row: InvoiceRow): InvoiceRow => (row.status === 'open' ? row : { ...row, notice_at: null });

/** Without a lock: fails when its payment is not the one under way any more. */
export const writeCharged = (rows: InvoiceRow[]): Statement[] => writeOfPayment(rows.map(unlessOver));

const writeOfPayment = updateRows('invoices', { ...key, payment_id: 'text' }, changes, 'invoice_charged', {
  // Not by its status, which the planner would look it up by: that reads every open invoice for each of these.
  where: 't.charging',
});

export function lineRow(invoice: { account_id: string; id: string }, id: string, line: Line): LineRow {
  const { item } = line;
  return {
    account_id: invoice.account_id,
    invoice_id: invoice.id,
    id,
    description: line.description,
    amount: line.amount,
    discount: line.discount,
    tax: line.tax,
    taxes: line.taxes,
    quantity: line.usage?.quantity ?? item.quantity,
    unit_amount: item.unit_amount,
    product_id: item.product,
    product_name: item.product_name,
    price_id: item.price,
    price_snapshot_id: item.price_snapshot,
    recurring: {
      pricing_model: item.pricing_model,
      interval: item.interval,
      interval_count: item.interval_count,
      trial_days: item.trial_days,
    },
    period_start: line.period_start,
    period_end: line.period_end,
    proration: line.proration,
    meter_id: line.usage?.meter ?? null,
    usage_value: line.usage?.value ?? null,
    localized_name: null,
    part: line.part ?? null,
  };
}

/** An invoice to which nothing has happened yet. */
export const untouched = {
  overdue_at: null,
  paid_out_of_band: false,
  out_of_band_reference: null,
  amount_credited: 0,
  credited_due: 0,
  amount_paid: 0,
  payment_id: null,
  charging: false,
  on_page: false,
  resume_at: null,
  charges: 0,
  retries: 0,
  decline_code: null,
  declined_method_id: null,
  follow_at: null,
  follows: 0,
  voided_at: null,
  uncollectible_at: null,
} satisfies Partial<InvoiceRow>;

const find = async (query: Executor | Tx, account_id: string, id: string, lock: RawBuilder<unknown>) => {
  const { rows } =
    await sql<InvoiceRow>`select * from invoices where account_id = ${account_id} and id = ${id} ${lock}`.execute(
      query,
    );
  if (!rows[0]) throw notFound('invoice', id);
  return rows[0];
};

export const findInvoice = (query: Executor | Tx, account_id: string, id: string): Promise<InvoiceRow> =>
  find(query, account_id, id, sql``);

/** After its subscription, never before it. */
export const lockInvoice = (tx: Tx, account_id: string, id: string): Promise<InvoiceRow> =>
  find(tx, account_id, id, sql`for no key update`);

/** In the order in which they were written. */
export async function linesOf(
  query: Executor | Tx,
  account_id: string,
  ids: string[],
): Promise<Map<string, LineRow[]>> {
  const found = new Map<string, LineRow[]>(ids.map((id) => [id, []]));
  if (ids.length === 0) return found;
  const { rows } = await sql<LineRow>`
    select * from invoice_lines where account_id = ${account_id} and invoice_id = any(${ids}) order by invoice_id, id`.execute(
    query,
  );
  for (const row of rows) found.get(row.invoice_id)?.push(row);
  return found;
}
