-- Where a merchant's money is sent. The numbers are sealed; what may be shown of them is their last four digits.
create table bank_accounts (
  account_id text not null,
  id text not null,
  kind text not null check (kind in ('us', 'hk', 'iban')),
  currency text not null,
  country text not null,
  holder_name text not null,
  bank_name text,
  -- Sealed, bound to the id.
  numbers bytea not null,
  last_four text not null check (length(last_four) = 4),
  -- Keyed hash of the numbers: tells that two are the same without opening either.
  fingerprint bytea not null,
  status text not null check (status in ('pending', 'verified', 'rejected')),
  rejection_reason text,
  reviewed_at timestamptz,
  -- The one that payouts of its currency go to when none is named.
  is_default boolean not null,
  metadata jsonb not null default '{}',
  deleted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (account_id, id),
  check ((status = 'rejected') = (rejection_reason is not null)),
  check (not (is_default and deleted_at is not null))
);
-- The same account twice by mistake is refused; once per currency, because one account may take several.
create unique index on bank_accounts (account_id, fingerprint, currency) where deleted_at is null;
create unique index on bank_accounts (account_id, currency) where is_default;

create table payouts (
  account_id text not null,
  id text not null,
  status text not null check (status in ('in_review', 'pending', 'in_transit', 'paid', 'failed', 'cancelled')),
  amount bigint not null check (amount > 0),
  currency text not null,
  bank_account_id text not null,
  -- What was shown of the bank account when it was requested; its details may change later.
  bank_kind text not null,
  bank_last_four text not null,
  bank_name text,
  description text,
  metadata jsonb not null default '{}',
  -- Of a payout by schedule: the merchant's local day it belongs to.
  scheduled_on date,
  failure_code text,
  -- What the reviewer or the bank's statement said.
  failure_reason text,
  bank_reference text,
  -- When the bank expects to have it there.
  arrives_on date,
  -- How often it was handed to the bank, counted before each call: from the first on nobody may cancel it.
  sends integer not null default 0,
  -- When a job comes back to it: to send, or to ask what became of it. Null: nothing is left to do by itself.
  next_at timestamptz,
  looks integer not null default 0,
  -- Who said paid or failed last.
  confirmed_by text check (confirmed_by in ('bank', 'operator')),
  approved_at timestamptz,
  paid_at timestamptz,
  ended_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (account_id, id),
  foreign key (account_id, bank_account_id) references bank_accounts (account_id, id),
  -- A schedule pays once per day and currency, however many workers find it due.
  unique (account_id, currency, scheduled_on),
  check ((status = 'failed') = (failure_code is not null)),
  check ((status in ('paid', 'failed', 'cancelled')) = (ended_at is not null)),
  check (status <> 'paid' or paid_at is not null),
  check (status <> 'in_review' or (approved_at is null and sends = 0)),
  check (status not in ('failed', 'cancelled') or next_at is null)
);
create index on payouts (account_id, status, id);
create index on payouts (account_id, currency, id);
create index on payouts (account_id, bank_account_id, id);
-- Whether an account has had a payout released before.
create index on payouts (account_id) where approved_at is not null;
create index on payouts (next_at) where next_at is not null;

-- The simulated bank's own books. Florin's rooms never read it; `verify` and the tests compare the two sides.
create table simulator_transfers (
  account_id text not null,
  -- Our payout's id, which is the idempotency key of the call: a repeated call is one row.
  reference text not null,
  bank_reference text not null,
  amount bigint not null,
  currency text not null,
  -- Which documented behaviour the account number asked for. Never the number itself.
  scenario text not null,
  country text not null,
  status text not null check (status in ('in_transit', 'paid', 'failed')),
  failure_code text,
  -- When it changes by itself.
  due_at timestamptz,
  created_at timestamptz not null,
  primary key (account_id, reference),
  check ((status = 'failed') = (failure_code is not null))
);
