-- What a merchant sells. A product is what; its prices say for how much and how often.
create table products (
  account_id text not null,
  id text not null,
  name text not null,
  -- Language tag → name, for pages in that language.
  localized_names jsonb not null default '{}',
  description text,
  -- A row of `pictures`, which belongs to the company.
  image_id text,
  tax_category text not null check (tax_category in
    ('digital_goods', 'ebook', 'software_service', 'physical_goods', 'professional_service', 'exempt')),
  default_price_id text,
  -- False: archived. Not sold anew; what runs, runs on.
  active boolean not null default true,
  metadata jsonb not null default '{}',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (account_id, id)
);
create index on products (account_id, active, id);

create table prices (
  account_id text not null,
  id text not null,
  product_id text not null,
  type text not null check (type in ('one_time', 'recurring')),
  -- The terms of now: everything about money stands there.
  snapshot_id text not null,
  nickname text,
  lookup_key text,
  -- Where it stands among the prices of its product: lower ones first.
  priority integer not null default 0,
  active boolean not null default true,
  metadata jsonb not null default '{}',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (account_id, id),
  foreign key (account_id, product_id) references products (account_id, id)
);
create unique index on prices (account_id, lookup_key) where lookup_key is not null;
create index on prices (account_id, product_id, id);
create index on prices (account_id, active, id);
create index on prices (account_id, type, id);

-- One per edit of a price, written once: whoever bought under it keeps it.
create table price_snapshots (
  account_id text not null,
  id text not null,
  price_id text not null,
  pricing_model text not null check (pricing_model in ('flat', 'per_seat', 'tiered_graduated', 'tiered_volume', 'usage')),
  -- [{currency, unit_amount | tiers: [{up_to, unit_amount, flat_amount}]}]; the first is the price's own currency.
  amounts jsonb not null check (jsonb_typeof(amounts) = 'array' and jsonb_array_length(amounts) > 0),
  -- Sold in packs: so many are divided by this, and rounded, before they are charged.
  divide_by integer check (divide_by > 1),
  round text check (round in ('up', 'down')),
  billing_interval text check (billing_interval in ('day', 'week', 'month', 'year')),
  interval_count integer check (interval_count > 0),
  trial_days integer check (trial_days >= 0),
  created_at timestamptz not null,
  primary key (account_id, id),
  check ((divide_by is null) = (round is null)),
  check ((billing_interval is null) = (interval_count is null) and (billing_interval is null) = (trial_days is null))
);
create index on price_snapshots (account_id, price_id, id);
create trigger price_snapshots_written_once before update or delete on price_snapshots
  for each row execute function florin_refuse_change();
create trigger price_snapshots_keep before truncate on price_snapshots
  for each statement execute function florin_refuse_change();
revoke update, delete, truncate on price_snapshots from florin_app;

-- The merchant's own table of taxes.
create table tax_rates (
  account_id text not null,
  id text not null,
  display_name text not null,
  country text not null,
  -- Part of the country; null: all of it.
  region text,
  -- Null: everything that has no rate of its own here.
  tax_category text,
  -- Parts per million: 190000 is 19 %.
  rate_ppm integer not null check (rate_ppm between 0 and 1000000),
  inclusive boolean not null,
  active boolean not null default true,
  metadata jsonb not null default '{}',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (account_id, id)
);
-- One answer to one question.
create unique index on tax_rates (account_id, country, coalesce(region, ''), coalesce(tax_category, '')) where active;
create index on tax_rates (account_id, country, id);
create index on tax_rates (account_id, active, id);
