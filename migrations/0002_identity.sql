create table companies (
  id text primary key,
  name text not null,
  created_at timestamptz not null
);

create table merchants (
  id text primary key,
  company_id text not null references companies,
  name text not null,
  logo_url text,
  -- IANA name: decides which day it is for settlements and statements.
  time_zone text not null default 'UTC',
  -- ISO 3166-1 alpha-2: tells a domestic card from a foreign one, and which holidays count.
  country text not null default 'US',
  status text not null check (status in ('pending_review', 'active', 'disabled')),
  created_at timestamptz not null
);
create index on merchants (company_id, id);

-- A merchant's two books. All business rows carry account_id; sandbox and live never meet.
create table accounts (
  account_id text primary key,
  merchant_id text not null references merchants,
  mode text not null check (mode in ('sandbox', 'live')),
  currency text not null,
  -- {"rules": [{"currency"?, "method"?, "region"?, "bps", "fixed"}], "dispute": [{"currency"?, "amount"}]}: the most exact rule that fits counts.
  fee_schedule jsonb not null default '{}',
  -- How far below zero refunds may take the balance of one currency, in its minor units.
  overdraft_limit bigint not null default 0 check (overdraft_limit >= 0),
  refund_funding text not null default 'available_and_incoming' check (refund_funding in ('available', 'available_and_incoming')),
  -- Business days from a payment to the day its money becomes available.
  settlement_delay_days smallint not null default 2 check (settlement_delay_days between 0 and 60),
  payout_schedule text not null default 'manual' check (payout_schedule in ('manual', 'daily', 'weekly', 'monthly')),
  payout_minimum bigint not null default 100 check (payout_minimum > 0),
  -- Refund a payment by itself when the provider warns of fraud, before it becomes a dispute: up to this amount; null never.
  fraud_warning_refund_limit bigint check (fraud_warning_refund_limit >= 0),
  provider text not null default 'simulator',
  created_at timestamptz not null,
  unique (merchant_id, mode)
);

create table api_keys (
  account_id text not null,
  id text not null,
  kind text not null check (kind in ('secret', 'publishable')),
  name text not null,
  hint text not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz,
  primary key (account_id, id)
);

-- Keyed hash of a key's body → whose it is. Unique across accounts, so it is a table of its own (spread by hash).
create table api_key_hashes (
  hash bytea primary key,
  account_id text not null,
  key_id text not null
);

create table idempotency_keys (
  account_id text not null,
  operation text not null,
  key text not null,
  request_hash bytea not null,
  -- Who works on it: a second worker that took over after the lease fences the first.
  holder text not null,
  leased_until timestamptz not null,
  -- Set in the transaction that records the first effect; from then on nobody may start it anew.
  effect_id text,
  answer text,
  created_at timestamptz not null,
  primary key (account_id, operation, key)
);
-- Claims are forgotten by age: a few pages of summary instead of an entry each.
create index on idempotency_keys using brin (created_at);
