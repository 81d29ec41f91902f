-- A card put on file without a charge: its bank is asked for nothing but whether the card is good and the customer its holder.
create table card_setups (
  account_id text not null,
  id text not null,
  status text not null check (status in ('processing', 'requires_authentication', 'succeeded', 'failed')),
  customer_id text not null,
  card_id text not null,
  billing_address jsonb,
  currency text not null,
  provider text not null,
  provider_reference text,
  next_action_url text,
  -- Where the customer's browser goes after a challenge.
  return_url text not null,
  set_default boolean not null,
  payment_method_id text,
  decline_code text,
  checkout_session_id text,
  -- Of the idempotency claim that made it: a repeat goes on with it.
  request_key text,
  metadata jsonb not null default '{}',
  -- When the provider is asked how it stands.
  resolve_at timestamptz,
  looks integer not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (account_id, id),
  foreign key (account_id, customer_id) references customers (account_id, id),
  check ((status = 'succeeded') = (payment_method_id is not null)),
  check ((status = 'failed') = (decline_code is not null)),
  check ((status in ('succeeded', 'failed')) = (resolve_at is null))
) with (fillfactor = 80);
create index on card_setups (account_id, customer_id, id);
create index on card_setups (resolve_at) where resolve_at is not null;
