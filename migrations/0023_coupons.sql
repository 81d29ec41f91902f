create table coupons (
  account_id text not null,
  id text not null,
  name text not null,
  discount_type text not null check (discount_type in ('percentage', 'fixed_amount')),
  percentage_bps integer check (percentage_bps between 1 and 10000),
  -- Currency → amount.
  fixed_amounts jsonb,
  applies_to text not null check (applies_to in ('all', 'products', 'prices')),
  product_ids text[] not null default '{}',
  price_ids text[] not null default '{}',
  duration text not null check (duration in ('once', 'repeating', 'forever')),
  duration_months integer check (duration_months > 0),
  valid_from timestamptz,
  valid_until timestamptz,
  max_redemptions integer check (max_redemptions > 0),
  -- Currency → the least subtotal.
  minimum_amounts jsonb not null default '{}',
  -- Payments under way, and those that were paid: what `coupon_redemptions` holds.
  times_reserved integer not null default 0 check (times_reserved >= 0),
  times_redeemed integer not null default 0 check (times_redeemed >= 0),
  metadata jsonb not null default '{}',
  deleted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (account_id, id),
  check ((discount_type = 'percentage') = (percentage_bps is not null)),
  check ((discount_type = 'fixed_amount') = (fixed_amounts is not null)),
  check ((duration = 'repeating') = (duration_months is not null)),
  check (max_redemptions is null or times_reserved + times_redeemed <= max_redemptions)
) with (fillfactor = 80);
create index on coupons (account_id, id) where deleted_at is null;
create index on coupons (account_id, discount_type, id) where deleted_at is null;
create index on coupons (account_id, duration, id) where deleted_at is null;

create table promotion_codes (
  account_id text not null,
  id text not null,
  coupon_id text not null,
  -- In capitals: how it is typed does not matter.
  code text not null check (code = upper(code)),
  active boolean not null default true,
  -- Empty: anybody.
  customer_ids text[] not null default '{}',
  max_redemptions integer check (max_redemptions > 0),
  max_per_customer integer check (max_per_customer > 0),
  first_order_only boolean not null default false,
  minimum_amounts jsonb not null default '{}',
  valid_from timestamptz,
  expires_at timestamptz,
  times_reserved integer not null default 0 check (times_reserved >= 0),
  times_redeemed integer not null default 0 check (times_redeemed >= 0),
  metadata jsonb not null default '{}',
  -- Its coupon was deleted: it can never be enabled again.
  archived boolean not null default false,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (account_id, id),
  foreign key (account_id, coupon_id) references coupons (account_id, id),
  check (not (archived and active)),
  check (max_redemptions is null or times_reserved + times_redeemed <= max_redemptions)
) with (fillfactor = 80);
create unique index on promotion_codes (account_id, code) where active;
create index on promotion_codes (account_id, code, id);
create index on promotion_codes (account_id, coupon_id, id);
create index on promotion_codes (account_id, active, id);

-- One use of a code by one payment: reserved with the payment's record, confirmed when it is paid, released when it is not.
create table coupon_redemptions (
  account_id text not null,
  id text not null,
  coupon_id text not null,
  promotion_code_id text not null,
  checkout_session_id text not null,
  payment_id text not null,
  customer_id text,
  -- In small letters.
  email text,
  status text not null check (status in ('reserved', 'confirmed', 'released')),
  first_order boolean not null,
  amount_discount bigint not null check (amount_discount > 0),
  currency text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (account_id, id),
  foreign key (account_id, coupon_id) references coupons (account_id, id),
  foreign key (account_id, promotion_code_id) references promotion_codes (account_id, id)
);
create unique index on coupon_redemptions (account_id, payment_id);
create index on coupon_redemptions (account_id, promotion_code_id, id);
create index on coupon_redemptions (account_id, coupon_id, id);
create index on coupon_redemptions (account_id, customer_id, id) where customer_id is not null;
create index on coupon_redemptions (account_id, email, id) where email is not null;
-- A first order is one, whichever codes are tried for it at once.
create unique index on coupon_redemptions (account_id, customer_id) where first_order and status <> 'released';
create unique index on coupon_redemptions (account_id, email) where first_order and status <> 'released';

-- What a session's total is computed from when it is not the merchant's own sum.
alter table checkout_sessions add column allow_promotion_codes boolean not null default false;
alter table checkout_sessions add column automatic_tax boolean not null default false;
-- {country, state}: where taxes are owed.
alter table checkout_sessions add column tax_address jsonb;
alter table checkout_sessions add column promotion_code_id text;
alter table checkout_sessions add column coupon_id text;
