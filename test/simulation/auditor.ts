// Looks at everything after each step and says, in sentences, what must not be. It believes neither the product's answers nor its
// tables alone: what callers were told, what the tables say and what provider, bank and receivers hold must be one story.

import { verifyAll } from '../../src/verify.ts';
import type { Reply, World } from './world.ts';

export type PaymentSeen = {
  id: string;
  status: string;
  currency: string;
  amount: number;
  authorized: number;
  captured: number;
  pending: number;
  refunded: number;
  disputed: number;
  released: boolean;
  hosted: boolean;
  capture: boolean;
  session: string | null;
  decline: string | null;
  reference: string | null;
  url: string | null;
};
type Row = { id: string; status: string };
export type Seen = {
  payments: PaymentSeen[];
  refunds: (Row & { payment: string; amount: number })[];
  sessions: (Row & { payment_status: string; payment: string | null; amount: number })[];
  payouts: (Row & { amount: number; reference: string | null })[];
  disputes: (Row & { response: string | null })[];
  banks: (Row & { currency: string })[];
  methods: { id: string; customer: string }[];
  moving: { payment: string; kind: string; status: string }[];
  /** Approved authorizations at the provider that were not voided, by payment. */
  holds: { payment: string; count: number; taken: number }[];
};

const rows = (text: string) => `(select coalesce(json_agg(r order by r.id), '[]') from (${text}) r)`;
const list = (text: string) => `(select coalesce(json_agg(r), '[]') from (${text}) r)`;

const snapshot = `select json_build_object(
  'payments', ${rows(`select id, status, currency, amount, amount_authorized as authorized, amount_captured as captured, amount_capture_pending as pending, amount_refunded as refunded,
    amount_disputed as disputed, released, hosted, capture, checkout_session_id as session, decline_code as decline, merchant_reference as reference, next_action_url as url
    from payments where account_id = $1`)},
  'refunds', ${rows('select id, status, payment_id as payment, amount from refunds where account_id = $1')},
  'sessions', ${rows('select id, status, payment_status, payment_id as payment, amount_total as amount from checkout_sessions where account_id = $1')},
  'payouts', ${rows(`select id, status, amount, metadata->>'reference' as reference from payouts where account_id = $1`)},
  'disputes', ${rows('select id, status, response_status as response from disputes where account_id = $1')},
  'banks', ${rows('select id, status, currency from bank_accounts where account_id = $1 and deleted_at is null')},
  'methods', ${rows('select id, customer_id as customer from payment_methods where account_id = $1 and detached_at is null')},
  'moving', ${list(`select payment_id as payment, kind, status from attempts where account_id = $1 and kind <> 'refund' and status in ('started', 'unknown', 'pending')`)},
  'holds', ${list(`select a.payment_id as payment, count(*) as count, coalesce(sum(c.amount) filter (where c.captured), 0) as taken from simulator_calls c
    join attempts a on a.account_id = c.account_id and a.id = c.reference and a.account_id = $1 and a.kind = 'authorize'
    where c.account_id = $1 and c.kind = 'authorize' and c.status = 'approved'
      and not exists (select 1 from simulator_calls v where v.account_id = $1 and v.provider_reference = c.provider_reference and v.kind = 'void' and v.status = 'approved')
    group by 1`)}) as seen`;

const ended: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled']);
/** Ranks by which a status may only rise; what is not here may go back and forth. */
const finalOf = {
  refund: new Set(['succeeded', 'failed']),
  session: new Set(['complete']),
  payout: new Set(['failed', 'cancelled']),
  dispute: new Set(['won', 'lost', 'accepted', 'withdrawn']),
};

type Told = { op: string; input: Record<string, unknown>; key: string | undefined; reply: Reply };
type Bound = { body: string; text: string };

export class Auditor {
  readonly violations: string[] = [];
  readonly endpoints: { id: string; url: string; secret: string }[] = [];
  readonly #world: World;
  /** By operation and key: what was answered first, and to which body. */
  readonly bound = new Map<string, Bound>();
  readonly #payments = new Map<string, { status: string; captured: number; authorized: number }>();
  readonly #finals = new Map<string, string>();
  #before = new Map<string, PaymentSeen>();
  seen: Seen = {
    payments: [],
    refunds: [],
    sessions: [],
    payouts: [],
    disputes: [],
    banks: [],
    methods: [],
    moving: [],
    holds: [],
  };
  #looks = 0;

  constructor(world: World) {
    this.#world = world;
  }

  violated(sentence: string, detail: string): void {
    this.violations.push(`${sentence}: ${detail}`);
    this.#world.say(`VIOLATED ${sentence}: ${detail}`);
  }

  /** What a caller heard is a promise from then on. */
  told({ op, input, key, reply }: Told): void {
    if (reply.kind !== 'answered') return;
    if (key !== undefined) this.#keep(`${op} ${key}`, JSON.stringify(input), reply.text);
    const body = JSON.parse(reply.text) as Record<string, unknown>;
    this.#promise(body, String(input.id ?? ''));
  }

  #keep(name: string, body: string, text: string): void {
    const known = this.bound.get(name);
    if (!known) this.bound.set(name, { body, text });
    else if (known.body !== body)
      this.violated('the same key never does a second thing', `${name}\n${known.body}\n${body}`);
    else if (known.text !== text)
      this.violated('the same key always answers the same bytes', `${name}\n${known.text}\n${text}`);
  }

  #promise(body: Record<string, unknown>, id: string): void {
    const name = String(body.id ?? id);
    const status = String(body.status ?? body.state ?? '');
    if (body.object === 'payment') {
      const known = this.#payments.get(name);
      const captured = Math.max(known?.captured ?? 0, Number(body.amount_captured));
      const authorized = Math.max(known?.authorized ?? 0, Number(body.amount_authorized));
      this.#payments.set(name, { status: ended.has(status) ? status : (known?.status ?? ''), captured, authorized });
    }
    if (body.object === 'refund' && finalOf.refund.has(status)) this.#finals.set(name, status);
    if (body.object === 'payout' && finalOf.payout.has(status)) this.#finals.set(name, status);
    if (body.object === 'dispute' && finalOf.dispute.has(status)) this.#finals.set(name, status);
    if (name.startsWith('sess_') && status === 'complete') this.#finals.set(name, status);
  }

  async look(): Promise<void> {
    const { stage, account } = this.#world;
    const [row] = await stage.read<{ seen: Seen }>(snapshot, [account.account_id]);
    if (!row) throw new Error('a snapshot has one row');
    this.seen = row.seen;
    this.#checkPayments();
    this.#checkFinals();
    this.#looks += 1;
    if (this.#looks % 25 === 0) await this.prove();
  }

  /** The product's own proofs, which its operators run. */
  async prove(): Promise<void> {
    const { stage, account } = this.#world;
    const findings = await verifyAll(stage.machines[0].base.db.query, account.account_id);
    // Between the second payment of a session and its refund there is a moment; the end of the run looks for what stays.
    const passing = 'no session was paid twice without the second payment being given back';
    for (const finding of findings) {
      if (finding.ok || (finding.name === passing && !this.#world.calm)) continue;
      this.violated(finding.name, finding.examples.join(', '));
    }
  }

  #checkPayments(): void {
    const { payments, moving, holds } = this.seen;
    const now = new Map(payments.map((payment) => [payment.id, payment]));
    for (const payment of payments) {
      const before = this.#before.get(payment.id);
      const told = this.#payments.get(payment.id);
      const { id, status, captured, authorized, pending, refunded, disputed } = payment;
      const story = JSON.stringify(payment);
      if (before && ended.has(before.status) && status !== before.status)
        this.violated('a payment that has ended stays as it ended', `${id} was ${before.status}: ${story}`);
      if (before && (captured < before.captured || authorized < before.authorized))
        this.violated(
          'what was captured or authorized is never taken out of the books',
          `${JSON.stringify(before)} → ${story}`,
        );
      if (told && told.status !== '' && told.status !== status)
        this.violated('a payment answered as ended stays so', `${id} was told ${told.status}: ${story}`);
      if (told && (told.captured > captured || told.authorized > authorized))
        this.violated('a payment answered as captured stays captured', `${JSON.stringify(told)}: ${story}`);
      if (captured + pending > authorized || refunded + disputed > captured)
        this.violated('refunded and disputed ≤ captured ≤ authorized', story);
      if (
        !followsSums(
          payment,
          moving.filter((one) => one.payment === id).map((one) => one.kind),
        )
      )
        this.violated('a payment’s status follows from its sums', story);
    }
    for (const id of this.#before.keys()) if (!now.has(id)) this.violated('a payment never disappears', id);
    for (const id of this.#payments.keys()) if (!now.has(id)) this.violated('a payment that was answered is there', id);
    this.#before = now;
    const counts = Map.groupBy(moving, (one) => one.payment);
    for (const [id, open] of counts)
      if (open.length > 1) this.violated('one movement of a payment at a time', `${id}: ${JSON.stringify(open)}`);
    for (const hold of holds) {
      if (hold.count > 1)
        this.violated('the provider holds one authorization of a payment at most', JSON.stringify(hold));
    }
    const references = Map.groupBy(
      payments.filter((one) => one.session === null && one.reference !== null),
      (one) => one.reference,
    );
    for (const [reference, same] of references) {
      if (same.length > 1)
        this.violated('one idempotency key makes one payment', `${reference}: ${same.map((one) => one.id).join(', ')}`);
    }
  }

  #checkFinals(): void {
    const { refunds, sessions, payouts, disputes } = this.seen;
    const kinds = [
      [refunds, finalOf.refund],
      [sessions, finalOf.session],
      [payouts, finalOf.payout],
      [disputes, finalOf.dispute],
    ] as const;
    const there = new Set<string>();
    for (const [all, final] of kinds) {
      for (const { id, status } of all) {
        there.add(id);
        const known = this.#finals.get(id);
        if (known !== undefined && known !== status)
          this.violated('what was final once stays so', `${id} was ${known}, is ${status}`);
        if (final.has(status)) this.#finals.set(id, status);
      }
    }
    for (const id of this.#finals.keys()) if (!there.has(id)) this.violated('what was answered is there', id);
    const references = Map.groupBy(
      payouts.filter((one) => one.reference !== null),
      (one) => one.reference,
    );
    for (const [reference, same] of references)
      if (same.length > 1)
        this.violated('one idempotency key makes one payout', `${reference}: ${same.map((one) => one.id).join(', ')}`);
  }

  /** How it all stands, whatever the ids are. */
  outcome(): string {
    const { payments, refunds, sessions, payouts, disputes } = this.seen;
    const of = (all: Row[]) =>
      Object.fromEntries(
        [...Map.groupBy(all, (one) => one.status)].map(([status, some]) => [status, some.length]).sort(),
      );
    const money = payments.reduce((sum, one) => sum + one.captured - one.refunded, 0);
    return JSON.stringify({
      payments: of(payments),
      money,
      refunds: of(refunds),
      sessions: of(sessions),
      payouts: of(payouts),
      disputes: of(disputes),
    });
  }
}

/** The auditor's own opinion, written apart from the product's on purpose. */
function followsSums(p: PaymentSeen, moving: string[]): boolean {
  const open = moving.includes('authorize') || moving.includes('void');
  switch (p.status) {
    case 'completed':
      return p.captured > 0 && p.pending === 0 && (p.released || p.captured === p.authorized);
    case 'authorized':
      return p.authorized > p.captured && !p.released && !open;
    case 'processing':
      return open;
    case 'failed':
      return p.authorized === 0 && p.decline !== null && !p.hosted;
    case 'cancelled':
      return p.captured === 0;
    case 'pending':
      return p.hosted && p.authorized === 0;
    case 'requires_authentication':
      return p.authorized === 0 && p.url !== null;
    default:
      return false;
  }
}
