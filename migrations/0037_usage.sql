-- Usage that is metered and billed when its period is over; coupons on subscriptions.

create table meters (
  account_id text not null,
  id text not null,
  display_name text not null,
  -- What the events of this meter are called.
  event_name text not null,
  -- How the values of a period become one.
  aggregation text not null check (aggregation in ('sum', 'count', 'last', 'max')),
  -- Where in an event's payload the customer and the value stand. Events that are counted have no value.
  customer_key text not null,
  value_key text,
  metadata jsonb not null default '{}',
  -- It takes no events while this is set.
  deactivated_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (account_id, id),
  check ((aggregation = 'count') = (value_key is null))
);
-- An event belongs to one meter.
create unique index on meters (account_id, event_name) where deactivated_at is null;
create index on meters (account_id, event_name, id);

-- Up to when the usage of a customer was billed. Whoever records an event holds its row in share mode, whoever bills holds it alone: an
-- event is counted in the period that is being billed, or in the next one, and never in none.
create table meter_closings (
  account_id text not null,
  meter_id text not null,
  customer_id text not null,
  closed_until timestamptz not null,
  primary key (account_id, meter_id, customer_id),
  foreign key (account_id, meter_id) references meters (account_id, id),
  foreign key (account_id, customer_id) references customers (account_id, id)
) with (fillfactor = 70);

-- Identifiers of events for as long as an event may be told late: the second event of one is the first one again.
create table meter_event_identifiers (
  account_id text not null,
  identifier text not null,
  event_id text not null,
  meter_id text not null,
  customer_id text not null,
  counted_at timestamptz,
  created_at timestamptz not null,
  primary key (account_id, identifier)
);
create index on meter_event_identifiers (created_at);

-- Time is in the key, so that it can be split into months. What a period comes to is read from the key alone, and only its own part of it.
create table meter_events (
  account_id text not null,
  meter_id text not null,
  customer_id text not null,
  -- The time for which it is billed: when it happened, or when the next period begins where that was billed already.
  counted_at timestamptz not null,
  id text not null,
  identifier text not null,
  value numeric(27, 12) not null check (value >= 0),
  happened_at timestamptz not null,
  created_at timestamptz not null,
  canceled_at timestamptz,
  primary key (account_id, meter_id, customer_id, counted_at, id) include (value, happened_at, canceled_at)
);

-- Prices by usage name their meter, and may be tiered.
alter table price_snapshots add column meter_id text;
alter table price_snapshots add column tiers_mode text check (tiers_mode in ('graduated', 'volume'));
alter table price_snapshots add constraint price_snapshots_of_meter foreign key (account_id, meter_id) references meters (account_id, id);
alter table price_snapshots add constraint price_snapshots_meter check (pricing_model = 'usage' or (meter_id is null and tiers_mode is null));

-- What a coupon takes off each invoice, as it was when it was given: {coupon, name, …}; see src/billing/discount.ts.
alter table subscriptions add column discount jsonb;
-- From when on usage is billed next, where that is not the beginning of the period.
alter table subscriptions add column usage_from timestamptz;
-- A trial before a part of a period before the first whole one.
alter table subscriptions drop constraint subscriptions_cycle_index_check;
alter table subscriptions add constraint subscriptions_cycle_index check (cycle_index >= -2) not valid;

alter table invoices add column discounts jsonb not null default '[]';
-- The usage of a subscription that ended is billed by an invoice of its own.
alter table invoices drop constraint invoices_billing_reason_check;
alter table invoices add constraint invoices_billing_reason
  check (billing_reason in ('subscription_create', 'subscription_cycle', 'subscription_update', 'subscription_cancel')) not valid;
drop index invoices_account_id_subscription_id_period_start_idx;
create unique index invoices_period on invoices (account_id, subscription_id, period_start)
  where billing_reason in ('subscription_create', 'subscription_cycle');
create unique index invoices_last on invoices (account_id, subscription_id) where billing_reason = 'subscription_cancel';

-- Of a line of usage: its meter, and what was measured.
alter table invoice_lines alter column quantity type bigint;
alter table invoice_lines add column meter_id text;
-- A decimal in text: what a program reads as a number could not hold it.
alter table invoice_lines add column usage_value text check (usage_value ~ '^[0-9]+(\.[0-9]+)?$');

-- A coupon is used by a subscription, too, with a code or without one.
alter table coupon_redemptions alter column promotion_code_id drop not null;
alter table coupon_redemptions alter column checkout_session_id drop not null;
alter table coupon_redemptions alter column payment_id drop not null;
alter table coupon_redemptions add column subscription_id text;
-- What it takes off is not known while a trial runs or usage is measured.
alter table coupon_redemptions drop constraint coupon_redemptions_amount_discount_check;
alter table coupon_redemptions add constraint coupon_redemptions_amount check (amount_discount >= 0) not valid;
alter table coupon_redemptions add constraint coupon_redemptions_user
  check (checkout_session_id is not null or subscription_id is not null) not valid;
create index on coupon_redemptions (account_id, subscription_id, id) where subscription_id is not null;
create unique index on coupon_redemptions (account_id, subscription_id) where status = 'reserved';
