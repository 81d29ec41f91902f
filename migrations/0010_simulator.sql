-- The simulated provider's own books. Florin's rooms never read it; `verify` and the tests compare the two sides.
create table simulator_calls (
  account_id text not null,
  -- Our attempt's id, which is the idempotency key of the call: a repeated call is one row.
  reference text not null,
  kind text not null check (kind in ('authorize', 'capture', 'void', 'refund', 'increase')),
  provider_reference text not null,
  amount bigint not null,
  currency text not null,
  status text not null check (status in ('approved', 'declined', 'action', 'pending')),
  -- An authorization whose money was taken at once.
  captured boolean not null default false,
  decline_code text,
  processing jsonb not null default '{}',
  -- Which documented behaviour the card asked for; decides what later calls do. Never a card number.
  scenario text not null,
  -- Where the challenge page sends the customer; null for every call without a challenge.
  return_url text,
  -- When a pending one is decided by itself, and an unanswered challenge is given up.
  due_at timestamptz,
  created_at timestamptz not null,
  primary key (account_id, reference)
);
create index on simulator_calls (account_id, provider_reference);
-- The challenge page knows the reference alone (it holds 80 bits of chance); few calls have one, so the index stays small.
create index on simulator_calls (reference) where return_url is not null;
