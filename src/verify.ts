// `florin verify`: every proof the rooms offer, and the comparison of our books with the simulated provider's own.

import { sql } from 'kysely';
import Type from 'typebox';
import { billingChecks } from './billing/verify.ts';
import { couponChecks } from './coupons/verify.ts';
import type { Executor } from './db/db.ts';
import { disputeChecks } from './disputes/verify.ts';
import { fxChecks } from './fx/verify.ts';
import { auditChecks } from './identity/verify.ts';
import { type Check, type Finding, ledgerChecks, ofAccount, runChecks } from './ledger/verify.ts';
import { meterChecks } from './meters/verify.ts';
import { operation } from './operation/operation.ts';
import { paymentChecks } from './payments/verify.ts';
import { bankChecks, payoutChecks } from './payouts/verify.ts';
import { settlementChecks } from './settlements/verify.ts';

const providerChecks: Check[] = [
  {
    name: 'the simulated provider took and gave back what our ledger says, apart from calls still open',
    query: (id) => sql`
      select coalesce(ours.account_id, theirs.account_id) || ' ' || coalesce(ours.currency, theirs.currency) as what
      from (select account_id, currency, sum(provider_receivable)::bigint as net from ledger_postings
            where ${ofAccount('account_id', id)} group by 1, 2) ours
      full join (
        select account_id, currency, sum(amount)::bigint as net from (
          select account_id, currency, case when kind = 'capture' or (kind = 'authorize' and captured) then amount when kind = 'refund' then -amount else 0 end as amount
          from simulator_calls where ${ofAccount('account_id', id)} and status = 'approved'
          union all
          -- The gateway knows satoshis alone: the price of each invoice that it says is paid, and that we say paid its payment.
          select p.account_id, p.currency, p.amount from bitcoin_invoices i
          join payments p on p.account_id = i.account_id and p.id = i.payment_id
          join simulator_invoices s on s.account_id = i.account_id and s.reference = i.id and s.amount = i.amount
          where ${ofAccount('i.account_id', id)} and i.taken
            and s.amount <= (select sum(c.amount) from simulator_coins c where c.account_id = s.account_id and c.reference = s.reference and c.confirmed_at is not null)
          union all
          -- Only what it took back for good: the money of an open dispute is still owed to us, or not, as it will be decided.
          select account_id, currency, -amount from simulator_disputes where ${ofAccount('account_id', id)} and status in ('lost', 'accepted')) moved
        group by 1, 2) theirs
        on theirs.account_id = ours.account_id and theirs.currency = ours.currency
      left join (select account_id, currency, sum(open)::bigint as open from (
        select a.account_id, coalesce(p.currency, a.draft->>'currency') as currency, sum(a.amount)::bigint as open from attempts a left join payments p on p.account_id = a.account_id and p.id = a.payment_id
        where ${ofAccount('a.account_id', id)} and a.resolve_at is not null and a.kind in ('authorize', 'capture', 'refund') group by 1, 2
        union all
        select s.account_id, s.currency, s.amount from simulator_disputes s
        left join disputes d on d.account_id = s.account_id and d.provider = 'simulator' and d.provider_reference = s.reference
        where ${ofAccount('s.account_id', id)} and s.status in ('lost', 'accepted') and (d.id is null or d.status not in ('lost', 'accepted'))) waiting
        group by 1, 2) pending
        on pending.account_id = coalesce(ours.account_id, theirs.account_id) and pending.currency = coalesce(ours.currency, theirs.currency)
      where abs(coalesce(ours.net, 0) - coalesce(theirs.net, 0)) > coalesce(pending.open, 0)`,
  },
  {
    name: 'every dispute is one of the simulated provider, and stands as what it told and we applied says',
    query: (id) => sql`
      select d.account_id || ' ' || d.id as what from disputes d
      left join simulator_disputes s on s.account_id = d.account_id and s.reference = d.provider_reference
      where ${ofAccount('d.account_id', id)} and d.provider = 'simulator' and (s.reference is null or s.currency <> d.currency or s.amount <> d.amount
        or (d.status in ('lost', 'won', 'accepted', 'withdrawn') and s.status <> d.status))
      union all
      select n.account_id || ' ' || n.id from simulator_notices n
      join provider_notices p on p.account_id = n.account_id and p.provider = 'simulator' and p.id = n.id and p.applied_at is not null
      left join disputes d on d.account_id = n.account_id and d.provider = 'simulator' and d.provider_reference = n.body->>'dispute_reference'
      where ${ofAccount('n.account_id', id)} and n.body->>'kind' <> 'fraud_warning' and (d.id is null
        or (n.body->>'kind' = 'dispute_won' and d.status <> 'won') or (n.body->>'kind' = 'dispute_withdrawn' and d.status <> 'withdrawn')
        or (n.body->>'kind' = 'dispute_lost' and d.status not in ('lost', 'accepted')))`,
  },
  {
    name: 'nothing that the simulated provider told before our cursor is missing',
    query: (id) => sql`
      select n.account_id || ' ' || n.id as what from simulator_notices n
      join provider_cursors c on c.account_id = n.account_id and c.provider = 'simulator'
      left join provider_notices p on p.account_id = n.account_id and p.provider = 'simulator' and p.id = n.id
      where ${ofAccount('n.account_id', id)} and n.position <= coalesce(c.cursor, '0')::bigint and p.id is null`,
  },
];

const bitcoinChecks: Check[] = [
  {
    name: 'every payment by Bitcoin was paid by one invoice in full, and says what came to all of its addresses',
    query: (id) => sql`
      select i.account_id || ' ' || i.payment_id as what
      from (select account_id, payment_id, count(*) filter (where taken) as taken, sum(amount_received) as received
        from bitcoin_invoices where ${ofAccount('account_id', id)} group by 1, 2) i
      join payments p on p.account_id = i.account_id and p.id = i.payment_id
      where i.taken <> case when p.payment_method->>'type' = 'bitcoin' and p.amount_captured > 0 then 1 else 0 end
        or i.received <> coalesce((p.processing->'bitcoin'->>'amount_received')::bigint + (p.processing->'bitcoin'->>'amount_elsewhere')::bigint, 0)`,
  },
  {
    name: 'every satoshi that the simulated gateway saw before our last look is recorded with its invoice, and none that it did not see',
    query: (id) => sql`
      select s.account_id || ' ' || s.reference as what from simulator_invoices s
      left join bitcoin_invoices i on i.account_id = s.account_id and i.id = s.reference
      left join (select account_id, reference, sum(amount) as amount from simulator_coins where ${ofAccount('account_id', id)} group by 1, 2) c
        on c.account_id = s.account_id and c.reference = s.reference
      -- A look and the note of it are two moments.
      where ${ofAccount('s.account_id', id)} and (i.id is null or i.amount <> s.amount or i.amount_received > coalesce(c.amount, 0)
        or i.amount_received < (select coalesce(sum(k.amount), 0) from simulator_coins k
          where k.account_id = s.account_id and k.reference = s.reference and k.seen_at <= i.updated_at - interval '1 minute'))`,
  },
];

const checkoutChecks: Check[] = [
  {
    name: 'every payment link’s counts are its sessions, completed and being paid, and within its limit',
    query: (id) => sql`
      select l.account_id || ' ' || l.id as what from payment_links l
      left join (select account_id, payment_link_id, count(*) filter (where status = 'complete') as completed,
          count(*) filter (where payment_status = 'processing') as under_way
        from checkout_sessions where ${ofAccount('account_id', id)} and payment_link_id is not null group by 1, 2) s
        on s.account_id = l.account_id and s.payment_link_id = l.id
      where ${ofAccount('l.account_id', id)} and (l.sessions_completed <> coalesce(s.completed, 0)
        or l.sessions_under_way <> coalesce(s.under_way, 0) or l.sessions_completed + l.sessions_under_way > l.max_completed_sessions)`,
  },
  {
    name: 'every paid session has one payment that took its money, of its amount and currency',
    query: (id) => sql`
      select s.account_id || ' ' || s.id as what from checkout_sessions s
      left join payments p on p.account_id = s.account_id and p.id = s.payment_id
      where ${ofAccount('s.account_id', id)} and s.payment_status = 'paid'
        and (p.id is null or p.checkout_session_id <> s.id or p.currency <> coalesce(s.presentment_currency, s.currency) or p.amount < coalesce(s.presentment_amount, s.amount_total) or p.amount_authorized = 0)`,
  },
  {
    name: 'every payment in a currency that its customer chose is of the sum and the rate that the session offered',
    query: (id) => sql`
      select s.account_id || ' ' || s.id as what from checkout_sessions s
      join payments p on p.account_id = s.account_id and p.id = s.payment_id
      where ${ofAccount('s.account_id', id)} and s.payment_status = 'paid' and (
        (s.presentment_currency is null) <> (p.processing->'exchange' is null)
        or (s.presentment_currency is not null and (p.amount <> s.presentment_amount
          or (p.processing->'exchange'->>'amount')::bigint <> s.amount_total or p.processing->'exchange'->>'currency' <> s.currency
          or p.processing->'exchange'->>'rate' is distinct from s.exchange->>'rate'
          or p.processing->'exchange'->>'fx_rates' is distinct from s.exchange->>'fx_rates')))`,
  },
  {
    name: 'no session was paid twice without the second payment being given back, or told of when it is bitcoin that came late',
    query: (id) => sql`
      select p.account_id || ' ' || p.checkout_session_id as what from payments p
      where ${ofAccount('p.account_id', id)} and p.checkout_session_id is not null and p.amount_captured > p.amount_refunded
      group by p.account_id, p.checkout_session_id
      having count(*) filter (where p.payment_method->>'type' is distinct from 'bitcoin') > 1
        or (count(*) > 1 and not exists (select from events e where e.account_id = p.account_id and e.object_id = p.checkout_session_id
          and e.type = 'checkout_session.late_payment'))`,
  },
];

/** Over several connections when given several: as many checks at a time. */
export const verifyAll = (
  on: Executor | readonly Executor[],
  account_id?: string,
  told?: (finding: Finding, seconds: number) => void,
): Promise<Finding[]> =>
  runChecks(
    Array.isArray(on) ? on : [on as Executor],
    [
      ...ledgerChecks,
      ...paymentChecks,
      ...settlementChecks,
      ...payoutChecks,
      ...disputeChecks,
      ...bitcoinChecks,
      ...checkoutChecks,
      ...couponChecks,
      ...meterChecks,
      ...fxChecks,
      ...billingChecks,
      ...providerChecks,
      ...bankChecks,
      ...auditChecks,
    ],
    account_id,
    told,
  );

/** The same proof over the API, narrowed to one account. */
export const verifyLedger = operation({
  name: 'ledger.verify',
  scope: 'ledger:read',
  actors: ['secret', 'system'],
  kind: 'read',
  summary: 'Verify the ledger',
  description:
    'Recomputes the books of this account from their entries and says, sentence by sentence, what was proved. A failed check names up to five offenders.',
  input: Type.Object({}, { additionalProperties: false }),
  output: Type.Object({
    object: Type.Literal('ledger_verification'),
    ok: Type.Boolean(),
    checks: Type.Array(Type.Object({ name: Type.String(), ok: Type.Boolean(), examples: Type.Array(Type.String()) })),
    verified_at: Type.String({ format: 'date-time' }),
  }),
  faults: [],
  async run(ctx) {
    const checks = await verifyAll(ctx.env.db.query, ctx.account.account_id);
    return {
      object: 'ledger_verification' as const,
      ok: checks.every((c) => c.ok),
      checks,
      verified_at: ctx.env.clock.now().toISOString(),
    };
  },
});
