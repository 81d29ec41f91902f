-- The wire format in which an endpoint is told of events. Which names there are is the process's to know: a format may come and go
-- with its folder, so no list of them stands here.
alter table webhook_endpoints add column dialect text not null default 'native' check (dialect ~ '^[a-z][a-z_]{0,39}$');
