// The end of a run: nothing goes wrong any more, time passes, the workers work. Then nothing may be open, and our books must equal those of
// the provider, the bank and the receivers to the cent and to the byte.

import { CompiledQuery } from 'kysely';
import { Webhook } from 'standardwebhooks';
import { must } from '../../src/kit/assert.ts';
import { days, hours, minutes, seconds } from '../../src/kit/clock.ts';
import type { Operation } from '../../src/operation/operation.ts';
import { recoverDeliveries } from '../../src/webhooks/recover-deliveries.ts';
import { enableEndpoint } from '../../src/webhooks/switch-endpoint.ts';
import { workUntilIdle } from '../../src/worker.ts';
import type { Process } from './process.ts';
import { merchant } from './tenant.ts';
import type { Sent, World } from './world.ts';

/** No attempt may be open after so much quiet time: an abandoned challenge is given an hour, and looks are ten minutes apart. */
const quiet = [seconds(61), minutes(3), minutes(15), minutes(45), minutes(70)];

/** Then what needs its time: returned transfers, deadlines of disputes, last tries of webhooks. */
const later = [hours(13), days(1), days(2), days(9), days(16)];

export async function finish(world: World): Promise<void> {
  await world.drain();
  await world.spoil();
  const answered = world.resendable().filter((call) => call.reply?.kind === 'answered');
  world.calm = true;
  world.network.calm = true;
  world.scheduler.free = true;
  for (const { url } of world.auditor.endpoints) world.receivers.moods.set(url, 'well');
  const process = must(world.processes[1], 'a process is up');
  const began = world.clock.now();
  world.say('the end: nothing goes wrong any more');
  for (const ms of quiet) await work(world, process, ms);
  await nothingOpen(world);
  for (const ms of later) await work(world, process, ms);
  await recover(world, process);
  await world.auditor.look();
  await world.auditor.prove();
  for (const sentence of sentences) {
    const offenders = await world.stage.read<{ what: string }>(
      sentence.text,
      sentence.text.includes('$2') ? [world.account.account_id, began] : [world.account.account_id],
    );
    if (offenders.length > 0) world.auditor.violated(sentence.name, offenders.map((row) => row.what).join(', '));
  }
  await eventsArrived(world);
  await sameBytes(world, process, answered);
  await noEdit(world);
  world.say(`ended ${world.auditor.outcome()}`);
}

async function work(world: World, process: Process, ms: number): Promise<void> {
  await world.pass(ms);
  await workUntilIdle(process.env);
}

async function nothingOpen(world: World): Promise<void> {
  const open = await world.stage.read<{ what: string }>(
    `select kind || ' ' || status || ' ' || id as what from attempts where account_id = $1 and resolve_at is not null
     union all select 'session ' || id from checkout_sessions where account_id = $1 and payment_status = 'processing'
     union all select 'claim ' || operation || ' ' || key from idempotency_keys k where account_id = $1 and effect_id is not null and answer is null
       and not exists (select 1 from events e where e.account_id = $1 and e.id = k.answer_event)
     union all select 'answer to dispute ' || id from disputes where account_id = $1 and response_status = 'sent'`,
    [world.account.account_id],
  );
  if (open.length > 0)
    world.auditor.violated('nothing stays open longer than its schedule', open.map((row) => row.what).join(', '));
}

/** The merchant turns its endpoints on again and asks for what they missed. */
async function recover(world: World, process: Process): Promise<void> {
  for (const { id } of world.auditor.endpoints) {
    await world.call(process, { op: enableEndpoint as unknown as Operation, actor: merchant, input: { id } });
    const reply = await world.call(process, {
      op: recoverDeliveries as unknown as Operation,
      actor: merchant,
      input: { id, since: '2030-01-01T00:00:00Z' },
    });
    if (reply.kind !== 'answered')
      world.auditor.violated('a merchant can recover what an endpoint missed', JSON.stringify(reply));
  }
  await workUntilIdle(process.env);
}

/** Asks for offenders. $1 is the account, $2 the time from which on nothing went wrong any more. */
type Sentence = { name: string; text: string };

/** Every event with the object it told of, which it may share with the first event of its change. */
const told = `(select id, type, object_id, created_at, coalesce(payload, (select o.payload from events o where o.account_id = $1 and o.id = f.payload_of)) as payload
  from events f where account_id = $1)`;

const sentences: Sentence[] = [
  {
    name: 'what the provider took of each payment is what we booked for it',
    text: `select p.id || ' ours ' || p.amount_captured || ' theirs ' || coalesce(t.taken, 0) as what from payments p
      left join (select a.payment_id, sum(c.amount) as taken from simulator_calls c join attempts a on a.account_id = c.account_id and a.id = c.reference
        where c.account_id = $1 and c.status = 'approved' and (c.kind = 'capture' or c.captured) group by 1) t on t.payment_id = p.id
      where p.account_id = $1 and p.amount_captured <> coalesce(t.taken, 0)`,
  },
  {
    name: 'what the provider gave back of each payment is what we booked as refunded',
    text: `select p.id || ' ours ' || p.amount_refunded || ' theirs ' || coalesce(t.given, 0) as what from payments p
      left join (select a.payment_id, sum(c.amount) as given from simulator_calls c join attempts a on a.account_id = c.account_id and a.id = c.reference
        where c.account_id = $1 and c.status = 'approved' and c.kind = 'refund' group by 1) t on t.payment_id = p.id
      where p.account_id = $1 and p.amount_refunded <> coalesce(t.given, 0)`,
  },
  {
    name: 'the provider holds nothing that we do not know of',
    text: `select c.reference as what from simulator_calls c where c.account_id = $1 and c.kind = 'authorize' and c.status in ('approved', 'action', 'pending')
      and not exists (select 1 from simulator_calls v where v.account_id = $1 and v.provider_reference = c.provider_reference and v.kind = 'void' and v.status = 'approved')
      and not exists (select 1 from attempts a join payments p on p.account_id = a.account_id and p.id = a.payment_id
        where a.account_id = $1 and a.id = c.reference and a.status = 'approved' and p.provider_reference = c.provider_reference and p.status in ('authorized', 'completed'))`,
  },
  {
    name: 'once all is settled the provider owes what the ledger says, to the cent',
    text: `select coalesce(o.currency, t.currency) || ' ours ' || coalesce(o.net, 0) || ' theirs ' || coalesce(t.net, 0) as what
      from (select currency, sum(provider_receivable)::bigint as net from ledger_postings where account_id = $1 group by 1) o
      full join (select currency, sum(net)::bigint as net from (
        select currency, case when kind = 'refund' then -amount else amount end as net from simulator_calls where account_id = $1 and status = 'approved' and (captured or kind in ('capture', 'refund'))
        union all select currency, -amount from simulator_disputes where account_id = $1 and status in ('lost', 'accepted')) m group by 1) t on t.currency = o.currency
      where coalesce(o.net, 0) <> coalesce(t.net, 0)`,
  },
  {
    name: 'what the bank paid is what the ledger says, to the cent',
    text: `select 'ours ' || o.net || ' theirs ' || t.net as what
      from (select coalesce(-sum(bank), 0) as net from ledger_postings where account_id = $1) o,
        (select coalesce(sum(amount), 0) as net from simulator_transfers where account_id = $1 and status = 'paid') t where o.net <> t.net`,
  },
  {
    name: 'available never went below zero by a payout',
    text: `select source_id || ' left ' || after as what from (
        select source_id, recipe, -sum(available) over (partition by currency order by position) as after from ledger_postings where account_id = $1) p
      where recipe = 'payout' and after < 0`,
  },
  {
    name: 'no refund took more than the balance and its overdraft allow',
    text: `select p.source_id || ' left ' || after as what from (
        select account_id, source_id, recipe, -sum(available) over w as free, -sum(available + incoming) over w as after from ledger_postings where account_id = $1
        window w as (partition by currency order by position)) p
      join accounts a on a.account_id = p.account_id
      where p.recipe = 'refund' and case a.refund_funding when 'available' then free else after end < -a.overdraft_limit`,
  },
  {
    name: 'nothing stays incoming once its day has come',
    text: `select currency || ' ' || incoming as what from balances where account_id = $1 and incoming <> 0`,
  },
  {
    name: 'no payout is left on its way',
    text: `select id || ' ' || status as what from payouts where account_id = $1 and created_at < $2 and status not in ('paid', 'failed', 'cancelled')`,
  },
  {
    name: 'what a provider told was applied',
    text: `select id || ' ' || kind as what from provider_notices where account_id = $1 and applied_at is null`,
  },
  {
    name: 'a session is paid by one payment, and what came beside it was given back',
    text: `select checkout_session_id || ' ' || string_agg(id || ' ' || status, ', ') as what from payments
      where account_id = $1 and checkout_session_id is not null and (amount_captured > amount_refunded or status = 'authorized') group by checkout_session_id having count(*) > 1`,
  },
  {
    name: 'a payment of a session that took its money completed the session',
    text: `select p.id as what from payments p join checkout_sessions s on s.account_id = p.account_id and s.id = p.checkout_session_id
      where p.account_id = $1 and (p.status = 'authorized' or p.amount_captured > p.amount_refunded) and (s.status <> 'complete' or s.payment_id is distinct from p.id)`,
  },
  {
    name: 'a late success is attached or given back, and an event says so',
    text: `select p.id as what from payments p join checkout_sessions s on s.account_id = p.account_id and s.id = p.checkout_session_id
      where p.account_id = $1 and p.amount_authorized > 0 and s.payment_id is distinct from p.id
        and not exists (select 1 from ${told} e where
          (e.type = 'checkout_session.late_payment' and e.object_id = s.id and e.payload like '%"payment":"' || p.id || '"%' or e.type = 'payment.cancelled' and e.object_id = p.id))`,
  },
  {
    name: 'each thing that happens once is told once',
    text: `select type || ' ' || object_id || ' ' || count(*) as what from events
      where account_id = $1 and type in ('payment.created', 'payment.completed', 'payment.failed', 'payment.cancelled', 'refund.created', 'refund.succeeded', 'refund.failed', 'dispute.created', 'dispute.closed',
        'settlement.created', 'checkout_session.completed', 'checkout_session.expired', 'payout.created', 'payout.in_transit', 'payout.paid', 'payout.failed', 'payout.cancelled') group by type, object_id having count(*) > 1`,
  },
  {
    name: 'every payment was told of from its creation',
    text: `select p.id as what from payments p where p.account_id = $1
      and not exists (select 1 from events e where e.account_id = $1 and e.object_id = p.id and e.type = 'payment.created')`,
  },
  {
    name: 'the last that was told of a payment is how it is',
    text: `select p.id || ' ' || p.status as what from payments p where p.account_id = $1 and not exists (
        select 1 from (select payload, created_at, max(created_at) over () as last from ${told} e where e.object_id = p.id) e
        where e.created_at = e.last and e.payload::jsonb->>'status' = p.status and (e.payload::jsonb->>'amount_captured')::bigint = p.amount_captured)`,
  },
  {
    name: 'every refund and payout was told to its end',
    text: `select r.id || ' ' || r.status as what from refunds r where r.account_id = $1 and not exists (select 1 from events e where e.account_id = $1 and e.object_id = r.id and e.type = 'refund.' || r.status)
      union all select o.id || ' ' || o.status from payouts o where o.account_id = $1 and o.status in ('paid', 'failed', 'cancelled') and not exists (select 1 from events e where e.account_id = $1 and e.object_id = o.id and e.type = 'payout.' || o.status)`,
  },
];

/** Every event reached every receiver, was taken there, and verifies by the public library with the secret that the merchant holds. */
async function eventsArrived(world: World): Promise<void> {
  const events = await world.stage.read<{ id: string; type: string; payload: string }>(
    `select id, type, payload from ${told} e where created_at >= $2`,
    [world.account.account_id, world.begunAt],
  );
  for (const { url, secret } of world.auditor.endpoints) {
    const arrivals = world.receivers.arrivals.filter((arrival) => arrival.url === url);
    const taken = new Set(arrivals.filter((arrival) => arrival.accepted).map((arrival) => arrival.id));
    const missed = events.filter((event) => event.type !== 'webhook_endpoint.disabled' && !taken.has(event.id));
    if (missed.length > 0)
      world.auditor.violated(
        'every event reaches the endpoint at least once in the end',
        missed.map((event) => `${event.type} ${event.id}`).join(', '),
      );
    const payloads = new Map(events.map((event) => [event.id, event.payload]));
    const bodies = new Map<string, string>();
    const hook = new Webhook(secret);
    for (const { id, body, headers } of arrivals) {
      if ((bodies.get(id) ?? body) !== body) world.auditor.violated('every try of an event carries the same bytes', id);
      bodies.set(id, body);
      const payload = payloads.get(id);
      if (payload !== undefined && !body.includes(`"data":${payload},`))
        world.auditor.violated('a delivery carries the event as it was', id);
      if (!verifies(hook, body, headers))
        world.auditor.violated('every delivery verifies with the endpoint’s secret', id);
    }
  }
}

/** The library compares with the clock of the wall, which is no part of the promise. */
function verifies(hook: Webhook, body: string, headers: Record<string, string>): boolean {
  const { 'webhook-id': id = '', 'webhook-timestamp': timestamp = '', 'webhook-signature': signature } = headers;
  return hook.sign(id, new Date(Number(timestamp) * 1000), body) === signature;
}

/** Every key that was ever answered still answers the same, and moves nothing. */
async function sameBytes(world: World, process: Process, answered: Sent[]): Promise<void> {
  const before = JSON.stringify(world.auditor.seen);
  for (const call of world.chance.shuffle(answered).slice(0, 6)) await world.call(process, call);
  await world.auditor.look();
  if (JSON.stringify(world.auditor.seen) !== before)
    world.auditor.violated('a replay changes nothing', 'the tables differ after replays');
}

/** Of the books the product may only add to the end, whatever its code says. */
async function noEdit(world: World): Promise<void> {
  const { query } = world.stage.machines[0].base.db;
  for (const text of ['update ledger_postings set amount = amount', 'delete from ledger_postings']) {
    const allowed = await query.executeQuery(CompiledQuery.raw(text)).then(
      () => true,
      () => false,
    );
    if (allowed) world.auditor.violated('the product can neither edit nor delete an entry', text);
  }
}
