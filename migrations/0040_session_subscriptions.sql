-- A session that begins a subscription.
-- {description, metadata} of the subscription; null: the session is paid once. How often and how much is said by its line.
alter table checkout_sessions add column subscription_terms jsonb;
-- The id that the subscription has, or will have: given out when the session is completed.
alter table checkout_sessions add column subscription_id text;
-- Nothing is due today: the card that is being put on file instead of a payment.
alter table checkout_sessions add column setup_id text;
-- The card that the subscription is charged with.
alter table checkout_sessions add column payment_method_id text;
alter table checkout_sessions drop constraint checkout_sessions_payment;
alter table checkout_sessions add constraint checkout_sessions_payment
  check (payment_status in ('unpaid', 'no_payment_required') or payment_id is not null or setup_id is not null) not valid;
alter table checkout_sessions add constraint checkout_sessions_subscription
  check (subscription_id is null or (subscription_terms is not null and status = 'complete')) not valid;
