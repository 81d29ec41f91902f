create table customers (
  account_id text not null,
  id text not null,
  email text,
  name text,
  phone text,
  reference text,
  language text,
  address jsonb,
  metadata jsonb not null default '{}',
  default_payment_method text,
  deleted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (account_id, id)
);
create unique index on customers (account_id, reference) where reference is not null and deleted_at is null;
create index on customers (account_id, lower(email), id) where email is not null;
