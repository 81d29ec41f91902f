// Builds the one Env of a process from its settings, and closes it. The place where a connector meets its database.

import { type Config, ConfigError } from './config.ts';
import type { Bank } from './connectors/bank.ts';
import type { BitcoinGateway } from './connectors/bitcoin.ts';
import type { Connector } from './connectors/connector.ts';
import { simulatedBank } from './connectors/simulated-bank.ts';
import { bitcoinSimulator } from './connectors/simulator/bitcoin.ts';
import { type SimulatorOptions, simulator } from './connectors/simulator/index.ts';
import { Lane } from './db/coalesce.ts';
import { byKey, type Db, openDb, type Statement } from './db/db.ts';
import { auditWriter } from './identity/audit.ts';
import { assert } from './kit/assert.ts';
import { type Clock, systemClock } from './kit/clock.ts';
import { deriveKey } from './kit/crypto.ts';
import { type Random, systemRandom } from './kit/id.ts';
import { type Log, newLog } from './kit/log.ts';
import { type Outbound, openOutbound } from './kit/outbound.ts';
import { businessDaysAfter, localDay } from './ledger/calendar.ts';
import { openMailer } from './mail/mailer.ts';
import type { Env, Keys, Mailer, WebhookDialects } from './operation/context.ts';
import { simulatedBankStore } from './simulated-bank-store.ts';
import { simulatorInvoices } from './simulator-invoices.ts';
import { simulatorReporter } from './simulator-report.ts';
import { simulatorStore } from './simulator-store.ts';

export type OpenEnv = Env & {
  simulator_store: ReturnType<typeof simulatorStore>;
  simulator_invoices: ReturnType<typeof simulatorInvoices>;
  /** The worker of this process listens here. */
  onNudge(listener: () => void): void;
  close(): Promise<void>;
};

export type EnvParts = {
  config: Config;
  database_url: string;
  root_key: Uint8Array;
  clock?: Clock;
  random?: Random;
  log?: Log;
  outbound?: Outbound;
  /** Stands between a connector and its caller; for tests that lose or repeat answers. */
  wrap?: (connector: Connector) => Connector;
  wrapBank?: (bank: Bank) => Bank;
  wrapBitcoin?: (gateway: BitcoinGateway) => BitcoinGateway;
  /** What other wire formats than our own a webhook endpoint may choose. */
  webhook_dialects?: WebhookDialects;
  probe?: (point: string) => void;
  mailer?: Mailer;
};

export function keysFrom(root: Uint8Array): Keys {
  if (root.length !== 32)
    throw new ConfigError('FLORIN_ROOT_KEY must be 32 bytes in base64: make one with `openssl rand -base64 32`.');
  return {
    root,
    api_keys: deriveKey(root, 'api keys'),
    webhooks: deriveKey(root, 'webhook secrets'),
    tokens: deriveKey(root, 'card tokens'),
    requests: deriveKey(root, 'request hashes'),
    fingerprints: deriveKey(root, 'card fingerprints'),
    bank_accounts: deriveKey(root, 'bank accounts'),
    bank_fingerprints: deriveKey(root, 'bank account fingerprints'),
    people: deriveKey(root, 'people'),
    access_keys: deriveKey(root, 'access keys'),
    signing_keys: deriveKey(root, 'signing keys'),
    documents: deriveKey(root, 'documents'),
  };
}

/**
 * Lanes that need not wait for the disk: a commit of ours that follows makes theirs durable too (the log is written in order), and
 * what a crash takes before that is what a provider never heard of. Of the request log it takes the last moments.
 */
const relaxed = new Set(['simulator_calls', 'request_logs']);

const laneConfig = (config: Db['client_config'], name: string) => ({
  ...config,
  options: `${config.options ?? ''} ${byKey}${relaxed.has(name) ? ' -c synchronous_commit=off' : ''}`,
});

export function openEnv(parts: EnvParts): OpenEnv {
  const { config, database_url, root_key, clock = systemClock, random = systemRandom } = parts;
  const log = parts.log ?? newLog(config.log_level);
  const db = openDb({
    url: database_url,
    pool_size: config.pool_size,
    on_error: (error) => log.warn({ error }, 'an idle database connection was lost'),
  });
  const outbound = parts.outbound ?? openOutbound({ allow: config.outbound_allow });
  const lanes = new Map<string, { close(): Promise<void> }>();
  const listeners: (() => void)[] = [];

  function lane<Item>(name: string, _account_id: string, plan: (items: Item[]) => Statement[]): Lane<Item> {
    let found = lanes.get(name);
    if (!found) {
      found = new Lane<Item>({ client_config: laneConfig(db.client_config, name), plan });
      lanes.set(name, found);
    }
    return found as Lane<Item>;
  }

  const simulator_store = simulatorStore({ db, lane });
  const connectors = new Map<string, Connector>();

  function connector(provider: string, account_id: string): Connector {
    let found = connectors.get(account_id);
    if (!found) {
      assert(provider === 'simulator', `provider '${provider}' is known`);
      const options: SimulatorOptions = {
        store: simulator_store,
        clock,
        random,
        account_id,
        public_url: config.public_url,
        latency_ms: config.simulator_latency_ms,
      };
      found = parts.wrap ? parts.wrap(simulator(options)) : simulator(options);
      connectors.set(account_id, found);
    }
    return found;
  }

  const bank_store = simulatedBankStore(db);
  const businessDayAfter = (at: Date, count: number, country: string) =>
    new Date(`${businessDaysAfter(localDay(at, 'UTC'), count, country)}T12:00:00Z`);

  function bank(account_id: string): Bank {
    const simulated = simulatedBank({ store: bank_store, clock, random, account_id, businessDayAfter });
    return parts.wrapBank ? parts.wrapBank(simulated) : simulated;
  }

  const simulator_invoices = simulatorInvoices(db);
  function bitcoin(account_id: string): BitcoinGateway {
    const latency_ms = config.simulator_latency_ms;
    const simulated = bitcoinSimulator({ store: simulator_invoices, clock, random, account_id, latency_ms });
    return parts.wrapBitcoin ? parts.wrapBitcoin(simulated) : simulated;
  }

  return {
    config,
    clock,
    random,
    log,
    db,
    outbound,
    connector,
    reporter(provider, account_id) {
      assert(provider === 'simulator', `provider '${provider}' is known`);
      return simulatorReporter(db, account_id);
    },
    hinted: () => simulator_store.hinted(clock.now()),
    bank,
    bitcoin,
    lane,
    keys: keysFrom(root_key),
    webhook_dialects: parts.webhook_dialects ?? {},
    mailer: parts.mailer ?? (config.smtp_url === undefined ? undefined : openMailer(config.smtp_url, config.mail_from)),
    audit: auditWriter,
    nudge: () => {
      for (const listener of listeners) listener();
    },
    probe: parts.probe ?? (() => {}),
    simulator_store,
    simulator_invoices,
    onNudge: (listener) => listeners.push(listener),
    async close() {
      await Promise.all([...lanes.values()].map((l) => l.close()));
      await outbound.close();
      await db.close();
    },
  };
}
