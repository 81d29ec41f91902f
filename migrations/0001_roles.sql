-- The application works under a role that owns nothing: what it may not do to the ledger, it cannot do by mistake either.
do $$ begin
  if not exists (select from pg_roles where rolname = 'florin_app') then
    begin
      create role florin_app nologin;
    exception when duplicate_object or unique_violation then null;
    end;
  end if;
  execute format('grant florin_app to %I', current_user);
end $$;
grant usage on schema public to florin_app;
alter default privileges in schema public grant select, insert, update, delete on tables to florin_app;
grant select on schema_migrations to florin_app;

-- A batch states what it expects of each step; when fewer rows changed, the whole transaction is undone and the
-- caller learns which guard failed. SQLSTATE FL001, the guard's name is the message.
create function florin_expect(actual bigint, expected bigint, guard text) returns void language plpgsql as $$
begin
  if actual <> expected then
    raise exception using errcode = 'FL001', message = guard;
  end if;
end $$;

-- For tables that are written once.
create function florin_refuse_change() returns trigger language plpgsql as $$
begin
  raise exception using errcode = '42501', message = format('%s is append-only', tg_table_name);
end $$;
