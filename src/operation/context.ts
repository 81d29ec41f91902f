// What every operation is given: the process (Env) and the call (Ctx). No global stands beside them, so a test or a
// simulation replaces time, chance, network and provider by handing in others.

import type { Config } from '../config.ts';
import type { Bank } from '../connectors/bank.ts';
import type { Connector } from '../connectors/connector.ts';
import type { SettlementReporter } from '../connectors/settlement-report.ts';
import type { Lane } from '../db/coalesce.ts';
import type { Db, Statement } from '../db/db.ts';
import type { Clock } from '../kit/clock.ts';
import type { Random } from '../kit/id.ts';
import type { Log } from '../kit/log.ts';
import type { Currency } from '../kit/money.ts';
import type { Outbound } from '../kit/outbound.ts';

export type Env = {
  config: Config;
  clock: Clock;
  random: Random;
  log: Log;
  db: Db;
  outbound: Outbound;
  connector(provider: string, account_id: string): Connector;
  /** Who gives out the provider's settlement reports. */
  reporter(provider: string, account_id: string): SettlementReporter;
  /** The bank that pays this account out. */
  bank(account_id: string): Bank;
  /** The lane that batches one kind of write; which of several is chosen behind this one function. */
  lane<Item>(name: string, account_id: string, plan: (items: Item[]) => Statement[]): Lane<Item>;
  keys: Keys;
  /** Tells the worker of this process that there is something to do; a hint, polling is the guarantee. */
  nudge(): void;
  /** Marks a line between two effects, where a test may end the process. Does nothing elsewhere. */
  probe(point: string): void;
};

/** Purpose-bound keys, all derived from the installation's root key. */
export type Keys = {
  root: Uint8Array;
  /** Keyed hash of API keys. */
  api_keys: Uint8Array;
  /** Seals webhook secrets. */
  webhooks: Uint8Array;
  /** Seals the CVC that travels inside a card token. */
  tokens: Uint8Array;
  /** Keyed hash of request parameters, for idempotency. */
  requests: Uint8Array;
  /** Keyed fingerprint of card numbers. */
  fingerprints: Uint8Array;
  /** Seals the numbers of bank accounts. */
  bank_accounts: Uint8Array;
  /** Keyed fingerprint of them. */
  bank_fingerprints: Uint8Array;
};

export type FeeRule = {
  currency?: Currency;
  method?: 'card';
  region?: 'domestic' | 'eea' | 'international';
  bps: number;
  fixed: number;
};
export type FeeSchedule = { rules?: FeeRule[]; dispute?: { currency?: Currency; amount: number }[] };

export type Account = {
  account_id: string;
  merchant_id: string;
  merchant_name: string;
  merchant_logo_url: string | null;
  merchant_country: string;
  time_zone: string;
  merchant_status: 'pending_review' | 'active' | 'disabled';
  mode: 'sandbox' | 'live';
  currency: Currency;
  fee_schedule: FeeSchedule;
  overdraft_limit: number;
  refund_funding: 'available' | 'available_and_incoming';
  settlement_delay_days: number;
  payout_schedule: 'manual' | 'daily' | 'weekly' | 'monthly';
  payout_minimum: number;
  fraud_warning_refund_limit: number | null;
  provider: string;
};

/** `payments:write`, or `payments` for all verbs of that area. */
export type Scopes = ReadonlySet<string>;

export type Actor =
  | { kind: 'secret'; key_id: string }
  | { kind: 'publishable'; key_id: string }
  /** A program with an access key: may do what its token was given. */
  | { kind: 'token'; access_key_id: string; scopes: Scopes }
  /** A person at the dashboard: may do what the roles allow. */
  | { kind: 'user'; user_id: string; session_id: string; scopes: Scopes }
  /** A customer's browser on our page: may act on this one session or payment only. */
  | { kind: 'page'; link_id: string }
  /** Jobs, reactions and the operator's command line. */
  | { kind: 'system' };

export type ActorKind = Actor['kind'];

export type Ctx = {
  env: Env;
  account: Account;
  actor: Actor;
  request_id: string;
  /** The idempotency claim of this call; the transaction that ends the call stores the answer under it. */
  claim?: Claim;
};

export type Claim = { operation: string; key: string; holder: string; request_hash: Buffer };
