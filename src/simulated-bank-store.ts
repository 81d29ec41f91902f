// The simulated bank's books in Postgres. It stands outside connectors/, which no database handle may reach. Must never
// touch a table of Florin's rooms.

import { sql } from 'kysely';
import type { SimulatedBankStore, SimulatedTransfer } from './connectors/simulated-bank.ts';
import type { Db } from './db/db.ts';
import { must } from './kit/assert.ts';

const columns = sql.raw(
  'account_id, reference, bank_reference, amount, currency, scenario, country, status, failure_code, due_at, created_at',
);

export function simulatedBankStore(db: Db): SimulatedBankStore {
  async function find(account_id: string, reference: string): Promise<SimulatedTransfer | undefined> {
    const { rows } = await sql<SimulatedTransfer>`
      select ${columns} from simulator_transfers where account_id = ${account_id} and reference = ${reference}`.execute(
      db.query,
    );
    return rows[0];
  }
  const standing = async (t: SimulatedTransfer) => must(await find(t.account_id, t.reference), 'the transfer exists');

  return {
    find,
    async insert(t) {
      await sql`insert into simulator_transfers (${columns})
        values (${t.account_id}, ${t.reference}, ${t.bank_reference}, ${t.amount}, ${t.currency}, ${t.scenario}, ${t.country},
          ${t.status}, ${t.failure_code}, ${t.due_at}, ${t.created_at})
        on conflict (account_id, reference) do nothing`.execute(db.query);
      return standing(t);
    },
    async change(before, after) {
      await sql`update simulator_transfers
        set status = ${after.status}, failure_code = ${after.failure_code}, due_at = ${after.due_at}
        where account_id = ${before.account_id} and reference = ${before.reference} and status = ${before.status}`.execute(
        db.query,
      );
      return standing(before);
    },
  };
}
