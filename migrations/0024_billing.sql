-- What is charged again and again. A subscription says what and when; its invoices say what was asked for each period.

-- How an account bills; without a row, as the defaults say.
create table billing_settings (
  account_id text primary key,
  -- Days from one try of a failed payment to the next.
  retry_days integer[] not null default '{2,5,7,7}' check (cardinality(retry_days) <= 8 and 0 < all (retry_days) and 60 >= all (retry_days)),
  -- What becomes of the subscription when no try is left.
  after_retries text not null default 'cancel' check (after_retries in ('cancel', 'keep_past_due')),
  updated_at timestamptz not null
);

-- The last number given out. Raised in the transaction that writes what is numbered, so there is no gap.
create table billing_numbers (
  account_id text primary key,
  invoices bigint not null default 0
) with (fillfactor = 50);

-- Time for a sandbox customer, moved by hand.
create table test_clocks (
  account_id text not null,
  id text not null,
  name text not null,
  customer_id text not null,
  status text not null check (status in ('ready', 'advancing', 'failed', 'completed')),
  frozen_time timestamptz not null,
  last_advanced_to timestamptz,
  -- The last advance: {id, from, to, status, moments, error}.
  advance jsonb,
  -- While a worker moves it, others keep away until this time. Real time.
  leased_until timestamptz,
  completed_at timestamptz,
  complete_reason text,
  metadata jsonb not null default '{}',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (account_id, id),
  foreign key (account_id, customer_id) references customers (account_id, id),
  check ((status = 'completed') = (completed_at is not null))
);
-- A customer lives by one clock.
create unique index on test_clocks (account_id, customer_id) where status <> 'completed';
create index on test_clocks (account_id, status, id);
create index on test_clocks (leased_until) where status = 'advancing';

create table subscriptions (
  account_id text not null,
  id text not null,
  status text not null check (status in ('incomplete', 'incomplete_expired', 'trialing', 'active', 'past_due', 'canceled')),
  customer_id text not null,
  product_id text not null,
  price_id text not null,
  price_snapshot_id text not null,
  quantity integer not null check (quantity > 0),
  currency text not null,
  -- What is sold and for how much: the terms of the snapshot, worked out for this quantity and currency.
  item jsonb not null,
  -- Null: the customer's default at the time of the charge.
  payment_method_id text,
  merchant_reference text,
  description text,
  metadata jsonb not null default '{}',
  automatic_tax boolean not null default false,
  -- Period number cycle_index begins so many intervals after the anchor, on the clocks of the zone. -1: the trial.
  anchor timestamptz not null,
  time_zone text not null,
  cycle_index integer not null check (cycle_index >= -1),
  elapsed_cycles integer not null default 0,
  started_at timestamptz not null,
  trial_start timestamptz,
  trial_end timestamptz,
  current_period_start timestamptz not null,
  current_period_end timestamptz not null,
  -- When an unpaid beginning is given up.
  expires_at timestamptz,
  cancel_at timestamptz,
  cancel_at_period_end boolean not null default false,
  cancel_reason text,
  cancel_reason_code text,
  canceled_at timestamptz,
  ended_at timestamptz,
  paused_at timestamptz,
  resumes_at timestamptz,
  -- Periods that the present terms still hold for, the running one included but no trial; null: without end.
  phase_cycles_left integer check (phase_cycles_left >= 0),
  -- What follows: items with `cycles`.
  phases jsonb not null default '[]',
  -- Lines that wait for the next invoice.
  pending_lines jsonb not null default '[]',
  -- Owed to the customer; the next invoices take from it.
  credit_balance bigint not null default 0 check (credit_balance >= 0),
  -- What was billed for which time: the most that a change of plan can give back.
  covered_amount bigint not null default 0 check (covered_amount >= 0),
  covered_tax bigint not null default 0 check (covered_tax >= 0),
  covered_from timestamptz not null,
  covered_until timestamptz not null,
  -- Asked for and not paid yet: nothing is renewed before it is.
  open_invoice_id text,
  latest_invoice_id text,
  test_clock_id text,
  -- Of the idempotency claim that made it: a repeat goes on with it.
  request_key text,
  -- When the billing run comes back to it, by its own clock.
  next_at timestamptz,
  -- Raised by every change: who read it without a lock learns whether it is still so.
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (account_id, id),
  foreign key (account_id, customer_id) references customers (account_id, id),
  foreign key (account_id, price_snapshot_id) references price_snapshots (account_id, id),
  foreign key (account_id, test_clock_id) references test_clocks (account_id, id),
  check (current_period_start < current_period_end),
  check ((trial_start is null) = (trial_end is null)),
  check ((paused_at is not null) or resumes_at is null),
  check ((status in ('incomplete_expired', 'canceled')) = (ended_at is not null)),
  check (ended_at is null or next_at is null)
) with (fillfactor = 80);
create index on subscriptions (account_id, status, id);
create index on subscriptions (account_id, customer_id, id);
create index on subscriptions (account_id, price_id, id);
create index on subscriptions (account_id, product_id, id);
create index on subscriptions (account_id, current_period_end, id);
create index on subscriptions (account_id, merchant_reference, id) where merchant_reference is not null;
create unique index on subscriptions (account_id, request_key) where request_key is not null;
create index on subscriptions (next_at) where next_at is not null and test_clock_id is null;
create index on subscriptions (account_id, next_at, id) where next_at is not null and test_clock_id is null;
create index on subscriptions (account_id, test_clock_id, next_at) where test_clock_id is not null;

create table invoices (
  account_id text not null,
  id text not null,
  number bigint not null check (number > 0),
  status text not null check (status in ('open', 'paid', 'void', 'uncollectible')),
  subscription_id text not null,
  customer_id text not null,
  -- {name, email, address} as they were.
  customer_details jsonb not null,
  billing_reason text not null check (billing_reason in ('subscription_create', 'subscription_cycle', 'subscription_update')),
  merchant_reference text,
  currency text not null,
  period_start timestamptz not null,
  period_end timestamptz not null,
  subtotal bigint not null,
  discount bigint not null default 0 check (discount >= 0),
  tax bigint not null,
  total bigint not null,
  taxes jsonb not null default '[]',
  -- Taken from the subscription's credit, or added to it where the total is negative.
  credit_applied bigint not null default 0 check (credit_applied >= 0),
  credit_granted bigint not null default 0 check (credit_granted >= 0),
  amount_due bigint not null check (amount_due >= 0),
  amount_paid bigint not null default 0 check (amount_paid >= 0),
  payment_id text,
  -- Its payment is under way: no other is begun, and it cannot be voided.
  charging boolean not null default false,
  -- Payments that were begun for it.
  charges integer not null default 0,
  retries integer not null default 0,
  decline_code text,
  -- The card that was declined for good.
  declined_method_id text,
  -- When it is charged or given up, by the subscription's clock.
  charge_at timestamptz,
  -- When somebody looks what became of its payment. Real time.
  follow_at timestamptz,
  follows integer not null default 0,
  -- The change of plan that takes effect when it is paid.
  change jsonb,
  test_clock_id text,
  metadata jsonb not null default '{}',
  created_at timestamptz not null,
  paid_at timestamptz,
  voided_at timestamptz,
  uncollectible_at timestamptz,
  updated_at timestamptz not null,
  primary key (account_id, id),
  unique (account_id, number),
  foreign key (account_id, subscription_id) references subscriptions (account_id, id),
  check (subtotal - discount + tax = total),
  check (total + credit_granted - credit_applied = amount_due),
  check (credit_granted = 0 or credit_applied = 0),
  check (status <> 'paid' or (paid_at is not null and amount_paid = amount_due)),
  check ((status = 'void') = (voided_at is not null)),
  check (not charging or (status in ('open', 'uncollectible') and payment_id is not null)),
  check (charge_at is null or (status = 'open' and not charging))
) with (fillfactor = 70);
-- One per subscription and period, however many workers find it due.
create unique index on invoices (account_id, subscription_id, period_start) where billing_reason <> 'subscription_update';
create index on invoices (account_id, status, id);
create index on invoices (account_id, customer_id, id);
create index on invoices (account_id, subscription_id, id);
create index on invoices (account_id, payment_id) where payment_id is not null;
create index on invoices (charge_at) where charge_at is not null and test_clock_id is null;
create index on invoices (account_id, charge_at, id) where charge_at is not null and test_clock_id is null;
create index on invoices (account_id, test_clock_id, charge_at) where test_clock_id is not null;
create index on invoices (follow_at) where follow_at is not null;
create index on invoices (account_id, follow_at) where follow_at is not null;

create table invoice_lines (
  account_id text not null,
  invoice_id text not null,
  id text not null,
  description text not null,
  amount bigint not null,
  discount bigint not null default 0,
  -- On top of the amount.
  tax bigint not null default 0,
  quantity integer not null,
  unit_amount bigint,
  product_id text not null,
  product_name text not null,
  price_id text not null,
  price_snapshot_id text not null,
  -- {pricing_model, interval, interval_count, trial_days}
  recurring jsonb not null,
  period_start timestamptz not null,
  period_end timestamptz not null,
  proration boolean not null,
  primary key (account_id, invoice_id, id),
  foreign key (account_id, invoice_id) references invoices (account_id, id)
);
