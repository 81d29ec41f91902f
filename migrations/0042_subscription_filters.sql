-- Every filter of the list has an index.
create index on subscriptions (account_id, currency, id);
create index on subscriptions (account_id, ((item ->> 'amount')::bigint), id);
