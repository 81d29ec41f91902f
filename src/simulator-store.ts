// The simulator's books in Postgres. It stands outside connectors/, which no database handle may reach. Authorizations travel
// through a batching lane; follow-ups take the lock of their authorization's row. Must never touch a table of Florin's rooms.

import { sql } from 'kysely';
import type { SimulatorCall, SimulatorStore } from './connectors/simulator/store.ts';
import type { Lane } from './db/coalesce.ts';
import { type Db, type Executor, GuardFailed, type Statement, type Tx } from './db/db.ts';
import { must } from './kit/assert.ts';

export type SimulatorStoreParts = {
  db: Db;
  lane<Item>(name: string, account_id: string, plan: (items: Item[]) => Statement[]): Lane<Item>;
};

const columns = sql.raw(
  'account_id, reference, kind, provider_reference, amount, currency, status, captured, decline_code, processing, scenario, return_url, due_at, created_at',
);

export function simulatorStore({ db, lane }: SimulatorStoreParts): SimulatorStore {
  async function find(on: Executor | Tx, account_id: string, reference: string): Promise<SimulatorCall | undefined> {
    const { rows } = await sql<SimulatorCall>`select ${columns} from simulator_calls where account_id = ${account_id} and reference = ${reference}`.execute(on);
    return rows[0];
  }

  return {
    async insert(call) {
      try {
        await lane('simulator_calls', call.account_id, insertCalls).add(call);
        return { call, fresh: true };
      } catch (error) {
        if (!(error instanceof GuardFailed)) throw error;
        return { call: must(await find(db.query, call.account_id, call.reference), 'the call that was in the way exists'), fresh: false };
      }
    },

    find: (account_id, reference) => find(db.query, account_id, reference),

    async findChallenge(reference) {
      // The page knows no account: the one query that names none, over an index of challenges alone.
      const { rows } = await sql<SimulatorCall>`select ${columns} from simulator_calls where reference = ${reference} and return_url is not null limit 1`.execute(db.query);
      return rows[0];
    },

    follow: ({ account_id, provider_reference, reference }, decide) =>
      db.tx(async (tx) => {
        // The lock comes first and alone: the next statement then sees what the holder before us committed.
        await sql`select 1 from simulator_calls where account_id = ${account_id} and provider_reference = ${provider_reference} and kind = 'authorize' for update`.execute(tx);
        const { rows } = await sql<SimulatorCall>`
          select ${columns} from simulator_calls where account_id = ${account_id} and (provider_reference = ${provider_reference} or reference = ${reference})`.execute(tx);
        const before = rows.find((row) => row.reference === reference);
        if (before) return { call: before, fresh: false };
        const { call, ends } = decide(rows);
        if (ends) {
          await sql`
            update simulator_calls set status = ${ends.status}, decline_code = ${ends.decline_code}, due_at = null
            where account_id = ${account_id} and provider_reference = ${provider_reference} and kind = 'authorize' and status in ('action', 'pending')`.execute(tx);
        }
        const { numAffectedRows } = await sql`
          insert into simulator_calls (${columns})
          values (${call.account_id}, ${call.reference}, ${call.kind}, ${call.provider_reference}, ${call.amount}, ${call.currency}, ${call.status}, ${call.captured},
            ${call.decline_code}, ${JSON.stringify(call.processing)}, ${call.scenario}, ${call.return_url}, ${call.due_at}, ${call.created_at})
          on conflict (account_id, reference) do nothing`.execute(tx);
        if (numAffectedRows === 1n) return { call, fresh: true };
        return { call: must(await find(tx, account_id, reference), 'the call that was in the way exists'), fresh: false };
      }),

    async decide(account_id, reference, decision) {
      await sql`
        update simulator_calls
        set status = ${decision.status}, decline_code = ${decision.decline_code}, processing = ${JSON.stringify(decision.processing)}, due_at = null
        where account_id = ${account_id} and reference = ${reference} and status in ('action', 'pending')`.execute(db.query);
      return find(db.query, account_id, reference);
    },

    async viewOfMoney(account_id) {
      const { rows } = await sql<{ currency: SimulatorCall['currency']; captured: number; refunded: number }>`
        select currency,
          coalesce(sum(amount) filter (where kind = 'capture' or captured), 0) as captured,
          coalesce(sum(amount) filter (where kind = 'refund'), 0) as refunded
        from simulator_calls
        where account_id = ${account_id} and status = 'approved' and (captured or kind in ('capture', 'refund'))
        group by currency order by currency`.execute(db.query);
      return rows;
    },
  };
}

/** A reference that was used before, in the table or in this batch, fails the guard; the lane then finds it by halving. */
function insertCalls(calls: SimulatorCall[]): Statement[] {
  return [
    {
      name: 'simulator_calls_insert',
      text: `with i as (
          insert into simulator_calls (account_id, reference, kind, provider_reference, amount, currency, status, captured, decline_code, processing, scenario, return_url, due_at, created_at)
          select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::boolean[], $9::text[], $10::jsonb[], $11::text[], $12::text[],
            $13::timestamptz[], $14::timestamptz[])
          on conflict (account_id, reference) do nothing returning 1)
        select florin_expect((select count(*) from i), $15, 'simulator_call')`,
      values: [
        calls.map((c) => c.account_id),
        calls.map((c) => c.reference),
        calls.map((c) => c.kind),
        calls.map((c) => c.provider_reference),
        calls.map((c) => c.amount),
        calls.map((c) => c.currency),
        calls.map((c) => c.status),
        calls.map((c) => c.captured),
        calls.map((c) => c.decline_code),
        calls.map((c) => JSON.stringify(c.processing)),
        calls.map((c) => c.scenario),
        calls.map((c) => c.return_url),
        calls.map((c) => c.due_at),
        calls.map((c) => c.created_at),
        calls.length,
      ],
    },
  ];
}
