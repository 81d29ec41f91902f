// Open attempts that wait for bitcoin: asks the gateway what came, and settles attempt and invoice in one transaction. Also how a
// customer who waits before an invoice turns to another way of paying.

import type { Outcome } from '../connectors/connector.ts';
import { asGuard, type Statement } from '../db/db.ts';
import { plus, seconds } from '../kit/clock.ts';
import type { Ctx } from '../operation/context.ts';
import { rowsOf, settleLocked } from './attempt.ts';
import { type AttemptRow, isOpen } from './attempt-row.ts';
import { changeInvoice, elsewhere, factsOf, heard, invoicesOf } from './bitcoin-invoice.ts';
import { bitcoinVerdict } from './bitcoin-verdict.ts';
import type { PaymentRow } from './payment.ts';
import { inTime } from './provider-time.ts';

/** A customer with a wallet in the hand is waited for: the job asks this often, an open page more often. */
const between_ms = seconds(20);

export const waitsForBitcoin = (payment: PaymentRow) =>
  payment.status === 'requires_authentication' && payment.payment_method?.type === 'bitcoin';

export async function resolveBitcoin(ctx: Ctx, attempt: AttemptRow): Promise<void> {
  const { env, account } = ctx;
  const { account_id, payment_id } = attempt;
  // An address cannot be taken back, so there is nothing to ask of the gateway.
  if (attempt.kind === 'void') {
    await settleLocked(ctx, attempt, withdrawn(attempt));
    return;
  }
  const { all, current: invoice } = await invoicesOf(env.db.query, account_id, payment_id);
  if (!invoice) return;
  const look = await inTime(env, env.bitcoin(account_id).look(invoice.id));
  const now = env.clock.now();
  if (look.kind === 'absent') {
    const age = now.getTime() - attempt.created_at.getTime();
    if (age < 2 * env.config.provider_timeout_ms + seconds(10)) return;
    await settleLocked(ctx, attempt, {
      kind: 'declined',
      code: 'never_reached',
      provider_reference: undefined,
      retryable: true,
      processing: {},
    });
    return;
  }
  const facts = factsOf({ ...invoice, ...heard(look) }, account.merchant_name, elsewhere(all, invoice));
  const verdict = bitcoinVerdict(facts, look.provider_reference, now);
  const waits = verdict.kind === 'action' || verdict.kind === 'pending';
  const known = attempt.processing.bitcoin;
  if (
    verdict.kind === attempt.status &&
    known?.amount_received === facts.amount_received &&
    known.amount_confirmed === facts.amount_confirmed
  ) {
    await env.db.query
      .updateTable('attempts')
      .set({ resolve_at: plus(now, between_ms) })
      .where('account_id', '=', account_id)
      .where('payment_id', '=', payment_id)
      .where('id', '=', attempt.id)
      .where('status', '=', verdict.kind)
      .execute();
    return;
  }
  const also = [
    ...changeInvoice(invoice, { ...heard(look), ...(verdict.kind === 'approved' ? { taken: true } : {}) }, now),
    ...(waits ? [lookSoon(attempt, plus(now, between_ms))] : []),
  ];
  await settleLocked(ctx, attempt, verdict, also).catch((error) => {
    // Somebody else looked, and wrote, meanwhile.
    if (asGuard(error)?.guard !== 'invoice') throw error;
  });
}

const lookSoon = ({ account_id, payment_id, id }: AttemptRow, at: Date): Statement => ({
  name: 'bitcoin_look_soon',
  text: `update attempts set resolve_at = $4 where account_id = $1 and payment_id = $2 and id = $3 and resolve_at is not null`,
  values: [account_id, payment_id, id, at],
});

const withdrawn = (attempt: AttemptRow): Outcome => ({
  kind: 'approved',
  provider_reference: attempt.provider_reference ?? attempt.id,
  processing: {},
});

/** The merchant cancels a payment that waits for bitcoin: `attempt` is its void. What still comes is recorded by the watch. */
export async function cancelByBitcoin(ctx: Ctx, attempt: AttemptRow): Promise<PaymentRow> {
  return (await settleLocked(ctx, attempt, withdrawn(attempt))).payment;
}

/**
 * The customer turns to another way of paying. Asks once more before: what has come is not turned away from. Returns the payment as it
 * then stands.
 */
export async function withdrawInvoice(ctx: Ctx, payment: PaymentRow): Promise<void> {
  const { env } = ctx;
  const waiting = async () => {
    const row = await env.db.query
      .selectFrom('attempts')
      .selectAll()
      .where('account_id', '=', payment.account_id)
      .where('payment_id', '=', payment.id)
      .where('kind', '=', 'authorize')
      .where('status', '=', 'action')
      .executeTakeFirst();
    return row as unknown as AttemptRow | undefined;
  };
  const before = await waiting();
  if (before) await resolveBitcoin(ctx, before);
  const attempt = await waiting();
  if (!attempt) return;
  const { attempt: now } = await rowsOf(ctx, attempt);
  if (!isOpen(now)) return;
  await settleLocked(ctx, attempt, {
    kind: 'declined',
    code: (now.processing.bitcoin?.amount_received ?? 0) > 0 ? 'underpaid' : 'invoice_withdrawn',
    provider_reference: now.provider_reference ?? undefined,
    retryable: true,
    processing: now.processing,
  });
}
