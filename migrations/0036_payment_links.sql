-- A reusable address that makes a checkout session for whoever opens it.
create table payment_links (
  account_id text not null,
  id text not null,
  active boolean not null default true,
  currency text not null,
  -- [{price, quantity, adjustable_quantity?: {minimum, maximum}}]
  line_items jsonb not null,
  allow_promotion_codes boolean not null default false,
  automatic_tax boolean not null default false,
  -- {country, state}: where taxes are owed.
  tax_address jsonb,
  -- Where a paid customer goes, or what they read on our page.
  success_url text,
  success_message text,
  custom_text text,
  locale text,
  merchant_reference text,
  metadata jsonb not null default '{}',
  -- How many of its sessions may be completed; null: any number. Those with a payment under way count, too.
  max_completed_sessions integer check (max_completed_sessions > 0),
  sessions_under_way integer not null default 0 check (sessions_under_way >= 0),
  sessions_completed integer not null default 0 check (sessions_completed >= 0),
  expires_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (account_id, id),
  check (success_url is null or success_message is null),
  check (automatic_tax = (tax_address is not null)),
  check (max_completed_sessions is null or sessions_under_way + sessions_completed <= max_completed_sessions)
) with (fillfactor = 80);
create index on payment_links (account_id, active, id);

alter table checkout_sessions add column payment_link_id text;
alter table checkout_sessions add column success_message text;
alter table checkout_sessions add column custom_text text;
-- Nobody but the visitor said who the customer is: what is promised to that customer alone is not theirs.
alter table checkout_sessions add column guest boolean not null default false;
create index on checkout_sessions (account_id, payment_link_id, id) where payment_link_id is not null;

-- A code may take everything off: such a session is completed without a payment.
alter table checkout_sessions drop constraint checkout_sessions_amount_total_check;
alter table checkout_sessions add constraint checkout_sessions_amount_total check (amount_total >= 0) not valid;
alter table checkout_sessions drop constraint checkout_sessions_payment_status_check;
alter table checkout_sessions add constraint checkout_sessions_payment_status
  check (payment_status in ('unpaid', 'processing', 'paid', 'no_payment_required')) not valid;
alter table checkout_sessions drop constraint checkout_sessions_check;
alter table checkout_sessions add constraint checkout_sessions_complete
  check ((status = 'complete') = (payment_status in ('paid', 'no_payment_required'))) not valid;
alter table checkout_sessions drop constraint checkout_sessions_check1;
alter table checkout_sessions add constraint checkout_sessions_payment
  check (payment_status in ('unpaid', 'no_payment_required') or payment_id is not null) not valid;

-- … and its code is used by the session itself: once.
alter table coupon_redemptions alter column payment_id drop not null;
create unique index on coupon_redemptions (account_id, checkout_session_id) where payment_id is null and status <> 'released';
