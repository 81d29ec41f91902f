-- A dispute: an issuer took its customer's side and the provider took the money back, for now or for good.
create table disputes (
  account_id text not null,
  id text not null,
  payment_id text not null,
  status text not null check (status in ('needs_response', 'under_review', 'won', 'lost', 'accepted', 'withdrawn')),
  -- What the provider took back; the ledger books all of it.
  amount bigint not null check (amount > 0),
  -- The part of it that was still the payment's: after a refund the provider may take more than is left. This part, and no
  -- more, is in payments.amount_disputed, so that refunded and disputed together never exceed what was captured.
  amount_held bigint not null check (amount_held >= 0),
  currency text not null,
  fee bigint not null check (fee >= 0),
  reason text not null check (reason in ('fraudulent', 'product_not_received', 'product_unacceptable', 'duplicate', 'subscription_canceled', 'credit_not_processed', 'unrecognized', 'general')),
  network_reason_code text,
  -- {"text", "files": [], "items": [{"type", "text", "file"}]}: a draft until it is submitted, frozen from then on.
  evidence jsonb not null,
  evidence_due_by timestamptz not null,
  provider text not null,
  -- The provider's id of the dispute.
  provider_reference text not null,
  -- Our answer to it, recorded before it is sent. `sent`: whether it arrived is not known; it is sent again under the same reference.
  response_kind text check (response_kind in ('accept', 'challenge')),
  response_status text check (response_status in ('sent', 'taken', 'refused')),
  response_refusal text,
  response_reference text,
  responded_at timestamptz,
  -- The idempotency claim to answer when the response is settled, whoever settles it.
  operation text,
  idempotency_key text,
  resume_at timestamptz,
  resumes integer not null default 0,
  -- When it was opened at the provider.
  opened_at timestamptz not null,
  submitted_at timestamptz,
  decided_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (account_id, id),
  unique (account_id, provider, provider_reference),
  foreign key (account_id, payment_id) references payments (account_id, id),
  check (amount_held <= amount),
  check ((decided_at is not null) = (status in ('won', 'lost', 'accepted', 'withdrawn'))),
  check (status <> 'under_review' or submitted_at is not null),
  check ((resume_at is not null) = (response_status is not null and response_status = 'sent')),
  check ((response_kind is null) = (response_status is null))
);
create index on disputes (account_id, status, id);
create index on disputes (account_id, payment_id, id);
create index on disputes (resume_at) where resume_at is not null;

create table fraud_warnings (
  account_id text not null,
  id text not null,
  payment_id text not null,
  amount bigint not null,
  currency text not null,
  provider text not null,
  warned_at timestamptz not null,
  created_at timestamptz not null,
  primary key (account_id, id),
  foreign key (account_id, payment_id) references payments (account_id, id)
);
create index on fraud_warnings (account_id, payment_id, id);

create table files (
  account_id text not null,
  id text not null,
  purpose text not null check (purpose in ('dispute_evidence')),
  name text not null,
  type text not null check (type in ('application/pdf', 'image/png', 'image/jpeg')),
  size integer not null check (size between 1 and 5242880),
  sha256 bytea not null,
  created_at timestamptz not null,
  primary key (account_id, id)
);

-- Apart from `files`, so that no list ever reads it.
create table file_contents (
  account_id text not null,
  file_id text not null,
  content bytea not null check (length(content) between 1 and 5242880),
  primary key (account_id, file_id),
  foreign key (account_id, file_id) references files (account_id, id)
);
-- Pictures and most PDFs are packed already: compressing them again costs time and gains nothing.
alter table file_contents alter column content set storage external;

-- How far we have read what a provider tells of an account by itself, and when to ask again.
create table provider_cursors (
  account_id text not null,
  provider text not null,
  cursor text,
  polled_at timestamptz not null,
  poll_at timestamptz not null,
  -- Doubles while nothing is told, and begins anew when money moves.
  every_s integer not null,
  primary key (account_id, provider)
);
create index on provider_cursors (poll_at);

-- Everything a provider told, once. Stored first, applied after: one that cannot be applied yet waits and holds up no other.
create table provider_notices (
  account_id text not null,
  provider text not null,
  id text not null,
  kind text not null,
  -- The dispute or authorization that it is about, as the provider names it.
  subject text not null,
  body jsonb not null,
  happened_at timestamptz not null,
  received_at timestamptz not null,
  tries integer not null default 0,
  -- When it is tried next; null once it is applied.
  next_at timestamptz,
  applied_at timestamptz,
  primary key (account_id, provider, id),
  check ((next_at is null) = (applied_at is not null))
);
create index on provider_notices (next_at) where applied_at is null;
create index on provider_notices (account_id, provider, subject) where applied_at is null;

-- The simulated provider's side. Few calls have trouble ahead, so the index that finds them stays small.
create table simulator_disputes (
  account_id text not null,
  provider_reference text not null,
  reference text not null,
  status text not null check (status in ('warned', 'averted', 'open', 'challenged', 'won', 'lost', 'accepted', 'withdrawn')),
  amount bigint not null,
  currency text not null,
  reason text not null,
  evidence_due_by timestamptz,
  answer_reference text,
  next text check (next in ('opened', 'won', 'lost', 'withdrawn')),
  due_at timestamptz,
  primary key (account_id, provider_reference),
  unique (account_id, reference),
  check ((next is null) = (due_at is null))
);
create index on simulator_disputes (account_id, due_at) where due_at is not null;
create index on simulator_calls (account_id, created_at) where scenario like 'dispute%' or scenario like 'fraud%';

-- The last place given: taking the next one waits for whoever took one before, so a place that can be read has none missing before it.
create table simulator_places (
  account_id text primary key,
  position bigint not null
);

create table simulator_notices (
  account_id text not null,
  position bigint not null,
  id text not null,
  body jsonb not null,
  primary key (account_id, position),
  unique (account_id, id)
);
