create table payments (
  account_id text not null,
  id text not null,
  status text not null check (status in ('pending', 'requires_authentication', 'authorized', 'processing', 'completed', 'failed', 'cancelled')),
  amount bigint not null check (amount > 0),
  currency text not null,
  capture boolean not null,
  -- True: made without a card, to be paid on our page; a declined attempt leaves it open for another.
  hosted boolean not null,
  amount_authorized bigint not null default 0,
  amount_captured bigint not null default 0,
  amount_capture_pending bigint not null default 0,
  amount_refunded bigint not null default 0,
  -- Held back by open disputes, or lost to them: cannot be refunded as well.
  amount_disputed bigint not null default 0,
  -- The rest of the authorization was given back: nothing more can be captured.
  released boolean not null default false,
  description text,
  merchant_reference text,
  metadata jsonb not null default '{}',
  return_url text,
  cancel_url text,
  customer_id text,
  email text,
  checkout_session_id text,
  card_id text,
  payment_method_id text,
  -- What was paid with, as it was then: brand, last four, expiry, billing address. Never a number.
  payment_method jsonb,
  card_last_four text,
  breakdown jsonb,
  processing jsonb not null default '{}',
  decline_code text,
  provider text,
  provider_reference text,
  next_action_url text,
  -- Raised by every change: a writer that read an older one does not win.
  version integer not null default 1,
  request_id text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (account_id, id),
  check (amount_authorized >= 0 and amount_captured >= 0 and amount_capture_pending >= 0 and amount_refunded >= 0 and amount_disputed >= 0),
  check (amount_captured + amount_capture_pending <= amount_authorized),
  check (amount_refunded + amount_disputed <= amount_captured),
  check (status not in ('failed', 'cancelled') or amount_captured = 0),
  check (status <> 'completed' or (amount_captured > 0 and amount_capture_pending = 0)),
  check (status <> 'authorized' or (amount_authorized > amount_captured and not released))
) with (fillfactor = 80);
create index on payments (account_id, status, id);
create index on payments (account_id, currency, id);
create index on payments (account_id, amount, id);
create index on payments (account_id, lower(email), id) where email is not null;
create index on payments (account_id, card_last_four, id) where card_last_four is not null;
create index on payments (account_id, merchant_reference, id) where merchant_reference is not null;
create index on payments (account_id, customer_id, id) where customer_id is not null;
create index on payments (account_id, checkout_session_id, id) where checkout_session_id is not null;
create index on payments using gin (metadata jsonb_path_ops) where metadata <> '{}';

create table refunds (
  account_id text not null,
  id text not null,
  payment_id text not null,
  status text not null check (status in ('pending', 'succeeded', 'failed')),
  amount bigint not null check (amount > 0),
  currency text not null,
  reason text not null check (reason in ('duplicate', 'fraudulent', 'requested_by_customer', 'other')),
  note text,
  merchant_reference text,
  metadata jsonb not null default '{}',
  failure_code text,
  -- How the ledger funded it, so that a failure gives back to the same place.
  from_available bigint not null,
  from_incoming bigint not null,
  -- The settlement day that the incoming part nets in.
  incoming_on date,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (account_id, id),
  foreign key (account_id, payment_id) references payments (account_id, id),
  check (from_available + from_incoming = amount),
  check ((from_incoming = 0) or (incoming_on is not null))
);
create index on refunds (account_id, payment_id, id);
create index on refunds (account_id, status, id);

-- One call to a provider, recorded before it is made. `started` and `unknown` mean: the money may have moved; ask, never repeat.
create table attempts (
  account_id text not null,
  id text not null,
  payment_id text not null,
  refund_id text,
  kind text not null check (kind in ('authorize', 'capture', 'void', 'refund', 'increase')),
  status text not null check (status in ('started', 'unknown', 'action', 'pending', 'approved', 'declined')),
  amount bigint not null,
  final boolean not null default false,
  provider text not null,
  provider_reference text,
  decline_code text,
  processing jsonb not null default '{}',
  -- Of a new payment: its row as it will be, written to payments with the first answer. Until then nobody knows its id, and one
  -- row with all its indexes is written once instead of twice. Null afterwards.
  draft jsonb,
  -- The idempotency claim to answer when this ends, whoever ends it.
  operation text,
  idempotency_key text,
  -- When the safety job asks the provider; null once it is settled.
  resolve_at timestamptz,
  looks integer not null default 0,
  created_at timestamptz not null,
  settled_at timestamptz,
  primary key (account_id, payment_id, id),
  check ((resolve_at is null) = (status in ('approved', 'declined'))),
  check (draft is null or (kind = 'authorize' and status = 'started'))
) with (fillfactor = 80);
create index on attempts (resolve_at) where resolve_at is not null;
-- One movement in flight per payment (refunds apart): the promise that a time-out blocks a second charge. An attempt that waits
-- for the customer's challenge does not count, so that it can be voided.
create unique index on attempts (account_id, payment_id) where kind <> 'refund' and status in ('started', 'unknown', 'pending');
