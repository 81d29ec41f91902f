-- A comparison of a provider's settlement report with our ledger, over a period.
create table reconciliations (
  account_id text not null,
  id text not null,
  status text not null check (status in ('running', 'completed', 'failed')),
  provider text not null,
  -- Where the report came from: asked of the provider, or a file that somebody uploaded.
  source text not null check (source in ('provider', 'upload')),
  period_start timestamptz not null,
  period_end timestamptz not null,
  line_count bigint not null default 0,
  exception_count bigint not null default 0,
  -- [{"currency", "matched": {"count", "amount"}, …}]: one per currency, amounts signed from our side.
  totals jsonb not null default '[]',
  failure_reason text,
  created_at timestamptz not null,
  completed_at timestamptz,
  primary key (account_id, id),
  check (period_start < period_end),
  check ((status = 'running') = (completed_at is null)),
  check ((status = 'failed') = (failure_reason is not null))
);
create index on reconciliations (account_id, created_at) where status = 'running';

-- The report's lines while they are compared; gone afterwards.
create table reconciliation_lines (
  account_id text not null,
  reconciliation_id text not null,
  position bigint not null,
  reference text not null,
  kind text not null check (kind in ('charge', 'refund')),
  amount bigint not null,
  currency text not null,
  booked_at timestamptz not null,
  -- False: of the days around the period, read only to find the other half of what crossed its edge.
  counts boolean not null,
  primary key (account_id, reconciliation_id, position),
  foreign key (account_id, reconciliation_id) references reconciliations (account_id, id)
);

create table reconciliation_exceptions (
  account_id text not null,
  reconciliation_id text not null,
  position bigint not null,
  kind text not null check (kind in ('missing_at_provider', 'missing_here', 'different')),
  reference text not null,
  currency text not null,
  -- What moved, signed from our side; null where one side has nothing.
  amount_ledger bigint,
  amount_provider bigint,
  -- The payment that our side is of.
  payment_id text,
  moved_at timestamptz not null,
  primary key (account_id, reconciliation_id, position),
  foreign key (account_id, reconciliation_id) references reconciliations (account_id, id),
  check ((kind = 'missing_at_provider') = (amount_provider is null)),
  check ((kind = 'missing_here') = (amount_ledger is null))
);
create index on reconciliation_exceptions (account_id, reconciliation_id, kind, position);
