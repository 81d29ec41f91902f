// What every operation is given: the process (Env) and the call (Ctx). No global stands beside them, so a test or a
// simulation replaces time, chance, network and provider by handing in others.

import type { Config } from '../config.ts';
import type { Bank } from '../connectors/bank.ts';
import type { BitcoinGateway } from '../connectors/bitcoin.ts';
import type { Connector } from '../connectors/connector.ts';
import type { SettlementReporter } from '../connectors/settlement-report.ts';
import type { Lane } from '../db/coalesce.ts';
import type { Db, Statement, Tx } from '../db/db.ts';
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
  /** Accounts whose provider said that it has something to tell; a hint, being asked now and then is the guarantee. */
  hinted(): Promise<string[]>;
  /** Who receives Bitcoin for this account. */
  bitcoin(account_id: string): BitcoinGateway;
  /** The lane that batches one kind of write; which of several is chosen behind this one function. */
  lane<Item>(name: string, account_id: string, plan: (items: Item[]) => Statement[]): Lane<Item>;
  keys: Keys;
  /** The wire formats, beside our own, that a webhook endpoint may choose; by name. */
  webhook_dialects: WebhookDialects;
  /** Sends a mail; undefined when no mail server is set. */
  mailer: Mailer | undefined;
  /** Writes down what was done by whom, when it is administrative; inside `tx` when there is one. */
  audit: AuditWriter;
  /** Tells the worker of this process that there is something to do; a hint, polling is the guarantee. */
  nudge(): void;
  /** Marks a line between two effects, where a test may end the process. Does nothing elsewhere. */
  probe(point: string): void;
};

/** `from_name`: whose name stands before the installation's own address. */
export type Message = {
  to: string;
  subject: string;
  text: string;
  html?: string;
  from_name?: string;
  reply_to?: string;
  message_id: string;
};
export type Mailer = { send(message: Message): Promise<void> };

export type AuditWriter = {
  /** Whether this call is to be written down. */
  covers(op: { name: string; scope: string; actors: readonly string[] }, actor: Actor): boolean;
  /** In the transaction of the act. */
  write(ctx: Ctx, done: Done, tx: Tx): Promise<void>;
  /** Before an act of several transactions, of which none is the last for sure. */
  begin(ctx: Ctx, doing: Omit<Done, 'after'>): Promise<Begun>;
};
/** An act that is written down before it is done: one that never ends is told of as such (`tellUnended`). */
export type Begun = {
  end(done: Pick<Done, 'target_id' | 'after'>): Promise<void>;
  /** It was refused, or done before: nothing happened. */
  forget(): Promise<void>;
};
/** What was done: `before` is what the object's own `get` showed. */
export type Done = { action: string; target_id: string | null; before: unknown; after: unknown };

/** An event on its way out: the public object is the JSON text that was frozen when it was emitted. */
export type SignedEvent = {
  id: string;
  type: string;
  payload: string;
  request_id: string | null;
  created_at: Date;
};

/** How a dialect tells of an event. Handed in, so that no room learns a word of it. */
export type WebhookDialect = {
  /** Types of ours that it has a name for; an endpoint of this dialect is told of no others. */
  event_types: readonly string[];
  /** One try. Pure: the same event has the same body at every try. Secrets: the present one first. */
  write(event: SignedEvent, secrets: Uint8Array[], at: Date): { headers: Record<string, string>; body: string };
};
export type WebhookDialects = Readonly<Record<string, WebhookDialect>>;

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
  /** Seals TOTP secrets and mails, and keys the hashes of recovery codes and of addresses that try to sign in. */
  people: Uint8Array;
  /** Keyed hash of access keys' secrets. */
  access_keys: Uint8Array;
  /** Seals what access tokens are signed by. */
  signing_keys: Uint8Array;
  /** Makes the addresses of invoices' pages. */
  documents: Uint8Array;
};

/** What a customer may pay with. */
export type PaymentMethodType = 'card' | 'bitcoin';

export type FeeRule = {
  currency?: Currency;
  method?: PaymentMethodType;
  region?: 'domestic' | 'eea' | 'international';
  bps: number;
  fixed: number;
};
export type FeeSchedule = {
  rules?: FeeRule[];
  dispute?: { currency?: Currency; amount: number }[];
  /** On top of a capture's fee when the payment is neither in the account's own currency nor in BTC. */
  exchange?: { bps: number };
};

/** What customers are written about. */
export const emailKinds = [
  'payment_receipt',
  'refund_receipt',
  'invoice_issued',
  'invoice_sent',
  'invoice_reminder',
  'invoice_paid',
  'payment_failed',
  'trial_ending',
  'renewal_upcoming',
  'card_expiring',
  'subscription_canceled',
  'portal_link',
] as const;
export type EmailKind = (typeof emailKinds)[number];

/** And what they are written whatever the account chose, because it keeps their account with us theirs. */
export const mailKinds = [...emailKinds, 'email_confirmation', 'email_change'] as const;
export type MailKind = (typeof mailKinds)[number];

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
  /** Cards always. */
  payment_methods: PaymentMethodType[];
  payout_schedule: 'manual' | 'daily' | 'weekly' | 'monthly';
  payout_minimum: number;
  fraud_warning_refund_limit: number | null;
  /** Which mails its customers get: known with every call, so that what nobody is written about costs nothing. */
  emails: ReadonlySet<EmailKind>;
  provider: string;
};

/** `payments:write`, or `payments` for all verbs of that area. */
export type Scopes = ReadonlySet<string>;

export type Actor =
  /** Without scopes: everything that is open to a program. */
  | { kind: 'secret'; key_id: string; scopes?: Scopes }
  | { kind: 'publishable'; key_id: string }
  /** A program with an access key: may do what its token was given. */
  | { kind: 'token'; access_key_id: string; scopes: Scopes }
  /** A person at the dashboard: may do what the roles allow, once the password is one of their own. */
  | { kind: 'user'; user_id: string; session_id: string; scopes: Scopes; must_change_password: boolean }
  /** Somebody at the dashboard's door, before signing in. Has no account. */
  | { kind: 'visitor' }
  /** A customer's browser on our page: may act on this one session or payment only. */
  | { kind: 'page'; link_id: string }
  /** A customer who is signed in to the portal: reaches what is this one customer's. */
  | { kind: 'portal'; session_id: string; customer_id: string }
  /** Jobs, reactions and the operator's command line. */
  | { kind: 'system' };

export type ActorKind = Actor['kind'];

export type Ctx = {
  env: Env;
  account: Account;
  actor: Actor;
  request_id: string;
  /** Where the call comes from, when it comes over HTTP. */
  from?: Origin;
  /** The idempotency claim of this call; the transaction that ends the call stores the answer under it. */
  claim?: Claim;
};

export type Origin = {
  address: string;
  browser: string;
  /** What the browser is to keep from now on: a session's token, or null to forget it. Never part of an answer's body. */
  cookie?: { token: string; max_age_s: number } | null;
};

export type Claim = { operation: string; key: string; holder: string; request_hash: Buffer };
