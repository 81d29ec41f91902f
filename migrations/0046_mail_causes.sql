-- Mail to customers is written by a job of its own; nobody is written to before the account says so; what an invoice calls a product in
-- its customer's language.

-- Events that a customer is to be written about. A row goes when its mail was written, or need not be.
create table mail_causes (
  account_id text not null,
  event_id text not null,
  tries integer not null default 0,
  try_at timestamptz not null,
  primary key (account_id, event_id)
);
create index on mail_causes (try_at);
create index on mail_causes (account_id, try_at);

-- Off: no customer gets any of the others but the link that they asked for. Whoever chose something before goes on being heard.
alter table email_settings add column enabled boolean not null default true;
alter table email_settings alter column enabled drop default;

-- Null: the product had no name in the customer's language, or nobody knew it.
alter table invoice_lines add column localized_name text;
-- Which part of a subscription a line bills, where that is not a whole period.
alter table invoice_lines add column part text;
alter table invoice_lines add constraint invoice_lines_part
  check (part in ('trial', 'unused_time', 'remaining_time', 'part_of_period', 'usage_later'));
