// The work behind the requests: reactions and webhooks from the outbox, the safety job, lapses, seals, clean-up. Every task may
// run in several processes at once; a nudge only makes it sooner, polling is the guarantee.

import { sql } from 'kysely';
import { advanceClocks } from './billing/advance-clocks.ts';
import { runBilling } from './billing/billing-run.ts';
import { tellExpiringCards } from './billing/expiring-cards.ts';
import { tellReminders } from './billing/remind.ts';
import { expireDue } from './checkout/follow-payment.ts';
import { pollNotices } from './disputes/poll-notices.ts';
import { resumeResponses } from './disputes/respond.ts';
import type { EventType } from './events/event.ts';
import { isMailed } from './events/mailed.ts';
import { openRateFetcher } from './fx/fetch-rates.ts';
import { loadAccount } from './identity/account.ts';
import { tellUnended } from './identity/audit.ts';
import { answerResetRequests } from './identity/reset-password.ts';
import { forgetOldPeopleData } from './identity/sign-in-tries.ts';
import { rotateSigningKeys } from './identity/signing-key.ts';
import { days, plus } from './kit/clock.ts';
import { newId } from './kit/id.ts';
import { sealLedger } from './ledger/seal.ts';
import { sendDueMails, sendMails } from './mail/mail.ts';
import { forgetOldIdentifiers } from './meters/record-events.ts';
import { noteMails, writeDueMails } from './notifications/due-mails.ts';
import { mailCustomer } from './notifications/mail-customer.ts';
import type { Ctx, Env } from './operation/context.ts';
import { forgetOldClaims } from './operation/once.ts';
import { resolveDue } from './payments/resolve.ts';
import { resolveSetups } from './payments/resolve-setups.ts';
import { undoLate } from './payments/undo-late.ts';
import { watchInvoices } from './payments/watch-invoices.ts';
import { followPayouts } from './payouts/follow-payouts.ts';
import { requestScheduledPayouts } from './payouts/scheduled-payouts.ts';
import { sendDuePayouts } from './payouts/send-payouts.ts';
import { forgetOldPortalSessions } from './portal/forget-sessions.ts';
import { answerLinkRequests } from './portal/request-link.ts';
import { type Reaction, reactions } from './reactions.ts';
import { keepDays } from './requests/log-days.ts';
import { settleDue } from './settlements/settle.ts';
import { purgeLapsedTokens } from './vault/sealed-card.ts';
import { openDeliverer } from './webhooks/deliver.ts';
import { fanOut } from './webhooks/fan-out.ts';

type OutboxEvent = { id: string; type: EventType; object_id: string; created_at: Date; reacts: boolean };

/** Planned once: every payment nudges, so this is asked very often and mostly for nothing. */
const accountsWithEvents = `with recursive a as (
    (select account_id from outbox order by account_id limit 1)
    union all
    select (select o.account_id from outbox o where o.account_id > a.account_id order by o.account_id limit 1) from a where a.account_id is not null)
  select account_id from a where account_id is not null limit 1000`;

/** Takes up to 500 events of each account that has some; returns how many were dealt with. */
export async function drainOutbox(env: Env): Promise<number> {
  const accounts = await env.db.point<{ account_id: string }>({
    name: 'outbox_accounts',
    text: accountsWithEvents,
    values: [],
  });
  let count = 0;
  for (const { account_id } of accounts) count += await drainAccount(env, account_id);
  return count;
}

async function drainAccount(env: Env, account_id: string): Promise<number> {
  const now = env.clock.now();
  const { rows } = await sql<OutboxEvent>`
    select e.id, e.type, e.object_id, e.created_at, o.reacts
    from (select account_id, event_id, reacts from outbox where account_id = ${account_id} and (try_at is null or try_at <= ${now})
      order by event_id limit 500) o
    cross join lateral (select id, type, object_id, created_at from events e where e.account_id = o.account_id and e.id = o.event_id offset 0) e`.execute(
    env.db.query,
  );
  if (rows.length === 0) return 0;
  const { failed, mailed } = await react(env, account_id, rows);
  return await env.db.tx(async (tx) => {
    const locked = await sql<{ event_id: string }>`
      select event_id from outbox where account_id = ${account_id} and event_id = any(${rows.map((e) => e.id)})
      order by event_id for update skip locked`.execute(tx);
    const mine = new Set(locked.rows.map((r) => r.event_id));
    const events = rows.filter((event) => mine.has(event.id));
    if (events.length > 0) await fanOut(tx, env, account_id, events);
    const ids = events.map((e) => e.id);
    await noteMails(
      tx,
      account_id,
      ids.filter((id) => mailed.has(id)),
      now,
    );
    await sql`delete from outbox where account_id = ${account_id} and event_id = any(${ids.filter((id) => !failed.has(id))})`.execute(
      tx,
    );
    // A reaction that failed comes again after 1 s, 2 s, … an hour at most; nobody's webhook waits for it.
    await sql`update outbox set tries = tries + 1, try_at = ${now}::timestamptz + least(3600, power(2, least(tries, 12))) * interval '1 second'
      where account_id = ${account_id} and event_id = any(${ids.filter((id) => failed.has(id))})`.execute(tx);
    return ids.length;
  });
}

/**
 * Runs reactions outside any transaction (one may call a provider). Returns the events to come back to, and those that somebody is written
 * about: that is a task of its own, for which no webhook waits.
 */
async function react(
  env: Env,
  account_id: string,
  events: OutboxEvent[],
): Promise<{ failed: Set<string>; mailed: Set<string> }> {
  const [failed, mailed] = [new Set<string>(), new Set<string>()];
  const due = events.filter((event) => event.reacts && reactions[event.type]);
  if (due.length === 0) return { failed, mailed };
  const account = await loadAccount(env.db.query, account_id);
  if (!account) return { failed, mailed };
  const run = async (event: OutboxEvent, reaction: Reaction) => {
    const ctx: Ctx = { env, account, actor: { kind: 'system' }, request_id: newId('job', env) };
    await reaction(ctx, event.object_id, event).catch((error) => {
      failed.add(event.id);
      env.log.error({ event: event.id, type: event.type, error }, 'a reaction failed and will be tried again');
    });
  };
  for (const event of due) {
    for (const reaction of reactions[event.type] ?? []) {
      if (reaction !== mailCustomer) await run(event, reaction);
      else if (isMailed(account, event.type)) mailed.add(event.id);
    }
  }
  return { failed, mailed };
}

export type Worker = { close(): Promise<void> };

export function startWorker(env: Env & { onNudge(listener: () => void): void }): Worker {
  const deliverer = openDeliverer(env);
  const outbox = repeat(env, 'outbox', 200, async () => {
    let any = false;
    while ((await drainOutbox(env)) > 0) any = true;
    if (any) deliverer.wake();
  });
  env.onNudge(outbox.wake);
  const fetchRates = openRateFetcher(env);
  const tasks = [
    outbox,
    repeat(env, 'deliveries', 500, async () => deliverer.wake()),
    repeat(env, 'safety', 1_000, async () => {
      while ((await resolveDue(env)) >= 100);
      while ((await resolveSetups(env)) >= 100);
      while ((await undoLate(env)) >= 100);
    }),
    repeat(env, 'late bitcoin', 5_000, async () => {
      while ((await watchInvoices(env)) >= 100);
    }),
    repeat(env, 'links asked for', 1_000, async () => {
      while ((await answerResetRequests(env)) >= 50);
      while ((await answerLinkRequests(env)) >= 50);
    }),
    repeat(env, 'customer mails', 500, async () => {
      while ((await writeDueMails(env)) > 0);
    }),
    // A mail server that does not answer holds up its own queue and nothing else.
    repeat(env, 'mail', 500, async () => {
      while ((await sendMails(env, { bulk: false })) > 0);
    }),
    repeat(env, 'bulk mail', 1_000, async () => {
      while ((await sendMails(env, { bulk: true })) > 0);
    }),
    repeat(env, 'people', 3_600_000, async () => {
      await forgetOldPeopleData(env);
    }),
    repeat(env, 'portal sessions', 3_600_000, async () => {
      while ((await forgetOldPortalSessions(env)) >= 1000);
    }),
    repeat(env, 'signing keys', 3_600_000, async () => {
      await rotateSigningKeys(env);
    }),
    repeat(env, 'request log days', 3_600_000, async () => {
      await keepDays(env);
    }),
    repeat(env, 'expiry', 5_000, async () => {
      while ((await expireDue(env)) >= 500);
    }),
    repeat(env, 'seals', 60_000, async () => {
      while ((await sealLedger(env)) > 0);
    }),
    repeat(env, 'billing', 1_000, async () => {
      while ((await runBilling(env)) > 0);
      while ((await tellReminders(env)) > 0);
    }),
    // What is told once in a month is looked for now and then.
    repeat(env, 'expiring cards', 3_600_000, async () => {
      await tellExpiringCards(env);
    }),
    repeat(env, 'test clocks', 1_000, async () => {
      while ((await advanceClocks(env)) > 0);
    }),
    repeat(env, 'settlements', 60_000, async () => {
      await settleDue(env);
    }),
    repeat(env, 'payouts', 2_000, async () => {
      while ((await sendDuePayouts(env)) >= 100);
      while ((await followPayouts(env)) >= 100);
    }),
    repeat(env, 'scheduled payouts', 60_000, async () => {
      await requestScheduledPayouts(env);
    }),
    repeat(env, 'notices', 1_000, async () => {
      await pollNotices(env);
    }),
    // At the start, and now and then: finds accounts whose money first moved while no worker ran.
    repeat(env, 'notices of all', 3_600_000, async () => {
      await pollNotices(env, { all: true });
    }),
    repeat(env, 'responses', 1_000, async () => {
      while ((await resumeResponses(env)) >= 100);
    }),
    repeat(env, 'exchange rates', 60_000, async () => {
      await fetchRates();
    }),
    repeat(env, 'tokens', 3_600_000, async () => {
      while ((await purgeLapsedTokens(env)) >= 1000);
    }),
    repeat(env, 'acts that never ended', 60_000, async () => {
      while ((await tellUnended(env)) >= 100);
    }),
    repeat(env, 'claims', 3_600_000, async () => {
      while ((await env.db.tx((tx) => forgetOldClaims(tx, plus(env.clock.now(), -days(30))))) >= 5000);
      while ((await env.db.tx((tx) => forgetOldIdentifiers(tx, plus(env.clock.now(), -days(40))))) >= 5000);
    }),
  ];
  return {
    async close() {
      await Promise.all(tasks.map((task) => task.close()));
      await deliverer.close();
    },
  };
}

type Task = { wake(): void; close(): Promise<void> };

/** Every payment wakes the outbox, mostly for nothing: so many of them share one look. */
const breath_ms = 10;

/** Runs `work` every so often and whenever woken, never twice at once; a failure is logged and tried again. */
function repeat(env: Env, name: string, every_ms: number, work: () => Promise<void>): Task {
  let closed = false;
  let again = false;
  let resting: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  const rested = () => {
    resting = undefined;
    if (!again) return;
    again = false;
    run();
  };
  const run = () => {
    if (closed) return;
    if (running || resting) {
      again = true;
      return;
    }
    running = work()
      .catch((error) => env.log.error({ task: name, error }, 'a background task failed and will be tried again'))
      .finally(() => {
        running = undefined;
        resting = setTimeout(rested, breath_ms).unref();
      });
  };
  const timer = setInterval(run, every_ms);
  setImmediate(run);
  return {
    wake: run,
    async close() {
      closed = true;
      clearInterval(timer);
      await running;
      clearTimeout(resting);
    },
  };
}

/** For tests and the command line: everything that is due now, until nothing is. */
export async function workUntilIdle(env: Env): Promise<void> {
  const deliverer = openDeliverer(env);
  for (let quiet = false; !quiet; ) {
    const drained = await drainOutbox(env);
    const looked = (await resolveDue(env)) + (await watchInvoices(env)) + (await resolveSetups(env));
    const expired = await expireDue(env);
    const settled = await settleDue(env);
    const billed = (await runBilling(env)) + (await tellReminders(env)) + (await advanceClocks(env));
    const paid_out = (await requestScheduledPayouts(env)) + (await sendDuePayouts(env)) + (await followPayouts(env));
    const asked = (await answerResetRequests(env)) + (await answerLinkRequests(env));
    const mailed = asked + (await writeDueMails(env)) + (await sendDueMails(env));
    const heard = (await resumeResponses(env)) + (await pollNotices(env, { all: true }));
    quiet = drained + looked + expired + settled + billed + paid_out + heard + mailed === 0;
  }
  deliverer.wake();
  await deliverer.idle();
  await deliverer.close();
}
