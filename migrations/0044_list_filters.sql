-- Every filter of a list has an index: payments of an invoice or of a subscription, invoices by the day they are due.
create index on payments (account_id, invoice_id, id) where invoice_id is not null;
create index on invoices (account_id, due_at, id) where due_at is not null;
