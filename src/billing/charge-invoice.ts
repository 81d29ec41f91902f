// Charging an invoice with a saved card. The invoice is claimed in the transaction that records the payment, so at most one payment of
// it is under way, whoever charges it and wherever a process dies; what came of it is written by settle-invoice.ts.

import { sql } from 'kysely';
import { type Executor, GuardFailed, type Statement, type Tx } from '../db/db.ts';
import { rowTable } from '../db/rows.ts';
import { assert } from '../kit/assert.ts';
import { hours, plus, seconds } from '../kit/clock.ts';
import { isFault } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import type { Ctx } from '../operation/context.ts';
import { Replay } from '../operation/operation.ts';
import { beginPayment, sharedGuard } from '../payments/create-payment.ts';
import type { PaymentRow } from '../payments/payment.ts';
import type { Source } from '../payments/source.ts';
import { isSent } from './due.ts';
import type { InvoiceRow, LineRow } from './invoice.ts';
import { numberText } from './invoice-object.ts';
import { taxDue } from './invoice-sums.ts';
import { failWithoutPayment, giveUpDue, settleInvoice, settleRenewal } from './settle-invoice.ts';
import { findSubscription, isEnded, type SubscriptionRow } from './subscription.ts';

export type Charge = {
  invoice: InvoiceRow;
  /** This card, whatever the subscription says. */
  payment_method?: string;
  return_url?: string;
  /** Somebody asked for it now: what was given up is tried all the same. */
  asked?: boolean;
  /** What the billing run has read for the whole batch. */
  known?: { s: SubscriptionRow | null; lines: LineRow[]; method: string | undefined; source: Source | undefined };
};

/** Undefined: no payment was begun. The invoice is read anew by whoever wants to know how it stands. */
export async function chargeInvoice(ctx: Ctx, charge: Charge): Promise<PaymentRow | undefined> {
  const { env } = ctx;
  const { invoice } = charge;
  const { claim: _, ...plain } = ctx;
  const { known } = charge;
  // Its customer pays it, when they like.
  if (!charge.asked && isSent(invoice)) return undefined;
  const s = known ? known.s : await subscriptionOf(env.db.query, invoice);
  if (!charge.asked && s && isEnded(s) && invoice.billing_reason !== 'subscription_cancel') return undefined;
  const method =
    charge.payment_method ??
    (known ? known.method : await methodFor(env.db.query, payerOf(s, invoice), invoice.declined_method_id));
  if (method === undefined) {
    if (invoice.declined_method_id !== null) await giveUpDue(plain, invoice);
    else await failWithoutPayment(plain, invoice, 'payment_method_missing');
    return undefined;
  }
  const id = newId('pay', env);
  env.probe('invoice.claiming');
  try {
    const payment = await beginPayment(
      plain,
      {
        amount: invoice.amount_due,
        currency: invoice.currency,
        payment_method: method,
        customer: invoice.customer_id,
        description: `Invoice ${numberText(invoice.number)}`,
        metadata: {},
        ...(invoice.customer_details.email ? { email: invoice.customer_details.email } : {}),
        ...(invoice.merchant_reference ? { merchant_reference: invoice.merchant_reference } : {}),
        ...(charge.return_url ? { return_url: charge.return_url } : {}),
      },
      {
        id,
        invoice_id: invoice.id,
        tax: taxDue(invoice),
        ...(known?.source ? { source: known.source } : {}),
        shared_guards: [sharedGuard(claimStatements, claimOf(ctx, charge, id, method))],
      },
    );
    assert(!(payment instanceof Replay), 'a payment without a claim is not replayed');
    env.probe('invoice.charged');
    if (known) await settleRenewal(plain, { s, invoice, lines: known.lines }, payment);
    else await settleInvoice(plain, invoice.id, payment.id);
    return payment;
  } catch (error) {
    // Somebody else charges it, or it was paid or voided meanwhile.
    if (error instanceof GuardFailed && error.guard === 'invoice_charge') return undefined;
    if (charge.asked) throw error;
    // The card or its customer went away between the look and the charge.
    if (isFault(error, 'not_found') || isFault(error, 'parameter_invalid')) {
      await failWithoutPayment(plain, invoice, 'payment_method_missing');
      return undefined;
    }
    // The account may take no payments now; what is due stays due.
    if (isFault(error, 'permission_denied') || isFault(error, 'feature_unavailable')) {
      await postpone(ctx, invoice);
      return undefined;
    }
    throw error;
  }
}

const claimColumns = {
  account_id: 'text',
  id: 'text',
  customer_id: 'text',
  method_id: 'text',
  payment_id: 'text',
  charges: 'integer',
  amount_due: 'bigint',
  asked: 'boolean',
  scheduled: 'boolean',
  beside: 'boolean',
  follow_at: 'timestamptz',
};
type Claim = Record<keyof typeof claimColumns, unknown> & { id: string };
const claimTable = rowTable(claimColumns);

const claimOf = (
  ctx: Ctx,
  { invoice, known, asked = false }: Charge,
  payment_id: string,
  method_id: string,
): Claim => ({
  account_id: invoice.account_id,
  id: invoice.id,
  customer_id: invoice.customer_id,
  method_id,
  payment_id,
  charges: invoice.charges,
  amount_due: invoice.amount_due,
  asked,
  scheduled: !asked && invoice.charge_at !== null,
  // Who pays by themselves or brings another card does so beside the schedule, which goes on where it was.
  beside: known === undefined,
  follow_at: plus(ctx.env.clock.now(), seconds(5)),
});

/**
 * Fails when an invoice is not to be paid any more, is being paid, or was charged since it was looked at; when its time had come and
 * was taken away meanwhile, because its subscription ended; and when its card or customer is gone. What is asked of other tables is
 * in selects of its own, so that each row is found by its key, whatever the planner believes of a young table.
 */
function claimStatements(claims: Claim[]): Statement[] {
  const sorted = [...claims].sort((a, b) => (a.id < b.id ? -1 : 1));
  return [
    {
      name: 'invoices_claim',
      text: `with done as (
          update invoices t set payment_id = u.payment_id, charging = true, charges = t.charges + 1, charge_at = null,
            resume_at = case when u.beside then t.charge_at end, follow_at = u.follow_at, follows = 0
          from ${claimTable.from} where t.account_id = u.account_id and t.id = u.id
            and t.status <> 'paid' and t.status <> 'void' and (u.asked or t.status <> 'uncollectible' and t.collection_method <> 'send_invoice')
            and not t.charging and t.charges = u.charges and t.amount_due = u.amount_due and (not u.scheduled or t.charge_at is not null)
            and (select deleted_at is null from customers c where c.account_id = u.account_id and c.id = u.customer_id)
            and (select detached_at is null from payment_methods p where p.account_id = u.account_id and p.id = u.method_id)
          returning 1)
        select florin_expect((select count(*) from done), cardinality($1), 'invoice_charge')`,
      values: claimTable.values(sorted),
    },
  ];
}

async function postpone(ctx: Ctx, invoice: InvoiceRow): Promise<void> {
  await sql`update invoices set charge_at = charge_at + ${`${hours(1)} milliseconds`}::interval
    where account_id = ${invoice.account_id} and id = ${invoice.id} and charge_at is not null`.execute(
    ctx.env.db.query,
  );
}

/** Whose cards pay: a subscription's own and its customer's; of an invoice by hand the customer's. */
export type Payer = Pick<SubscriptionRow, 'account_id' | 'id' | 'customer_id' | 'payment_method_id'>;

export const payerOf = (s: SubscriptionRow | null, { account_id, id, customer_id }: InvoiceRow): Payer =>
  s ?? { account_id, id, customer_id, payment_method_id: null };

export const subscriptionOf = async (query: Executor | Tx, invoice: InvoiceRow): Promise<SubscriptionRow | null> =>
  invoice.subscription_id === null ? null : await findSubscription(query, invoice.account_id, invoice.subscription_id);

/** The subscription's own card while it is saved, else the customer's default; never one that was declined for good. */
export async function methodFor(query: Executor | Tx, s: Payer, declined: string | null): Promise<string | undefined> {
  const found = await methodsFor(query, s.account_id, [{ s, declined }]);
  return found[0];
}

/** The same for many at once, in their order. */
export async function methodsFor(
  query: Executor | Tx,
  account_id: string,
  wanted: { s: Payer; declined: string | null }[],
): Promise<(string | undefined)[]> {
  const { rows } = await sql<{ id: string; own: string | null; usual: string | null }>`
    select u.id, p.id as own, c.default_payment_method as usual
    from unnest(${wanted.map((one) => one.s.id)}::text[], ${wanted.map((one) => one.s.customer_id)}::text[], ${wanted.map((one) => one.s.payment_method_id)}::text[])
      as u (id, customer_id, method_id)
    join customers c on c.account_id = ${account_id} and c.id = u.customer_id and c.deleted_at is null
    left join payment_methods p on p.account_id = ${account_id} and p.id = u.method_id and p.detached_at is null`.execute(
    query,
  );
  const found = new Map(rows.map((row) => [row.id, row]));
  return wanted.map(({ s, declined }) => {
    const row = found.get(s.id);
    return [row?.own, row?.usual].find((id) => id && id !== declined) ?? undefined;
  });
}
