-- Mail to customers: which the merchant wants, what was written, and the reminders that cause some of it.

-- One row of an account that chose something; without one, the defaults of its mode hold (src/notifications/kinds.ts).
create table email_settings (
  account_id text not null,
  payment_receipt boolean not null,
  refund_receipt boolean not null,
  invoice_issued boolean not null,
  invoice_paid boolean not null,
  payment_failed boolean not null,
  trial_ending boolean not null,
  renewal_upcoming boolean not null,
  card_expiring boolean not null,
  subscription_canceled boolean not null,
  portal_link boolean not null,
  -- Who it comes from, where the merchant's own name will not do.
  from_name text,
  reply_to text,
  -- Of customers whose language is not known.
  language text,
  updated_at timestamptz not null,
  primary key (account_id)
);

-- What was written to whom. The text itself is in `mails` under the same id, sealed, and goes when it was sent.
create table customer_mails (
  account_id text not null,
  id text not null,
  kind text not null,
  customer_id text,
  recipient text not null,
  subject text not null,
  language text not null,
  -- What it tells of: a payment, a refund, an invoice, a subscription, a saved card.
  object_id text,
  -- Null: it was asked for.
  event_id text,
  created_at timestamptz not null,
  primary key (account_id, id)
);
-- However often the event is looked at.
create unique index on customer_mails (account_id, event_id, kind) where event_id is not null;
create index on customer_mails (account_id, customer_id, id) where customer_id is not null;
create index on customer_mails (account_id, kind, id);
create index on customer_mails (account_id, object_id, id) where object_id is not null;

-- Null: mail of the installation to its own people.
alter table mails add column account_id text;
alter table mails add column html bytea;
alter table mails add column from_name text;
alter table mails add column reply_to text;
-- What may wait behind the others: ten thousand receipts, but not the link that somebody is waiting for.
alter table mails add column bulk boolean not null default false;
create index on mails (try_at) where try_at is not null and bulk;
create index on mails (try_at) where try_at is not null and not bulk;

-- When its customer is told of what comes next, and the end of the period that they were told of already.
alter table subscriptions add column remind_at timestamptz;
alter table subscriptions add column reminded_for timestamptz;
update subscriptions set remind_at = case status
    when 'trialing' then greatest(trial_start, current_period_end - interval '72 hours')
    else current_period_end - interval '168 hours' end
  where status in ('trialing', 'active') and paused_at is null and open_invoice_id is null
    and (cancel_at is null or cancel_at > current_period_end)
    and (status = 'trialing' or item ->> 'interval' in ('month', 'year')
      or (item ->> 'interval_count')::int * case item ->> 'interval' when 'week' then 7 else 1 end >= 28);
alter table subscriptions add constraint subscriptions_reminded check (ended_at is null or remind_at is null);
create index on subscriptions (remind_at) where remind_at is not null and test_clock_id is null;
create index on subscriptions (account_id, remind_at, id) where remind_at is not null and test_clock_id is null;
create index on subscriptions (account_id, test_clock_id, remind_at) where test_clock_id is not null;

-- The last day of a saved card. Not an index on cards: a card is written for every payment, saved ones are few.
alter table payment_methods add column expires_on date;
update payment_methods m set expires_on = (make_date(c.exp_year, c.exp_month, 1) + interval '1 month' - interval '1 day')::date
  from cards c where c.account_id = m.account_id and c.id = m.card_id;
create index on payment_methods (account_id, expires_on, id) where detached_at is null;

-- Of each card its customer is told once in a month.
create table card_expiry_notices (
  account_id text not null,
  payment_method_id text not null,
  month date not null,
  created_at timestamptz not null,
  primary key (account_id, payment_method_id, month),
  foreign key (account_id, payment_method_id) references payment_methods (account_id, id)
);
