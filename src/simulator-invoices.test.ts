// The gateway's contract with the books in Postgres. Needs TEST_DATABASE_URL (a server on which a database may be made); makes its own
// and drops it.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import pg from 'pg';
import { bitcoinContract } from './connectors/bitcoin-contract-cases.ts';
import { isWitnessAddress } from './connectors/simulator/bech32.ts';
import { bitcoinSimulator, playWallet } from './connectors/simulator/bitcoin.ts';
import { openDb } from './db/db.ts';
import { migrate } from './db/migrate.ts';
import { systemClock } from './kit/clock.ts';
import { systemRandom } from './kit/id.ts';
import { simulatorInvoices } from './simulator-invoices.ts';

const server = process.env.TEST_DATABASE_URL;

if (server === undefined) {
  test('the Bitcoin simulator in Postgres', { skip: 'TEST_DATABASE_URL is not set' }, () => {});
} else {
  bitcoinContract('simulator, in Postgres', async () => {
    const name = `florin_invoices_${randomUUID().slice(0, 8)}`;
    const admin = async (text: string) => {
      const client = new pg.Client({ connectionString: server });
      await client.connect();
      await client.query(text).finally(() => client.end());
    };
    await admin(`create database ${name}`);
    const own = new URL(server);
    own.pathname = `/${name}`;
    await migrate(own.href, () => {});
    const db = openDb({ url: own.href, pool_size: 8 });
    const parts = { store: simulatorInvoices(db), clock: systemClock, random: systemRandom, latency_ms: 0 };
    return {
      gateway: bitcoinSimulator({ ...parts, account_id: 'acct_a' }),
      stranger: bitcoinSimulator({ ...parts, account_id: 'acct_b' }),
      isAddress: isWitnessAddress,
      async send(_invoice, reference, amount) {
        const found = await parts.store.findPage(reference);
        assert.ok(found);
        await parts.store.move(found.invoice, () => [
          { id: `coin_${randomUUID()}`, amount, seen_at: systemClock.now(), confirmed_at: null },
        ]);
      },
      async bury(reference) {
        await playWallet(parts, reference, 'confirm');
      },
      async close() {
        await db.close();
        await admin(`drop database ${name} with (force)`);
      },
    };
  });
}
