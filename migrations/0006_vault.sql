-- Data keys, each sealed under the installation's root key. Turning the root key re-seals these few rows only.
create table vault_keys (
  account_id text not null,
  id text not null,
  sealed bytea not null,
  root_fingerprint bytea not null,
  created_at timestamptz not null,
  retired_at timestamptz,
  primary key (account_id, id)
);

-- One key of an account is current: two processes that make the first one at once agree on one.
create unique index on vault_keys (account_id) where retired_at is null;

-- The card number lives in `sealed` and nowhere else. There is no column for a CVC, on purpose.
create table cards (
  account_id text not null,
  id text not null,
  key_id text not null,
  sealed bytea not null,
  fingerprint text not null,
  brand text not null,
  last_four text not null,
  exp_month smallint not null,
  exp_year smallint not null,
  funding text not null,
  country text,
  issuer text,
  created_at timestamptz not null,
  primary key (account_id, id)
);

create table tokens (
  account_id text not null,
  id text not null,
  card_id text not null,
  billing_address jsonb,
  -- The payment or payment method that consumed it: a token is used once.
  used_by text,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  primary key (account_id, id)
);

create table payment_methods (
  account_id text not null,
  id text not null,
  customer_id text not null,
  card_id text not null,
  billing_address jsonb,
  metadata jsonb not null default '{}',
  detached_at timestamptz,
  created_at timestamptz not null,
  primary key (account_id, id),
  foreign key (account_id, customer_id) references customers (account_id, id),
  foreign key (account_id, card_id) references cards (account_id, id)
);
create index on payment_methods (account_id, customer_id, id);
