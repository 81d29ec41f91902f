-- What became available on one day in one currency.
create table settlements (
  account_id text not null,
  id text not null,
  currency text not null,
  settled_on date not null,
  -- Signed from the merchant's side: charges and returned refunds up, refunds down.
  gross bigint not null,
  refunded bigint not null,
  fees bigint not null,
  net bigint not null,
  transaction_count integer not null,
  period_start timestamptz not null,
  period_end timestamptz not null,
  created_at timestamptz not null,
  primary key (account_id, id),
  unique (account_id, currency, settled_on),
  check (net = gross - refunded - fees)
);

-- Which posting was settled by which settlement: each at most once.
create table settlement_lines (
  account_id text not null,
  currency text not null,
  position bigint not null,
  settlement_id text not null,
  primary key (account_id, currency, position),
  foreign key (account_id, settlement_id) references settlements (account_id, id)
);
create index on settlement_lines (account_id, settlement_id, position);
create trigger settlement_lines_append_only before update or delete on settlement_lines
  for each row execute function florin_refuse_change();
create trigger settlement_lines_keep before truncate on settlement_lines for each statement execute function florin_refuse_change();
