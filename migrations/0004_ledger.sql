-- One row per account and currency: the running sums of every posting. Debits are positive, credits negative, so what is
-- owed to the merchant (incoming, available) is negative here and shown with the sign turned.
create table balances (
  account_id text not null,
  currency text not null,
  provider_receivable bigint not null default 0,
  incoming bigint not null default 0,
  available bigint not null default 0,
  fees bigint not null default 0,
  disputed bigint not null default 0,
  payouts_in_transit bigint not null default 0,
  bank bigint not null default 0,
  fx bigint not null default 0,
  -- Number of postings so far: gives each posting its place in the chain.
  position bigint not null default 0,
  -- Everything before this place is settled or never touched incoming: where the next settlement begins to look.
  settle_from bigint not null default 1,
  -- The merchant's local day of the last settlement.
  settled_on date,
  updated_at timestamptz not null,
  primary key (account_id, currency),
  check (provider_receivable + incoming + available + fees + disputed + payouts_in_transit + bank + fx = 0)
) with (fillfactor = 70);

-- One row is one balanced movement: a column per ledger account, so that the database itself refuses one that does not
-- sum to zero. Never updated, never deleted.
create table ledger_postings (
  account_id text not null,
  currency text not null,
  position bigint not null,
  id text not null,
  recipe text not null,
  -- What caused it: one recipe happens once per source.
  source_id text not null,
  -- The payment it belongs to; the settlement's or payout's own id where there is none.
  group_id text not null,
  amount bigint not null,
  fee bigint not null,
  -- The merchant's local day on which its incoming part becomes available; null when it has none.
  available_on date,
  provider_receivable bigint not null default 0,
  incoming bigint not null default 0,
  available bigint not null default 0,
  fees bigint not null default 0,
  disputed bigint not null default 0,
  payouts_in_transit bigint not null default 0,
  bank bigint not null default 0,
  fx bigint not null default 0,
  created_at timestamptz not null,
  primary key (account_id, currency, position),
  unique (account_id, group_id, source_id, recipe),
  check ((incoming = 0) or (available_on is not null) or recipe = 'settlement'),
  check (provider_receivable + incoming + available + fees + disputed + payouts_in_transit + bank + fx = 0)
);

-- Rare movements are found by kind; captures are so many that the primary key finds them as fast, and they pay for no index.
create index on ledger_postings (account_id, currency, recipe, position) where recipe <> 'capture';

create trigger ledger_postings_append_only before update or delete on ledger_postings
  for each row execute function florin_refuse_change();
create trigger ledger_postings_keep before truncate on ledger_postings
  for each statement execute function florin_refuse_change();

-- Sealed stretches of a chain: hash = sha256(previous hash, the rows' text). `verify` recomputes them.
create table ledger_seals (
  account_id text not null,
  currency text not null,
  last_position bigint not null,
  first_position bigint not null,
  hash bytea not null,
  -- Running sums up to here and the times they span, so that a balance of the past is found without reading all of it.
  provider_receivable bigint not null,
  incoming bigint not null,
  available bigint not null,
  fees bigint not null,
  disputed bigint not null,
  payouts_in_transit bigint not null,
  bank bigint not null,
  fx bigint not null,
  first_at timestamptz not null,
  -- The latest time of any posting up to here.
  last_at timestamptz not null,
  created_at timestamptz not null,
  primary key (account_id, currency, last_position)
);
create trigger ledger_seals_append_only before update or delete on ledger_seals
  for each row execute function florin_refuse_change();
create trigger ledger_seals_keep before truncate on ledger_seals
  for each statement execute function florin_refuse_change();

revoke update, delete, truncate on ledger_postings, ledger_seals from florin_app;

-- The same postings as the entries of a text book: one line per ledger account touched.
create view ledger_entries as
  select p.account_id, p.currency, p.position, p.id as posting_id, p.recipe, p.source_id, e.ledger_account, e.amount, p.created_at
  from ledger_postings p
  cross join lateral (values
    ('provider_receivable', p.provider_receivable), ('incoming', p.incoming), ('available', p.available), ('fees', p.fees),
    ('disputed', p.disputed), ('payouts_in_transit', p.payouts_in_transit), ('bank', p.bank), ('fx', p.fx)
  ) as e (ledger_account, amount)
  where e.amount <> 0;

-- The text of a posting that a seal covers: every column, in a fixed order.
create function florin_posting_text(p ledger_postings) returns text language sql stable as $$
  select concat_ws('|', p.account_id, p.currency, p.position, p.id, p.recipe, p.source_id, p.group_id, p.amount, p.fee, coalesce(p.available_on::text, ''),
    p.provider_receivable, p.incoming, p.available, p.fees, p.disputed, p.payouts_in_transit, p.bank, p.fx,
    (extract(epoch from p.created_at) * 1000000)::bigint)
$$;
