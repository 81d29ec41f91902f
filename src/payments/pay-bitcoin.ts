// Paying by Bitcoin: the rate is asked for and held, the invoice is recorded with its attempt, then the gateway gives an address. What
// comes to it is found by asking (resolve-bitcoin.ts, watch-invoices.ts). Must never hold a key or send anything.

import type { BitcoinRate } from '../connectors/bitcoin.ts';
import type { Statement } from '../db/db.ts';
import { runAll } from '../db/db.ts';
import { minutes, plus } from '../kit/clock.ts';
import { Fault } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import type { Currency } from '../kit/money.ts';
import type { Ctx } from '../operation/context.ts';
import { settle, settleLocked } from './attempt.ts';
import type { AttemptRow } from './attempt-row.ts';
import { beginAttempt, inProgress, wrongState } from './begin-attempt.ts';
import { changeInvoice, factsOf, heard, type InvoiceRow, insertInvoice } from './bitcoin-invoice.ts';
import { heldRate, leastSatoshis, mostSatoshis, satoshisFor } from './bitcoin-rate.ts';
import { bitcoinVerdict } from './bitcoin-verdict.ts';
import type { PaymentRow } from './payment.ts';
import { inTime } from './provider-time.ts';

/** How long amount and rate are held. */
const held_ms = minutes(15);
/** How long after it the address is looked at for the first time without an open attempt. */
const watch_ms = minutes(1);

/** What a payment needs to be begun with Bitcoin instead of a card (Extras in create-payment.ts). */
export type BitcoinBegin = {
  provider: string;
  record: Statement[];
  act(payment: PaymentRow, attempt: AttemptRow): Promise<PaymentRow>;
};

export async function bitcoinBegin(
  ctx: Ctx,
  input: { payment_id: string; amount: number; currency: Currency; capture: boolean },
): Promise<BitcoinBegin> {
  const invoice = await newInvoice(ctx, input);
  return {
    provider: ctx.env.bitcoin(ctx.account.account_id).name,
    record: insertInvoice(invoice),
    act: (payment, attempt) => askInvoice(ctx, payment, attempt, invoice),
  };
}

/** A payment that waits on our page, or a failed try of it, gets an invoice. */
export async function confirmByBitcoin(
  ctx: Ctx,
  before: Pick<PaymentRow, 'id' | 'amount' | 'currency' | 'capture'>,
  email?: string,
): Promise<PaymentRow> {
  const invoice = await newInvoice(ctx, { ...before, payment_id: before.id });
  const provider = ctx.env.bitcoin(ctx.account.account_id).name;
  const { payment, attempt } = await beginAttempt(ctx, before.id, async (now, tx) => {
    if (now.status === 'processing' || now.status === 'requires_authentication') throw inProgress();
    if (now.status !== 'pending') throw wrongState(now, 'paid', 'only a pending one can');
    await runAll(tx, insertInvoice(invoice));
    const change = { ...byBitcoin, provider, email: now.email ?? email ?? null };
    return { kind: 'authorize', amount: now.amount, change };
  });
  return await askInvoice(ctx, payment, attempt, invoice);
}

export const byBitcoin = {
  status: 'processing',
  decline_code: null,
  card_id: null,
  card_last_four: null,
  payment_method_id: null,
  payment_method: { type: 'bitcoin' },
} satisfies Partial<PaymentRow>;

export function refuseBitcoin(ctx: Ctx, capture: boolean): void {
  const { account } = ctx;
  const param = 'payment_method_type';
  if (!account.payment_methods.includes('bitcoin'))
    throw new Fault('feature_unavailable', 'This account does not take Bitcoin. The operator enables it.', { param });
  if (account.mode === 'live')
    throw new Fault('feature_unavailable', 'No Bitcoin gateway is connected to this live account.', { param });
  if (!capture)
    throw new Fault(
      'parameter_invalid',
      'Bitcoin cannot be held and captured later. Leave capture out, or let it be true.',
      { param: 'capture' },
    );
}

async function newInvoice(
  ctx: Ctx,
  {
    payment_id,
    amount,
    currency,
    capture,
  }: { payment_id: string; amount: number; currency: Currency; capture: boolean },
): Promise<InvoiceRow> {
  const { env, account } = ctx;
  refuseBitcoin(ctx, capture);
  const rate = currency === 'BTC' ? undefined : await rateOf(ctx, currency);
  const satoshis = rate ? satoshisFor(amount, rate) : amount;
  if (satoshis < leastSatoshis)
    throw new Fault(
      'amount_too_small',
      `Bitcoin cannot carry less than ${leastSatoshis} satoshis; this is ${satoshis}.`,
      {
        param: 'amount',
      },
    );
  if (satoshis > mostSatoshis)
    throw new Fault('amount_too_large', 'This is more bitcoin than there will ever be.', { param: 'amount' });
  const now = env.clock.now();
  const expires_at = plus(now, held_ms);
  return {
    account_id: account.account_id,
    id: newId('inv', env),
    payment_id,
    current: true,
    amount: satoshis,
    rate: rate ? heldRate(rate) : null,
    address: null,
    expires_at,
    amount_received: 0,
    amount_confirmed: 0,
    taken: false,
    look_at: plus(expires_at, watch_ms),
    version: 1,
    created_at: now,
    updated_at: now,
  };
}

async function rateOf(ctx: Ctx, currency: Currency): Promise<BitcoinRate> {
  const { env, account } = ctx;
  let rate: BitcoinRate | undefined;
  try {
    rate = await inTime(env, env.bitcoin(account.account_id).rate(currency));
  } catch (cause) {
    throw new Fault('unavailable', 'The Bitcoin rate could not be asked for. Try again in a moment.', {
      retry_after: 5,
      cause,
    });
  }
  if (!rate)
    throw new Fault('currency_unsupported', `There is no Bitcoin rate for ${currency}.`, { param: 'currency' });
  return rate;
}

/** The invoice is recorded: now the gateway. Silence is `unknown`, and the safety job asks what became of it. */
async function askInvoice(
  ctx: Ctx,
  payment: PaymentRow,
  attempt: AttemptRow,
  invoice: InvoiceRow,
): Promise<PaymentRow> {
  const { env, account } = ctx;
  const { id, amount, expires_at } = invoice;
  const label = account.merchant_name;
  env.probe('authorize.recorded');
  try {
    const gateway = env.bitcoin(account.account_id);
    const answer = await inTime(env, gateway.request({ reference: id, amount, expires_at, label }));
    env.probe('authorize.acted');
    const facts = factsOf(
      { ...invoice, ...heard(answer) },
      label,
      payment.processing.bitcoin ? elsewhereIn(payment) : 0,
    );
    const verdict = bitcoinVerdict(facts, answer.provider_reference, env.clock.now());
    const also = changeInvoice(invoice, heard(answer), env.clock.now());
    const settled = await settleLocked(ctx, attempt, verdict, also);
    env.probe('authorize.settled');
    return settled.payment;
  } catch (error) {
    env.log.warn({ attempt: attempt.id, provider: attempt.provider, error }, 'Bitcoin gateway without an answer');
    return (await settle(ctx, { payment, attempt, refund: undefined }, { kind: 'unknown' })).payment;
  }
}

/** The facts so far are of an invoice before this one: all that came to it came elsewhere. */
function elsewhereIn({ processing: { bitcoin } }: PaymentRow): number {
  return bitcoin ? bitcoin.amount_received + bitcoin.amount_elsewhere : 0;
}
