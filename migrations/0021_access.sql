-- Programs' access: what a key may do and from where, access keys of OAuth, and the log of what was asked.

alter table api_keys add column allowed_ips text[] not null default '{}';
-- Empty: everything that its kind may do.
alter table api_keys add column scopes text[] not null default '{}';
alter table api_keys add column last_used_address text;

create table access_keys (
  account_id text not null,
  id text not null,
  name text not null,
  scopes text[] not null,
  hint text not null,
  created_at timestamptz not null,
  revoked_at timestamptz,
  last_used_at timestamptz,
  last_used_address text,
  primary key (account_id, id),
  check (cardinality(scopes) > 0)
);

-- A client of OAuth says its id alone, so whose it is stands in a table of its own (spread by that id), beside the keyed hashes of
-- its secrets: the present one, and the one before until it ends.
create table access_key_secrets (
  id text primary key,
  account_id text not null,
  secret_hash bytea not null,
  previous_hash bytea,
  previous_until timestamptz,
  check ((previous_hash is null) = (previous_until is null))
);

-- What access tokens are signed by. One key is the present one; the others only prove tokens until the last of these has expired.
create table signing_keys (
  id text primary key,
  public_key text not null,
  -- Sealed.
  private_key bytea not null,
  created_at timestamptz not null,
  retired_at timestamptz
);
create unique index on signing_keys ((true)) where retired_at is null;

-- One row per call, of 30 days, one partition per day. An id begins with its time, so the id is what the days are cut by, and a
-- page of a list is a stretch of the key. Written behind the answer, so a crash may take the last tenths of a second.
create table request_logs (
  account_id text not null,
  id text collate "C" not null,
  created_at timestamptz not null,
  method text not null,
  path text not null,
  query text,
  status smallint not null,
  duration_ms real not null,
  caller text not null,
  caller_id text,
  address text not null,
  user_agent text,
  dialect text,
  code text,
  object_id text,
  request_body text,
  response_body text,
  primary key (account_id, id)
) partition by range (id);
create index on request_logs (account_id, object_id, id) where object_id is not null;
create index on request_logs (account_id, id) where status >= 400;
revoke update, delete, truncate on request_logs from florin_app;

-- The application owns no table, so days are made and dropped by two functions that can do nothing else.
create function florin_add_request_log_day(day date, from_id text, to_id text) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  name text := 'request_logs_' || to_char(day, 'YYYYMMDD');
begin
  if from_id !~ '^req_[0-9a-z]{26}$' or to_id !~ '^req_[0-9a-z]{26}$' then
    raise exception 'not the ids of a day';
  end if;
  perform pg_advisory_xact_lock(hashtext('request_logs'));
  if to_regclass('public.' || name) is not null then
    return;
  end if;
  execute format('create table %I (like request_logs including all)', name);
  execute format('revoke all on %I from florin_app', name);
  execute format('grant select on %I to florin_app', name);
  execute format('alter table request_logs attach partition %I for values from (%L) to (%L)', name, from_id, to_id);
end $$;

-- Returns how many days went.
create function florin_drop_request_log_days(before date) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  name text;
  gone integer := 0;
begin
  perform set_config('lock_timeout', '5s', true);
  perform pg_advisory_xact_lock(hashtext('request_logs'));
  for name in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'public.request_logs'::regclass and c.relname ~ '^request_logs_[0-9]{8}$'
      and to_date(right(c.relname, 8), 'YYYYMMDD') < before
    order by 1
  loop
    execute format('drop table %I', name);
    gone := gone + 1;
  end loop;
  return gone;
end $$;
revoke all on function florin_add_request_log_day(date, text, text), florin_drop_request_log_days(date) from public;
grant execute on function florin_add_request_log_day(date, text, text), florin_drop_request_log_days(date) to florin_app;
