-- What customers of an account may pay with. Cards always; Bitcoin at first in sandboxes only, where it is simulated.
alter table accounts add column payment_methods text[] not null default '{card}';
alter table accounts add constraint accounts_payment_methods check (payment_methods <@ array['card', 'bitcoin'] and 'card' = any (payment_methods));
update accounts set payment_methods = '{card,bitcoin}' where mode = 'sandbox';

-- The part of a posting's fee that was charged because its currency is not the merchant's own. A posting with one says so under its
-- seal; the text of all others, which seals of the past cover, is what it was.
alter table ledger_postings add column exchange_fee bigint not null default 0;
alter table ledger_postings add constraint ledger_postings_exchange_fee check (exchange_fee between 0 and greatest(fee, 0));
create or replace function florin_posting_text(p ledger_postings) returns text language sql stable as $$
  select concat_ws('|', p.account_id, p.currency, p.position, p.id, p.recipe, p.source_id, p.group_id, p.amount, p.fee, coalesce(p.available_on::text, ''),
    p.provider_receivable, p.incoming, p.available, p.fees, p.disputed, p.payouts_in_transit, p.bank, p.fx,
    (extract(epoch from p.created_at) * 1000000)::bigint, 'exchange ' || nullif(p.exchange_fee, 0))
$$;

-- One Bitcoin address that a customer was asked to pay to. Its id is the gateway's idempotency key. It is looked after for a week
-- past its time, whatever became of the payment, so that money which comes late is never lost.
create table bitcoin_invoices (
  account_id text not null,
  id text not null,
  payment_id text not null,
  -- The one that the payment's open or last attempt is about.
  current boolean not null,
  -- Satoshis asked for.
  amount bigint not null check (amount > 0),
  -- Minor units of the payment's currency that buy so many satoshis; null for a payment in BTC.
  rate jsonb,
  -- Null until the gateway has answered.
  address text,
  expires_at timestamptz not null,
  -- Satoshis that were seen, and the part of them that was confirmed.
  amount_received bigint not null default 0 check (amount_received >= 0),
  amount_confirmed bigint not null default 0 check (amount_confirmed >= 0),
  -- The payment was paid by it.
  taken boolean not null default false,
  -- When the gateway is asked again; null once nothing is waited for any more.
  look_at timestamptz,
  -- Raised by every change: who looked earlier does not overwrite who looked later.
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (account_id, id),
  check (not taken or amount_confirmed >= amount)
) with (fillfactor = 80);
create index on bitcoin_invoices (account_id, payment_id, id);
create unique index on bitcoin_invoices (account_id, payment_id) where current;
create index on bitcoin_invoices (look_at) where look_at is not null;

-- The simulated gateway's own books.
create table simulator_invoices (
  account_id text not null,
  -- Our invoice's id.
  reference text not null,
  provider_reference text not null,
  address text not null,
  amount bigint not null check (amount > 0),
  expires_at timestamptz not null,
  created_at timestamptz not null,
  primary key (account_id, reference)
);
-- The page that plays the customer's wallet knows the reference alone.
create index on simulator_invoices (reference);

-- Money on its way to an address: in a block once its time has come.
create table simulator_coins (
  account_id text not null,
  id text not null,
  reference text not null,
  amount bigint not null check (amount > 0),
  seen_at timestamptz not null,
  confirmed_at timestamptz,
  primary key (account_id, reference, id),
  foreign key (account_id, reference) references simulator_invoices (account_id, reference)
);
