// Addresses that nobody waits before any more are looked at for a week: money that comes late pays its payment when it is all of what
// was asked for, and is recorded and told in every other case. Nothing that came is ever lost from sight.

import { sql } from 'kysely';
import type { BitcoinFacts, Invoice } from '../connectors/bitcoin.ts';
import { asGuard, runAll, type Tx } from '../db/db.ts';
import { emit } from '../events/emit.ts';
import { loadAccount } from '../identity/account.ts';
import { days, hours, minutes, plus } from '../kit/clock.ts';
import { isFault } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import type { Ctx, Env } from '../operation/context.ts';
import { settleLocked } from './attempt.ts';
import { beginAttempt, inProgress } from './begin-attempt.ts';
import {
  changeInvoice,
  elsewhere,
  factsOf,
  heard,
  type InvoiceRow,
  invoicesOf,
  makeCurrent,
} from './bitcoin-invoice.ts';
import { bitcoinVerdict } from './bitcoin-verdict.ts';
import { bitcoinReceived } from './outcome.ts';
import { byBitcoin } from './pay-bitcoin.ts';
import { lockPayment, type PaymentRow, paymentObject, peekPayment } from './payment.ts';
import { inTime } from './provider-time.ts';

const watched_ms = days(7);

/** Soon after its time often, later seldom: some forty times in the week. Undefined: over. */
function nextLook(invoice: InvoiceRow, now: Date): Date | null {
  const past_ms = now.getTime() - invoice.expires_at.getTime();
  if (past_ms > watched_ms && invoice.amount_received === invoice.amount_confirmed) return null;
  return plus(now, Math.min(hours(6), Math.max(minutes(1), past_ms / 4)));
}

/** Looks at what is due now; returns how many addresses that were. */
export async function watchInvoices(env: Env, limit = 100): Promise<number> {
  const now = env.clock.now();
  const { rows: accounts } = await sql<{ account_id: string }>`
    select distinct account_id from (select account_id from bitcoin_invoices where look_at <= ${now} order by look_at limit 1000) due`.execute(
    env.db.query,
  );
  let count = 0;
  for (const { account_id } of accounts) {
    const account = await loadAccount(env.db.query, account_id);
    if (!account) continue;
    // Moving the time forward is the lease. The version rises with it: who looks later has read this row later.
    const { rows } = await sql<InvoiceRow>`
      update bitcoin_invoices set look_at = ${plus(now, minutes(1))}, version = version + 1
      where account_id = ${account_id} and id in (
        select id from bitcoin_invoices where account_id = ${account_id} and look_at <= ${now} order by look_at limit ${limit} for update skip locked)
      returning *`.execute(env.db.query);
    const ctx: Ctx = { env, account, actor: { kind: 'system' }, request_id: newId('job', env) };
    for (const invoice of rows) {
      await watch(ctx, invoice).catch((error) => {
        // Another movement is under way, or somebody looked meanwhile: the next look finds how it ended.
        if (asGuard(error)?.guard === 'invoice' || isFault(error, 'payment_in_progress')) return;
        env.log.error({ invoice: invoice.id, error }, 'an address could not be looked after');
      });
    }
    count += rows.length;
  }
  return count;
}

async function watch(ctx: Ctx, invoice: InvoiceRow): Promise<void> {
  const { env } = ctx;
  const { account_id, payment_id } = invoice;
  const payment = await peekPayment(env.db.query, account_id, payment_id);
  const open = payment && (payment.status === 'processing' || payment.status === 'requires_authentication');
  // While an attempt is open over this very invoice the safety job asks; a payment that was never written has no customer.
  if (open && invoice.current) return;
  const look = await inTime(env, env.bitcoin(account_id).look(invoice.id));
  const now = env.clock.now();
  if (look.kind === 'absent' || !payment) {
    await write(ctx, invoice, { look_at: payment ? nextLook(invoice, now) : null });
    return;
  }
  if (look.confirmed >= invoice.amount && !invoice.taken && mayStillBePaid(payment)) {
    if (await accept(ctx, invoice, look)) return;
  }
  await record(ctx, invoice, look);
}

const mayStillBePaid = (p: PaymentRow) => p.status === 'failed' || (p.status === 'pending' && p.hosted);

const write = (ctx: Ctx, invoice: InvoiceRow, change: Parameters<typeof changeInvoice>[1]) =>
  ctx.env.db.tx((tx) => runAll(tx, changeInvoice(invoice, change, ctx.env.clock.now())));

/** All of it came: the payment is paid after all. False when it was paid in another way. */
async function accept(ctx: Ctx, invoice: InvoiceRow, look: Invoice): Promise<boolean> {
  const { env, account } = ctx;
  let elsewherePaid = false;
  const begun = await beginAttempt(ctx, invoice.payment_id, async (before, tx) => {
    elsewherePaid = await paidElsewhere(tx, before);
    if (elsewherePaid || !mayStillBePaid(before)) throw inProgress();
    await runAll(tx, makeCurrent(invoice));
    const provider = env.bitcoin(account.account_id).name;
    return { kind: 'authorize', amount: before.amount, change: { ...byBitcoin, provider } };
  }).catch((error) => {
    if (elsewherePaid) return undefined;
    throw error;
  });
  if (!begun) return false;
  env.probe('late.recorded');
  const { all } = await invoicesOf(env.db.query, invoice.account_id, invoice.payment_id);
  const facts = factsOf({ ...invoice, ...heard(look) }, account.merchant_name, elsewhere(all, invoice));
  const now = env.clock.now();
  const also = changeInvoice(invoice, { ...heard(look), taken: true, look_at: nextLook(invoice, now) }, now);
  await settleLocked(ctx, begun.attempt, bitcoinVerdict(facts, look.provider_reference, now), also);
  return true;
}

/** A session is paid once: a payment of it that took money, or is about to, leaves nothing for a late one. */
async function paidElsewhere(tx: Tx, payment: PaymentRow): Promise<boolean> {
  if (payment.checkout_session_id === null) return false;
  const other = await tx
    .selectFrom('payments')
    .select('id')
    .where('account_id', '=', payment.account_id)
    .where('checkout_session_id', '=', payment.checkout_session_id)
    .where('id', '<>', payment.id)
    .where('status', 'in', ['completed', 'authorized', 'processing', 'requires_authentication'])
    .limit(1)
    .executeTakeFirst();
  return other !== undefined;
}

const sumsOf = (facts: BitcoinFacts | undefined) =>
  facts && `${facts.invoice} ${facts.amount_received} ${facts.amount_confirmed} ${facts.amount_elsewhere}`;

/** What came is written down with the payment as it is, and told. */
async function record(ctx: Ctx, before: InvoiceRow, look: Invoice): Promise<void> {
  const { env, account } = ctx;
  const now = env.clock.now();
  const invoice: InvoiceRow = { ...before, ...heard(look) };
  await env.db.tx(async (tx) => {
    const payment = await lockPayment(tx, before.account_id, before.payment_id);
    await runAll(tx, changeInvoice(before, { ...heard(look), look_at: nextLook(invoice, now) }, now));
    const { all } = await invoicesOf(tx, before.account_id, before.payment_id);
    const shown = all.find((row) => row.current) ?? invoice;
    const bitcoin = factsOf(shown, account.merchant_name, elsewhere(all, shown));
    const after = { ...payment, processing: { ...payment.processing, bitcoin } };
    if (sumsOf(bitcoin) === sumsOf(payment.processing.bitcoin)) return;
    const changed: PaymentRow = { ...after, version: payment.version + 1, updated_at: now };
    await tx
      .updateTable('payments')
      .set({ processing: JSON.stringify(changed.processing), version: changed.version, updated_at: now })
      .where('account_id', '=', payment.account_id)
      .where('id', '=', payment.id)
      .execute();
    if (bitcoinReceived(changed) > bitcoinReceived(payment))
      await emit(ctx, tx, 'payment.amount_received', paymentObject(env, changed));
  });
  env.nudge();
}
