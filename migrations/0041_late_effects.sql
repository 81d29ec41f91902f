-- Calls that took effect at the provider after our books had closed them. Each is undone there, tried until it is done.
create table late_effects (
  account_id text not null,
  -- Of the attempt, one each.
  attempt_id text not null,
  payment_id text not null,
  kind text not null check (kind in ('authorize', 'capture', 'void', 'refund', 'increase')),
  provider text not null,
  provider_reference text not null,
  amount bigint not null check (amount >= 0),
  currency text not null,
  -- How: give back what was taken, or let go what was held. Null: only a person can, by comparing with the provider.
  undo text check (undo in ('refund', 'void')),
  -- When it is tried; null once it is over.
  next_at timestamptz,
  tries integer not null default 0,
  undone_at timestamptz,
  created_at timestamptz not null,
  primary key (account_id, attempt_id),
  check (undone_at is null or (undo is not null and next_at is null))
);
create index on late_effects (next_at) where next_at is not null;
