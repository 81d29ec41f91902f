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
  time_zone text not null default 'UTC',
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
  -- {"default": {"bps": 290, "fixed": 30}, "JPY": {...}}: basis points of the amount plus minor units, per captured payment.
  fee_schedule jsonb not null default '{}',
  -- How far below zero refunds may take the balance of one currency, in its minor units.
  overdraft_limit bigint not null default 0 check (overdraft_limit >= 0),
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
create index on idempotency_keys (created_at);
