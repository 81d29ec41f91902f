-- Acts of several transactions, from before they begin until the audit log tells how they ended. What stays here died on the way.
create table audit_begun (
  company_id text not null references companies,
  id text not null,
  -- Who, from where, what, to what, and how it was before: as the log will tell it, without secrets.
  act jsonb not null,
  created_at timestamptz not null,
  primary key (company_id, id)
);
create index on audit_begun (created_at);
