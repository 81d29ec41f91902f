-- The events of one change tell of the same object: the first holds the text, the others name it.
alter table events alter payload drop not null;
alter table events add payload_of text;
alter table events add check ((payload is null) = (payload_of is not null)) not valid;

-- The answer to a new payment is the text of its first event, kept once; before that event there is no answer yet.
alter table idempotency_keys add answer_event text;
