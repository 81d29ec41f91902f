create table webhook_endpoints (
  account_id text not null,
  id text not null,
  url text not null,
  description text,
  -- Event types, or '*' alone.
  events text[] not null,
  status text not null check (status in ('enabled', 'disabled')),
  disabled_reason text,
  -- Signing secrets must be readable to sign: sealed, not hashed.
  secret bytea not null,
  previous_secret bytea,
  previous_secret_until timestamptz,
  -- Start of the present run of nothing but failures.
  failing_since timestamptz,
  metadata jsonb not null default '{}',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (account_id, id)
);

create table deliveries (
  account_id text not null,
  id text not null,
  endpoint_id text not null,
  event_id text not null,
  event_type text not null,
  status text not null check (status in ('pending', 'delivered', 'failed')),
  tries integer not null default 0,
  next_try_at timestamptz,
  last_status_code integer,
  last_error text,
  -- Counted up when somebody resends or recovers by hand.
  resends integer not null default 0,
  delivered_at timestamptz,
  created_at timestamptz not null,
  primary key (account_id, id),
  unique (account_id, endpoint_id, event_id),
  foreign key (account_id, endpoint_id) references webhook_endpoints (account_id, id) on delete cascade,
  check ((status = 'pending') = (next_try_at is not null))
);
create index on deliveries (next_try_at) where status = 'pending';
create index on deliveries (account_id, endpoint_id, id);
create index on deliveries (account_id, event_id, id);
create index on deliveries (account_id, status, id);
create index on deliveries (account_id, endpoint_id, next_try_at) where status = 'pending';

create table delivery_tries (
  account_id text not null,
  delivery_id text not null,
  number integer not null,
  at timestamptz not null,
  duration_ms integer not null,
  status_code integer,
  error text,
  -- The first part of the receiver's answer, for the person who debugs it.
  response text,
  primary key (account_id, delivery_id, number),
  foreign key (account_id, delivery_id) references deliveries (account_id, id) on delete cascade
);
