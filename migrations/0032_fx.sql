-- Currencies: what one is worth in another, on a named day; what a customer was offered; what was converted.

-- Data of the installation: one row per day of one source, written once. A conversion names the row it went by.
create table fx_rate_snapshots (
  id text primary key,
  source text not null check (source in ('ecb')),
  base text not null check (base = 'EUR'),
  -- The day the source gave it out for.
  published_on date not null,
  -- {"USD": "1.0784"}: units of the currency for one of the base, as decimal text; no float is made of them.
  rates jsonb not null check (jsonb_typeof(rates) = 'object'),
  -- Part of the release, not fetched.
  shipped boolean not null,
  created_at timestamptz not null,
  unique (source, published_on)
);
create trigger fx_rate_snapshots_written_once before update or delete on fx_rate_snapshots
  for each row execute function florin_refuse_change();
create trigger fx_rate_snapshots_keep before truncate on fx_rate_snapshots
  for each statement execute function florin_refuse_change();
revoke update, delete, truncate on fx_rate_snapshots from florin_app;

-- What a merchant chose; without a row, everything is off.
create table fx_settings (
  account_id text primary key,
  adaptive_pricing boolean not null,
  -- On top of the rate, hundredths of a percent.
  markup_bps integer not null check (markup_bps between 0 and 1000),
  settlement_conversion boolean not null,
  updated_at timestamptz not null
);

-- Available money of one currency that became money of another. Written once, together with its two postings.
create table conversions (
  account_id text not null,
  id text not null,
  from_currency text not null,
  from_amount bigint not null check (from_amount > 0),
  to_currency text not null check (to_currency <> from_currency),
  to_amount bigint not null check (to_amount > 0),
  -- Units of `to_currency` for one of `from_currency`, decimal text.
  rate text not null check (rate ~ '^[0-9]+(\.[0-9]+)?$'),
  rate_snapshot_id text not null references fx_rate_snapshots (id),
  -- The settlement whose money it was; null when it was asked for by hand.
  settlement_id text,
  description text,
  metadata jsonb not null default '{}',
  created_at timestamptz not null,
  primary key (account_id, id)
);
create unique index on conversions (account_id, settlement_id) where settlement_id is not null;
create trigger conversions_written_once before update or delete on conversions
  for each row execute function florin_refuse_change();
create trigger conversions_keep before truncate on conversions
  for each statement execute function florin_refuse_change();
revoke update, delete, truncate on conversions from florin_app;

-- 'fixed': nobody is offered another currency than the session's own.
alter table checkout_sessions add column currency_options text not null default 'automatic' check (currency_options in ('automatic', 'fixed'));
-- What its customer was offered beside the session's currency, at a rate that holds as long as the session does:
-- {currency, rate, markup_bps, rate_snapshot, rate_date, country, quoted_at, line_items, taxes, discounts, amount_total}
alter table checkout_sessions add column exchange jsonb;
-- What the customer chose to be charged in; null: the session's own currency.
alter table checkout_sessions add column presentment_currency text;
alter table checkout_sessions add column presentment_amount bigint check (presentment_amount > 0);
alter table checkout_sessions add constraint checkout_sessions_presentment check
  ((presentment_currency is null) = (presentment_amount is null) and (presentment_currency is null
    or (exchange is not null and exchange->>'currency' = presentment_currency and (exchange->>'amount_total')::bigint = presentment_amount)));

-- What a refund comes to in the currency of the price, by the rate of its payment: {amount, currency, rate}
alter table refunds add column exchange jsonb;
