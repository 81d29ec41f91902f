-- People and what they may do. This is data of the installation, not of an account: it is small, it is asked for by company, and it
-- is not spread by account_id.

alter table merchants add column approved_at timestamptz;
update merchants set approved_at = created_at where status <> 'pending_review';
-- Who switched it off: what the installation's operator ended is not for the company to begin again.
alter table merchants add column disabled_by text check (disabled_by in ('company', 'installation'));
update merchants set disabled_by = 'installation' where status = 'disabled';
alter table merchants add constraint merchants_reviewed check (status <> 'active' or approved_at is not null);

create table users (
  id text primary key,
  company_id text not null references companies,
  -- In lower case. One address is one person, in the whole installation.
  email text not null unique,
  nickname text,
  phone text,
  avatar_url text,
  roles text[] not null,
  -- May approve merchants and see to what is of the installation.
  installation_admin boolean not null default false,
  status text not null check (status in ('invited', 'active', 'disabled')),
  -- Argon2id in its own text form, with salt and costs; null until the person has chosen one.
  password_hash text,
  -- Made by us and shown on a screen: to be changed.
  password_temporary boolean not null default false,
  -- Sealed; null until enrolled.
  totp_secret bytea,
  -- Step of the last code that was taken: it and those before it work no more.
  totp_step bigint not null default 0,
  totp_tries smallint not null default 0,
  totp_locked_until timestamptz,
  created_at timestamptz not null,
  last_sign_in_at timestamptz,
  check (cardinality(roles) > 0),
  check (status <> 'active' or password_hash is not null)
);
create index on users (company_id, id);

create table user_merchants (
  user_id text not null references users,
  merchant_id text not null references merchants,
  primary key (user_id, merchant_id)
);

-- A signed-in browser. What it holds is a random token; here stands only its hash.
create table user_sessions (
  token_hash bytea primary key,
  id text not null unique,
  user_id text not null references users,
  address text not null,
  browser text not null,
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz
);
create index on user_sessions (user_id, id);

-- Links of invitations and resets, and the step between password and code: used once, for a while.
create table user_tokens (
  token_hash bytea primary key,
  user_id text not null references users,
  kind text not null check (kind in ('invitation', 'password_reset', 'sign_in')),
  -- Sealed: the secret that is being enrolled.
  payload bytea,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index on user_tokens (user_id, kind);

-- Somebody asked for a reset: the same row whether the address is anybody's or not; the worker finds out.
create table reset_requests (
  id text primary key,
  email text not null,
  address text not null,
  browser text not null,
  created_at timestamptz not null
);

create table recovery_codes (
  user_id text not null references users,
  code_hash bytea not null,
  used_at timestamptz,
  primary key (user_id, code_hash)
);

-- Failures by keyed hash of the address they were for or came from; also of addresses that belong to nobody.
create table sign_in_tries (
  subject bytea primary key,
  tries integer not null,
  since timestamptz not null
);

create table pictures (
  id text primary key,
  company_id text not null references companies,
  content bytea not null,
  created_at timestamptz not null
);

-- Mail on its way out. The text holds links that open doors, so it is sealed, and goes when it was sent.
create table mails (
  id text primary key,
  recipient text not null,
  subject text not null,
  body bytea,
  created_at timestamptz not null,
  try_at timestamptz,
  tries integer not null default 0,
  sent_at timestamptz
);
create index on mails (try_at) where try_at is not null;

-- The head of each company's chain: whoever adds an entry holds it.
create table audit_chains (
  company_id text primary key references companies,
  position bigint not null,
  hash bytea not null
);

create table audit_events (
  company_id text not null,
  position bigint not null,
  id text not null,
  account_id text,
  actor_id text not null,
  action text not null,
  target_id text,
  -- Everything that is told, as JSON; the hash covers these bytes and the hash before.
  entry text not null,
  hash bytea not null,
  created_at timestamptz not null,
  primary key (company_id, position)
);
create index on audit_events (company_id, id);
create index on audit_events (company_id, actor_id, id);
create index on audit_events (company_id, action, id);
create index on audit_events (company_id, target_id, id);

create trigger audit_events_append_only before update or delete on audit_events
  for each row execute function florin_refuse_change();
create trigger audit_events_keep before truncate on audit_events
  for each statement execute function florin_refuse_change();
revoke update, delete, truncate on audit_events from florin_app;
revoke delete, truncate on audit_chains from florin_app;
