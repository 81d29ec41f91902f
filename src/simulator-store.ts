// The simulator's books in Postgres. It stands outside connectors/, which no database handle may reach. Authorizations travel
// through a batching lane; follow-ups take the lock of their authorization's row. Must never touch a table of Florin's rooms.

import { sql } from 'kysely';
import type { Notice } from './connectors/connector.ts';
import type { SimulatorCall, SimulatorDispute, SimulatorStore } from './connectors/simulator/store.ts';
import { warningAfter } from './connectors/simulator/trouble.ts';
import type { Lane } from './db/coalesce.ts';
import { type Db, type Executor, GuardFailed, type Statement, type Tx } from './db/db.ts';
import { rowChange } from './db/rows.ts';
import { must } from './kit/assert.ts';
import { hours, plus } from './kit/clock.ts';

export type SimulatorStoreParts = {
  db: Db;
  lane<Item>(name: string, account_id: string, plan: (items: Item[]) => Statement[]): Lane<Item>;
};

const columns = sql.raw(
  'account_id, reference, kind, provider_reference, amount, currency, status, captured, decline_code, processing, scenario, return_url, due_at, created_at',
);

const disputeColumns = sql.raw(
  'account_id, provider_reference, reference, status, amount, currency, reason, evidence_due_by, answer_reference, next, due_at',
);

/** Times come back from jsonb as text. */
function reviveNotice(body: Record<string, unknown>): Notice {
  const dates = ['at', 'evidence_due_by'].filter((name) => body[name] !== undefined);
  return { ...body, ...Object.fromEntries(dates.map((name) => [name, new Date(String(body[name]))])) } as Notice;
}

async function takePlace(tx: Tx, account_id: string): Promise<number> {
  const { rows } = await sql<{ position: number }>`
    insert into simulator_places (account_id, position) values (${account_id}, 1)
    on conflict (account_id) do update set position = simulator_places.position + 1 returning position`.execute(tx);
  return must(rows[0], 'a place was given').position;
}

/** Nothing else moves this authorization until the transaction ends. The lock comes first and alone: the next statement then sees what the holder before us committed. */
const lockAuthorization = (tx: Tx, account_id: string, provider_reference: string) =>
  sql`select 1 from simulator_calls where account_id = ${account_id} and provider_reference = ${provider_reference} and kind = 'authorize' for update`.execute(
    tx,
  );

async function disputeOf(
  tx: Tx,
  account_id: string,
  provider_reference: string,
): Promise<SimulatorDispute | undefined> {
  const { rows } = await sql<SimulatorDispute>`
    select ${disputeColumns} from simulator_disputes where account_id = ${account_id} and provider_reference = ${provider_reference}`.execute(
    tx,
  );
  return rows[0];
}

async function writeDispute(tx: Tx, d: SimulatorDispute): Promise<void> {
  await sql`
    insert into simulator_disputes (${disputeColumns})
    values (${d.account_id}, ${d.provider_reference}, ${d.reference}, ${d.status}, ${d.amount}, ${d.currency}, ${d.reason}, ${d.evidence_due_by}, ${d.answer_reference}, ${d.next}, ${d.due_at})
    on conflict (account_id, provider_reference) do update set status = excluded.status, amount = excluded.amount, evidence_due_by = excluded.evidence_due_by,
      answer_reference = excluded.answer_reference, next = excluded.next, due_at = excluded.due_at`.execute(tx);
}

/** As a provider's webhook would: accounts that have something to hear now. What is older than an hour, polling has heard. */
type Hints = { hinted(now: Date): Promise<string[]> };

export function simulatorStore({ db, lane }: SimulatorStoreParts): SimulatorStore & Hints {
  async function find(on: Executor | Tx, account_id: string, reference: string): Promise<SimulatorCall | undefined> {
    const { rows } =
      await sql<SimulatorCall>`select ${columns} from simulator_calls where account_id = ${account_id} and reference = ${reference}`.execute(
        on,
      );
    return rows[0];
  }

  return {
    async insert(call) {
      try {
        await lane('simulator_calls', call.account_id, insertCalls).add(call);
        return { call, fresh: true };
      } catch (error) {
        if (!(error instanceof GuardFailed)) throw error;
        return {
          call: must(await find(db.query, call.account_id, call.reference), 'the call that was in the way exists'),
          fresh: false,
        };
      }
    },

    find: (account_id, reference) => find(db.query, account_id, reference),

    async findChallenge(reference) {
      // The page knows no account: the one query that names none, over an index of challenges alone.
      const { rows } =
        await sql<SimulatorCall>`select ${columns} from simulator_calls where reference = ${reference} and return_url is not null limit 1`.execute(
          db.query,
        );
      return rows[0];
    },

    follow: ({ account_id, provider_reference, reference }, decide) =>
      db.tx(async (tx) => {
        await lockAuthorization(tx, account_id, provider_reference);
        const { rows } = await sql<SimulatorCall>`
          select ${columns} from simulator_calls where account_id = ${account_id} and (provider_reference = ${provider_reference} or reference = ${reference})`.execute(
          tx,
        );
        const before = rows.find((row) => row.reference === reference);
        if (before) return { call: before, fresh: false };
        const { call, ends } = decide(rows, await disputeOf(tx, account_id, provider_reference));
        if (ends) {
          await sql`
            update simulator_calls set status = ${ends.status}, decline_code = ${ends.decline_code}, due_at = null
            where account_id = ${account_id} and provider_reference = ${provider_reference} and kind = 'authorize' and status in ('action', 'pending')`.execute(
            tx,
          );
        }
        const { numAffectedRows } = await sql`
          insert into simulator_calls (${columns})
          values (${call.account_id}, ${call.reference}, ${call.kind}, ${call.provider_reference}, ${call.amount}, ${call.currency}, ${call.status}, ${call.captured},
            ${call.decline_code}, ${JSON.stringify(call.processing)}, ${call.scenario}, ${call.return_url}, ${call.due_at}, ${call.created_at})
          on conflict (account_id, reference) do nothing`.execute(tx);
        if (numAffectedRows === 1n) return { call, fresh: true };
        return {
          call: must(await find(tx, account_id, reference), 'the call that was in the way exists'),
          fresh: false,
        };
      }),

    async decide(account_id, reference, decision) {
      await sql`
        update simulator_calls
        set status = ${decision.status}, decline_code = ${decision.decline_code}, processing = ${JSON.stringify(decision.processing)}, due_at = null
        where account_id = ${account_id} and reference = ${reference} and status in ('action', 'pending')`.execute(
        db.query,
      );
      return find(db.query, account_id, reference);
    },

    async hinted(now) {
      const rows = await db.point<{ account_id: string }>({
        name: 'simulator_hinted',
        text: `select c.account_id from simulator_calls c
          where (c.scenario like 'dispute%' or c.scenario like 'fraud%') and c.created_at between $1 and $2
            and c.status = 'approved' and (c.captured or c.kind = 'capture')
            and not exists (select 1 from simulator_disputes d where d.account_id = c.account_id and d.provider_reference = c.provider_reference)
          union select account_id from simulator_disputes where due_at <= $3 limit 500`,
        values: [plus(now, -hours(1)), plus(now, -warningAfter), now],
      });
      return rows.map((row) => row.account_id);
    },

    async dueTroubles(account_id, now) {
      const { rows } = await sql<{ provider_reference: string }>`
        select c.provider_reference from simulator_calls c
        where c.account_id = ${account_id} and (c.scenario like 'dispute%' or c.scenario like 'fraud%') and c.created_at <= ${plus(now, -warningAfter)}
          and c.status = 'approved' and (c.captured or c.kind = 'capture')
          and not exists (select 1 from simulator_disputes d where d.account_id = c.account_id and d.provider_reference = c.provider_reference)
        union
        select provider_reference from simulator_disputes where account_id = ${account_id} and due_at <= ${now}
        order by provider_reference limit 1000`.execute(db.query);
      return rows.map((row) => row.provider_reference);
    },

    async findDispute(account_id, reference) {
      const { rows } =
        await sql<SimulatorDispute>`select ${disputeColumns} from simulator_disputes where account_id = ${account_id} and reference = ${reference}`.execute(
          db.query,
        );
      return rows[0];
    },

    moveTrouble: ({ account_id, provider_reference }, decide) =>
      db.tx(async (tx) => {
        await lockAuthorization(tx, account_id, provider_reference);
        const { rows } =
          await sql<SimulatorCall>`select ${columns} from simulator_calls where account_id = ${account_id} and provider_reference = ${provider_reference}`.execute(
            tx,
          );
        const { steps, result } = decide({
          account_id,
          calls: rows,
          dispute: await disputeOf(tx, account_id, provider_reference),
        });
        for (const { dispute, notice } of steps) {
          await writeDispute(tx, dispute);
          if (!notice) continue;
          await sql`
            insert into simulator_notices (account_id, position, id, body)
            values (${account_id}, ${await takePlace(tx, account_id)}, ${notice.id}, ${JSON.stringify(notice)})`.execute(
            tx,
          );
        }
        return result;
      }),

    async noticesAfter(account_id, position, limit) {
      const { rows } = await sql<{ position: number; body: Record<string, unknown> }>`
        select position, body from simulator_notices where account_id = ${account_id} and position > ${position} order by position limit ${limit}`.execute(
        db.query,
      );
      return rows.map((row) => ({ position: row.position, notice: reviveNotice(row.body) }));
    },

    async viewOfMoney(account_id) {
      const { rows } = await sql<{
        currency: SimulatorCall['currency'];
        captured: number;
        refunded: number;
        charged_back: number;
      }>`
        select currency,
          coalesce(sum(amount) filter (where kind = 'capture' or captured), 0) as captured,
          coalesce(sum(amount) filter (where kind = 'refund'), 0) as refunded,
          coalesce((select sum(d.amount) from simulator_disputes d
            where d.account_id = ${account_id} and d.currency = simulator_calls.currency and d.status in ('lost', 'accepted')), 0) as charged_back
        from simulator_calls
        where account_id = ${account_id} and status = 'approved' and (captured or kind in ('capture', 'refund'))
        group by currency order by currency`.execute(db.query);
      return rows;
    },
  };
}

/** A reference that was used before, in the table or in this batch, fails the guard; the lane then finds it by halving. */
const insertCalls = rowChange(
  'simulator_calls_insert',
  {
    account_id: 'text',
    reference: 'text',
    kind: 'text',
    provider_reference: 'text',
    amount: 'bigint',
    currency: 'text',
    status: 'text',
    captured: 'boolean',
    decline_code: 'text',
    processing: 'jsonb',
    scenario: 'text',
    return_url: 'text',
    due_at: 'timestamptz',
    created_at: 'timestamptz',
  },
  ({ from, count }) => ({
    change: `insert into simulator_calls (account_id, reference, kind, provider_reference, amount, currency, status, captured, decline_code, processing, scenario, return_url, due_at, created_at)
      select * from ${from} on conflict (account_id, reference) do nothing`,
    expect: `florin_expect((select count(*) from done), ${count}, 'simulator_call')`,
  }),
);
