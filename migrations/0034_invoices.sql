-- What makes invoices whole: who sells, credit notes, the payment on our page, the tax inside a refund.

-- Who sells, as it is printed. Each version is kept: an invoice shows what held when it was made.
create table invoice_sellers (
  account_id text not null,
  version integer not null check (version > 0),
  -- {name, address, tax_id, email, phone, footer}
  details jsonb not null,
  created_at timestamptz not null,
  primary key (account_id, version)
);

-- A series of their own. `seller`: the version that the next invoice shows; 0: nothing was said yet.
alter table billing_numbers
  add column credit_notes bigint not null default 0,
  add column seller integer not null default 0;

alter table invoices
  add column seller integer not null default 0,
  -- All its credit notes that are not void, and of these what lowered the amount due while it was open.
  add column amount_credited bigint not null default 0,
  add column credited_due bigint not null default 0,
  -- The payment under way waits on our page for its customer, and this is when the schedule goes on after it.
  add column on_page boolean not null default false,
  add column resume_at timestamptz,
  add constraint invoices_credited check (amount_credited >= 0 and amount_credited <= greatest(total, 0)),
  add constraint invoices_credited_due check (credited_due >= 0 and credited_due <= amount_credited),
  add constraint invoices_on_page check (charging or (not on_page and resume_at is null)),
  drop constraint invoices_check1,
  add constraint invoices_due check (total + credit_granted - credit_applied - credited_due = amount_due);

-- [{tax_rate, name, rate_ppm, inclusive, amount}]: what of each rate is in this line.
alter table invoice_lines add column taxes jsonb not null default '[]';

create table credit_notes (
  account_id text not null,
  id text not null,
  number bigint not null check (number > 0),
  status text not null check (status in ('issued', 'void')),
  invoice_id text not null,
  subscription_id text not null,
  customer_id text not null,
  -- Where the money goes: back by the payment, to the subscription's credit, off what is still due, or a way of the merchant's own.
  method text not null check (method in ('refund', 'credit_balance', 'amount_due', 'out_of_band')),
  refund_id text,
  reason text not null check (reason in ('duplicate', 'fraudulent', 'order_change', 'product_unsatisfactory', 'other')),
  memo text,
  currency text not null,
  subtotal bigint not null,
  discount bigint not null,
  tax bigint not null,
  total bigint not null check (total > 0),
  taxes jsonb not null default '[]',
  metadata jsonb not null default '{}',
  test_clock_id text,
  created_at timestamptz not null,
  voided_at timestamptz,
  void_reason text check (void_reason in ('refund_failed', 'by_hand')),
  updated_at timestamptz not null,
  primary key (account_id, id),
  unique (account_id, number),
  foreign key (account_id, invoice_id) references invoices (account_id, id),
  check (subtotal - discount + tax = total),
  check ((method = 'refund') = (refund_id is not null)),
  check ((status = 'void') = (voided_at is not null) and (voided_at is null) = (void_reason is null))
);
create index on credit_notes (account_id, invoice_id, id);
create index on credit_notes (account_id, customer_id, id);
create index on credit_notes (account_id, subscription_id, id);
create unique index on credit_notes (account_id, refund_id) where refund_id is not null;

create table credit_note_lines (
  account_id text not null,
  credit_note_id text not null,
  id text not null,
  invoice_line_id text not null,
  description text not null,
  amount bigint not null,
  discount bigint not null,
  -- On top of the amount.
  tax bigint not null,
  taxes jsonb not null default '[]',
  total bigint not null,
  primary key (account_id, credit_note_id, id),
  foreign key (account_id, credit_note_id) references credit_notes (account_id, id),
  check (amount - discount + tax = total)
);

-- What of the amount is tax, on top or within; null: nobody said. Of a refund it is its part, and the parts make the whole.
alter table payments add column tax bigint check (tax >= 0);
alter table refunds add column tax bigint check (tax >= 0 and tax <= amount);
