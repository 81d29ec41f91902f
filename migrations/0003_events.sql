create table events (
  account_id text not null,
  id text not null,
  type text not null,
  object_id text not null,
  -- Frozen bytes of the object as it was; deliveries sign exactly these.
  payload text not null,
  request_id text,
  created_at timestamptz not null,
  primary key (account_id, id)
);
create index on events (account_id, object_id, id);
-- The two that come with every payment are found by the primary key as fast; the rare ones have an entry.
create index on events (account_id, type, id) where type not in ('payment.created', 'payment.completed');

-- What has not been looked at by reactions and webhooks yet. Written with the event when somebody waits for it, removed with the
-- work's transaction.
create table outbox (
  account_id text not null,
  event_id text not null,
  -- A reaction is due, not only webhooks.
  reacts boolean not null default true,
  -- A reaction that failed waits until then, longer each time; its webhooks do not wait with it.
  try_at timestamptz,
  tries integer not null default 0,
  primary key (account_id, event_id)
);
