-- Where customers look after what they buy. A session begins with a link that works once, and lives on as a cookie of one browser.

-- What an account lets its customers do; without a row, as the defaults say.
create table portal_settings (
  account_id text primary key,
  cancel_at text[] not null default '{period_end}' check (cancel_at <@ array['period_end', 'now']),
  -- What a subscription may be changed to: recurring prices of these products, and these prices.
  change_to_products text[] not null default '{}' check (cardinality(change_to_products) <= 20),
  change_to_prices text[] not null default '{}' check (cardinality(change_to_prices) <= 20),
  change_quantity boolean not null default false,
  proration text not null default 'prorate_now' check (proration in ('prorate_now', 'prorate_next', 'none', 'full_now')),
  pause boolean not null default false,
  email_login boolean not null default true,
  return_url text,
  terms_url text,
  privacy_url text,
  updated_at timestamptz not null
);

create table portal_sessions (
  account_id text not null,
  id text not null,
  customer_id text not null,
  link_hash bytea not null,
  -- The link went out by mail: whoever opens it presses once, so that a program that looks at links uses none up.
  by_mail boolean not null,
  link_expires_at timestamptz not null,
  return_url text,
  locale text,
  -- Where it leads to, or the address that it proves: {type, subscription, email}.
  flow jsonb,
  -- In place of what the settings say.
  change_to_products text[] check (cardinality(change_to_products) <= 20),
  -- From here on once it was opened.
  opened_at timestamptz,
  cookie_hash bytea,
  last_seen_at timestamptz,
  expires_at timestamptz,
  ended_at timestamptz,
  created_at timestamptz not null,
  primary key (account_id, id),
  foreign key (account_id, customer_id) references customers (account_id, id),
  check ((opened_at is null) = (cookie_hash is null)),
  check ((opened_at is null) = (expires_at is null)),
  check ((opened_at is null) = (last_seen_at is null))
) with (fillfactor = 80);
create index on portal_sessions (account_id, customer_id, id);
create index on portal_sessions (created_at);

-- Addresses that asked for a link, whether they are anybody's or not: the worker looks, so that no answer tells.
create table portal_link_requests (
  account_id text not null,
  id text not null,
  email text not null,
  locale text,
  created_at timestamptz not null,
  primary key (account_id, id)
);
create index on portal_link_requests (id);

-- As the customer's country writes it, such as DE123456789.
alter table customers add column tax_id text;
