// The simulated Bitcoin gateway's books in Postgres. It stands outside connectors/, which no database handle may reach. Must never
// touch a table of Florin's rooms.

import { sql } from 'kysely';
import type { Coin, InvoiceStore, SimulatorInvoice } from './connectors/simulator/bitcoin-store.ts';
import type { Db, Executor, Tx } from './db/db.ts';
import { must } from './kit/assert.ts';

const columns = sql.raw('account_id, reference, provider_reference, address, amount, expires_at, created_at');

export function simulatorInvoices(db: Db): InvoiceStore {
  async function coinsOf(on: Executor | Tx, { account_id, reference }: SimulatorInvoice): Promise<Coin[]> {
    const { rows } = await sql<Coin>`
      select id, amount, seen_at, confirmed_at from simulator_coins where account_id = ${account_id} and reference = ${reference} order by id`.execute(
      on,
    );
    return rows;
  }

  async function find(account_id: string, reference: string) {
    const { rows } = await sql<SimulatorInvoice>`
      select ${columns} from simulator_invoices where account_id = ${account_id} and reference = ${reference}`.execute(
      db.query,
    );
    return rows[0] && { invoice: rows[0], coins: await coinsOf(db.query, rows[0]) };
  }

  return {
    async insert(i) {
      await sql`insert into simulator_invoices (${columns})
        values (${i.account_id}, ${i.reference}, ${i.provider_reference}, ${i.address}, ${i.amount}, ${i.expires_at}, ${i.created_at})
        on conflict (account_id, reference) do nothing`.execute(db.query);
      return must(await find(i.account_id, i.reference), 'the invoice exists').invoice;
    },
    find,
    async findPage(reference) {
      // The page knows no account: the one query that names none.
      const { rows } = await sql<SimulatorInvoice>`
        select ${columns} from simulator_invoices where reference = ${reference} limit 1`.execute(db.query);
      return rows[0] && { invoice: rows[0], coins: await coinsOf(db.query, rows[0]) };
    },
    move: (invoice, decide) =>
      db.tx(async (tx) => {
        const { account_id, reference } = invoice;
        await sql`select 1 from simulator_invoices where account_id = ${account_id} and reference = ${reference} for update`.execute(
          tx,
        );
        for (const coin of decide(await coinsOf(tx, invoice))) {
          await sql`insert into simulator_coins (account_id, reference, id, amount, seen_at, confirmed_at)
            values (${account_id}, ${reference}, ${coin.id}, ${coin.amount}, ${coin.seen_at}, ${coin.confirmed_at})
            on conflict (account_id, reference, id) do update set confirmed_at = excluded.confirmed_at`.execute(tx);
        }
      }),
  };
}
