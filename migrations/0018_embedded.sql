-- Who may show a session's page in a frame. A hosted one is framed by nobody, an embedded one by the named origins alone.
alter table checkout_sessions add column ui_mode text not null default 'hosted';
alter table checkout_sessions add column allowed_origins text[] not null default '{}';

-- Not validated: every row that is there is hosted, by the defaults above, and a large table need not be read for that.
alter table checkout_sessions add constraint checkout_sessions_ui_mode
  check (ui_mode in ('hosted', 'embedded')) not valid;
alter table checkout_sessions add constraint checkout_sessions_allowed_origins
  check ((ui_mode = 'embedded') = (cardinality(allowed_origins) > 0)) not valid;
