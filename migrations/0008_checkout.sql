create table checkout_sessions (
  account_id text not null,
  id text not null,
  status text not null check (status in ('open', 'complete', 'expired')),
  amount_total bigint not null check (amount_total > 0),
  currency text not null,
  capture boolean not null,
  customer_id text,
  customer_email text,
  -- The merchant named the customer by id or reference: only then are saved cards offered to whoever holds the link.
  customer_known boolean not null default false,
  line_items jsonb not null,
  taxes jsonb not null,
  discounts jsonb not null,
  success_url text,
  cancel_url text,
  merchant_reference text,
  description text,
  metadata jsonb not null default '{}',
  locale text,
  save_payment_method boolean not null default false,
  -- The one payment that may be under way, or that paid: a second one cannot be begun while it is set.
  payment_id text,
  payment_status text not null default 'unpaid' check (payment_status in ('unpaid', 'processing', 'paid')),
  expires_at timestamptz not null,
  completed_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (account_id, id),
  check ((status = 'complete') = (payment_status = 'paid')),
  check (payment_status = 'unpaid' or payment_id is not null)
);
create index on checkout_sessions (account_id, status, id);
create index on checkout_sessions (account_id, customer_id, id) where customer_id is not null;
create index on checkout_sessions (account_id, merchant_reference, id) where merchant_reference is not null;
create index on checkout_sessions (expires_at) where status = 'open';

-- The page knows a session (or a payment to be paid on our page) by its id alone.
create table page_links (
  id text primary key,
  account_id text not null
);
