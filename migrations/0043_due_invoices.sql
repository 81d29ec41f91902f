-- Invoices that are sent and paid later, and those that are made by hand.

alter table subscriptions add column collection_method text not null default 'charge_automatically';
-- Days from the day of an invoice to the last one on which it is paid in time.
alter table subscriptions add column days_until_due integer;
alter table subscriptions add constraint subscriptions_collection
  check (collection_method in ('charge_automatically', 'send_invoice')) not valid;
alter table subscriptions add constraint subscriptions_due
  check ((collection_method = 'send_invoice') = (days_until_due is not null)) not valid;
alter table subscriptions add constraint subscriptions_days
  check (days_until_due between 1 and 365) not valid;

alter table invoices add column collection_method text not null default 'charge_automatically';
alter table invoices add column days_until_due integer;
-- The end of the last day on which it is paid in time, on the merchant's clocks.
alter table invoices add column due_at timestamptz;
-- When that passed while it was open; by the subscription's clock.
alter table invoices add column overdue_at timestamptz;
-- What was told until then, and when the next thing is: a reminder, that it is overdue, or the end of waiting.
alter table invoices add column noticed_until timestamptz;
alter table invoices add column notice_at timestamptz;
-- Its money came by a way of the merchant's own, and is in no ledger of ours.
alter table invoices add column paid_out_of_band boolean not null default false;
alter table invoices add column out_of_band_reference text;
alter table invoices add column description text;
-- Made by hand, for no subscription.
alter table invoices alter column subscription_id drop not null;
alter table invoices drop constraint invoices_billing_reason;
alter table invoices add constraint invoices_billing_reason
  check (billing_reason in ('subscription_create', 'subscription_cycle', 'subscription_update', 'subscription_cancel', 'manual')) not valid;
alter table invoices add constraint invoices_manual
  check ((billing_reason = 'manual') = (subscription_id is null)) not valid;
alter table invoices add constraint invoices_collection
  check (collection_method in ('charge_automatically', 'send_invoice')) not valid;
alter table invoices add constraint invoices_due_at
  check ((collection_method = 'send_invoice') = (due_at is not null) and (due_at is null) = (days_until_due is null)) not valid;
alter table invoices add constraint invoices_days
  check (days_until_due between 1 and 365) not valid;
-- What is sent is never charged by itself.
alter table invoices add constraint invoices_sent
  check (collection_method = 'charge_automatically' or (charge_at is null and resume_at is null)) not valid;
alter table invoices add constraint invoices_notice
  check (notice_at is null or (status = 'open' and due_at is not null)) not valid;
alter table invoices add constraint invoices_overdue
  check (overdue_at is null or due_at is not null) not valid;
alter table invoices add constraint invoices_out_of_band
  check (not paid_out_of_band or status = 'paid') not valid;
alter table invoices add constraint invoices_reference
  check (out_of_band_reference is null or paid_out_of_band) not valid;
create index on invoices (notice_at) where notice_at is not null and test_clock_id is null;
create index on invoices (account_id, notice_at, id) where notice_at is not null and test_clock_id is null;
create index on invoices (account_id, test_clock_id, notice_at) where test_clock_id is not null and notice_at is not null;
create index on invoices (account_id, subscription_id) where overdue_at is not null and status = 'open';

-- A line of an amount is of no price; one of an invoice by hand is of no period.
alter table invoice_lines alter column product_id drop not null;
alter table invoice_lines alter column product_name drop not null;
alter table invoice_lines alter column price_id drop not null;
alter table invoice_lines alter column price_snapshot_id drop not null;
alter table invoice_lines alter column recurring drop not null;
alter table credit_notes alter column subscription_id drop not null;

-- `reminder_days`: days from the last day to pay on which a customer is reminded; before it they are negative. So many days after it
-- what is still not paid is let be, given up, or given up with its subscription.
alter table billing_settings add column reminder_days integer[] not null default '{-3,1,7}';
alter table billing_settings add column after_due text not null default 'leave';
alter table billing_settings add column after_due_days integer not null default 30;
alter table billing_settings add constraint billing_settings_reminders
  check (cardinality(reminder_days) <= 8 and -60 <= all (reminder_days) and 90 >= all (reminder_days)) not valid;
alter table billing_settings add constraint billing_settings_after_due
  check (after_due in ('leave', 'uncollectible', 'cancel')) not valid;
alter table billing_settings add constraint billing_settings_after_days
  check (after_due_days between 1 and 365) not valid;

-- The mail with an invoice to pay, and those that remind of it. Whoever chose before chose of neither: the default of their mode holds.
alter table email_settings add column invoice_sent boolean not null default false;
alter table email_settings add column invoice_reminder boolean not null default false;
update email_settings e set invoice_sent = true, invoice_reminder = true
  from accounts a where a.account_id = e.account_id and a.mode = 'live';
alter table email_settings alter column invoice_sent drop default;
alter table email_settings alter column invoice_reminder drop default;
