// The table of reports: one entry each, its columns and where its rows come from. Order of rows: oldest first.

import { sql } from 'kysely';
import { activityObject } from '../settlements/activity.ts';
import { creditNotes, invoices } from './billing-reports.ts';
import { postingIs } from './filters.ts';
import { chainsOf, placesOf } from './ledger-sums.ts';
import {
  type Ask,
  type Column,
  createdIn,
  money,
  paged,
  type Report,
  type ReportType,
  report,
  time,
} from './report.ts';
import { type StatementLine, statementOf } from './statement.ts';
import { type TrialLine, trialBalance } from './trial-balance.ts';

type Payment = {
  id: string;
  status: string;
  currency: string;
  amount: number;
  amount_authorized: number;
  amount_captured: number;
  amount_refunded: number;
  amount_disputed: number;
  description: string | null;
  merchant_reference: string | null;
  customer_id: string | null;
  email: string | null;
  checkout_session_id: string | null;
  method: string | null;
  card_brand: string | null;
  card_last_four: string | null;
  card_country: string | null;
  decline_code: string | null;
  provider: string | null;
  provider_reference: string | null;
  metadata: string;
  created_at: Date;
  updated_at: Date;
};

const payments = report<Payment>(
  'payments',
  [
    ['id', (p) => p.id],
    ['created_at', (p) => time(p.created_at)],
    ['updated_at', (p) => time(p.updated_at)],
    ['status', (p) => p.status],
    ['currency', (p) => p.currency],
    ...money<Payment>('amount', (p) => p.amount),
    ...money<Payment>('amount_authorized', (p) => p.amount_authorized),
    ...money<Payment>('amount_captured', (p) => p.amount_captured),
    ...money<Payment>('amount_refunded', (p) => p.amount_refunded),
    ...money<Payment>('amount_disputed', (p) => p.amount_disputed),
    ['description', (p) => p.description],
    ['merchant_reference', (p) => p.merchant_reference],
    ['customer', (p) => p.customer_id],
    ['email', (p) => p.email],
    ['checkout_session', (p) => p.checkout_session_id],
    ['payment_method', (p) => p.method],
    ['card_brand', (p) => p.card_brand],
    ['card_last_four', (p) => p.card_last_four],
    ['card_country', (p) => p.card_country],
    ['decline_code', (p) => p.decline_code],
    ['provider', (p) => p.provider],
    ['provider_reference', (p) => p.provider_reference],
    ['metadata', (p) => p.metadata],
  ],
  createdIn(
    'payments',
    'pay',
    sql`id, status, currency, amount, amount_authorized, amount_captured, amount_refunded, amount_disputed, description,
      merchant_reference, customer_id, email, checkout_session_id, payment_method->>'type' as method,
      payment_method->'card'->>'brand' as card_brand, card_last_four, payment_method->'card'->>'country' as card_country,
      decline_code, provider, provider_reference, metadata::text as metadata, created_at, updated_at`,
  ),
);

type Refund = {
  id: string;
  payment_id: string;
  status: string;
  currency: string;
  amount: number;
  reason: string;
  note: string | null;
  merchant_reference: string | null;
  failure_code: string | null;
  metadata: string;
  created_at: Date;
  updated_at: Date;
};

const refunds = report<Refund>(
  'refunds',
  [
    ['id', (r) => r.id],
    ['created_at', (r) => time(r.created_at)],
    ['updated_at', (r) => time(r.updated_at)],
    ['payment', (r) => r.payment_id],
    ['status', (r) => r.status],
    ['currency', (r) => r.currency],
    ...money<Refund>('amount', (r) => r.amount),
    ['reason', (r) => r.reason],
    ['note', (r) => r.note],
    ['merchant_reference', (r) => r.merchant_reference],
    ['failure_code', (r) => r.failure_code],
    ['metadata', (r) => r.metadata],
  ],
  createdIn(
    'refunds',
    're',
    sql`id, payment_id, status, currency, amount, reason, note, merchant_reference, failure_code, metadata::text as metadata,
      created_at, updated_at`,
  ),
);

type Dispute = {
  id: string;
  payment_id: string;
  status: string;
  currency: string;
  amount: number;
  fee: number;
  reason: string;
  network_reason_code: string | null;
  response_kind: string | null;
  response_status: string | null;
  provider: string;
  provider_reference: string;
  evidence_due_by: Date;
  opened_at: Date;
  responded_at: Date | null;
  submitted_at: Date | null;
  decided_at: Date | null;
  created_at: Date;
  updated_at: Date;
};

/** Without the evidence: it is long, and may tell of customers what a file of sums should not. */
const disputes = report<Dispute>(
  'disputes',
  [
    ['id', (d) => d.id],
    ['created_at', (d) => time(d.created_at)],
    ['updated_at', (d) => time(d.updated_at)],
    ['payment', (d) => d.payment_id],
    ['status', (d) => d.status],
    ['currency', (d) => d.currency],
    ...money<Dispute>('amount', (d) => d.amount),
    ...money<Dispute>('fee', (d) => d.fee),
    ['reason', (d) => d.reason],
    ['network_reason_code', (d) => d.network_reason_code],
    ['evidence_due_by', (d) => time(d.evidence_due_by)],
    ['response', (d) => d.response_kind],
    ['response_status', (d) => d.response_status],
    ['responded_at', (d) => time(d.responded_at)],
    ['submitted_at', (d) => time(d.submitted_at)],
    ['opened_at', (d) => time(d.opened_at)],
    ['decided_at', (d) => time(d.decided_at)],
    ['provider', (d) => d.provider],
    ['provider_reference', (d) => d.provider_reference],
  ],
  createdIn(
    'disputes',
    'dp',
    sql`id, payment_id, status, currency, amount, fee, reason, network_reason_code, response_kind, response_status, provider,
      provider_reference, evidence_due_by, opened_at, responded_at, submitted_at, decided_at, created_at, updated_at`,
  ),
);

type ActivityRow = Parameters<typeof activityObject>[0];
type Activity = ReturnType<typeof activityObject>;

const activities = report<Activity>(
  'balance_activities',
  [
    ['id', (a) => a.id],
    ['created_at', (a) => a.created_at],
    ['type', (a) => a.type],
    ['currency', (a) => a.currency],
    ...money<Activity>('amount', (a) => a.amount),
    ...money<Activity>('fee', (a) => a.fee),
    ...money<Activity>('net', (a) => a.net),
    ['status', (a) => a.status],
    ['available_on', (a) => a.available_on],
    ['source', (a) => a.source],
    ['payment', (a) => a.payment],
    ['settlement', (a) => a.settlement],
  ],
  async function* (ask) {
    for await (const rows of activityPages(ask)) yield rows.map(activityObject);
  },
);

/** Chain by chain, along the primary key. The recipes left out move nothing of the merchant's (settlements/activity.ts). */
async function* activityPages(ask: Ask): AsyncGenerator<ActivityRow[]> {
  const { query, account, period } = ask;
  for (const chain of await chainsOf(query, account.account_id, ask.currency)) {
    const { first, last } = await placesOf(query, chain, period.from, period.to);
    yield* paged<ActivityRow>(
      ask,
      (after, limit) => sql<ActivityRow>`
        select p.currency, p.position, p.recipe, p.amount, p.fee, p.incoming, p.available, p.available_on, p.source_id, p.group_id,
          p.created_at, l.settlement_id
        from ledger_postings p
        left join settlement_lines l on l.account_id = p.account_id and l.currency = p.currency and l.position = p.position
        where p.account_id = ${chain.account_id} and p.currency = ${chain.currency}
          and p.position >= ${after ? after.position + 1 : first}::bigint and p.position <= ${last}::bigint
          and p.created_at >= ${period.from} and p.created_at < ${period.to}
          and p.recipe not in ('settlement', 'payout_paid', 'dispute_lost') and ${postingIs(ask.filters)}
        order by p.position limit ${limit}`,
    );
  }
}

type Settlement = {
  id: string;
  currency: string;
  settled_on: string;
  gross: number;
  refunded: number;
  fees: number;
  net: number;
  transaction_count: number;
  period_start: Date;
  period_end: Date;
  created_at: Date;
};

const settlements = report<Settlement>(
  'settlements',
  [
    ['id', (s) => s.id],
    ['created_at', (s) => time(s.created_at)],
    ['settled_on', (s) => s.settled_on],
    ['currency', (s) => s.currency],
    ...money<Settlement>('gross', (s) => s.gross),
    ...money<Settlement>('refunded', (s) => s.refunded),
    ...money<Settlement>('fees', (s) => s.fees),
    ...money<Settlement>('net', (s) => s.net),
    ['transaction_count', (s) => s.transaction_count],
    ['period_start', (s) => time(s.period_start)],
    ['period_end', (s) => time(s.period_end)],
  ],
  createdIn(
    'settlements',
    'setl',
    sql`id, currency, settled_on, gross, refunded, fees, net, transaction_count, period_start, period_end, created_at`,
  ),
);

type Payout = {
  id: string;
  status: string;
  currency: string;
  amount: number;
  bank_account_id: string;
  bank_kind: string;
  bank_last_four: string;
  bank_name: string | null;
  description: string | null;
  scheduled_on: string | null;
  arrives_on: string | null;
  failure_code: string | null;
  failure_reason: string | null;
  bank_reference: string | null;
  metadata: string;
  paid_at: Date | null;
  created_at: Date;
  updated_at: Date;
};

const payouts = report<Payout>(
  'payouts',
  [
    ['id', (p) => p.id],
    ['created_at', (p) => time(p.created_at)],
    ['updated_at', (p) => time(p.updated_at)],
    ['status', (p) => p.status],
    ['currency', (p) => p.currency],
    ...money<Payout>('amount', (p) => p.amount),
    ['bank_account', (p) => p.bank_account_id],
    ['bank_kind', (p) => p.bank_kind],
    ['bank_last_four', (p) => p.bank_last_four],
    ['bank_name', (p) => p.bank_name],
    ['description', (p) => p.description],
    ['scheduled_on', (p) => p.scheduled_on],
    ['arrives_on', (p) => p.arrives_on],
    ['paid_at', (p) => time(p.paid_at)],
    ['failure_code', (p) => p.failure_code],
    ['failure_reason', (p) => p.failure_reason],
    ['bank_reference', (p) => p.bank_reference],
    ['metadata', (p) => p.metadata],
  ],
  createdIn(
    'payouts',
    'po',
    sql`id, status, currency, amount, bank_account_id, bank_kind, bank_last_four, bank_name, description, scheduled_on, arrives_on,
      failure_code, failure_reason, bank_reference, metadata::text as metadata, paid_at, created_at, updated_at`,
  ),
);

type Dated<Line> = Line & { from: Date; to: Date; time_zone: string };

const statement = report<Dated<StatementLine>>(
  'statement',
  [
    ['from', (l) => time(l.from)],
    ['to', (l) => time(l.to)],
    ['time_zone', (l) => l.time_zone],
    ['currency', (l) => l.currency],
    ['section', (l) => l.section],
    ['line', (l) => l.line],
    ['count', (l) => l.count],
    ...money<Dated<StatementLine>>('amount', (l) => l.amount),
  ],
  async function* (ask) {
    yield (await statementOf(ask)).map((line) => ({ ...line, ...ask.period, time_zone: ask.account.time_zone }));
  },
);

const trial_balance = report<TrialLine & { at: Date }>(
  'trial_balance',
  [
    ['at', (l) => time(l.at)],
    ['currency', (l) => l.currency],
    ['ledger_account', (l) => l.ledger_account],
    ...sides('debits', 'credits', 'balance'),
  ],
  async function* ({ query, account, currency, period }) {
    const lines = await trialBalance(query, account.account_id, currency, period.to);
    yield lines.map((line) => ({ ...line, at: period.to }));
  },
);

function sides(...names: ('debits' | 'credits' | 'balance')[]): Column<TrialLine>[] {
  return names.flatMap((name) => money<TrialLine>(name, (line) => line[name]));
}

export const reports: Record<ReportType, Report> = {
  payments,
  refunds,
  disputes,
  balance_activities: activities,
  settlements,
  payouts,
  invoices,
  credit_notes: creditNotes,
  statement,
  trial_balance,
};
