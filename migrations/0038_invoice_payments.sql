-- The invoice that a payment was begun for: its end, whenever it comes, is told to billing.
alter table payments add column invoice_id text;

-- A deleted test clock is read by nobody any more; what lived by it still names it.
alter table test_clocks add column deleted_at timestamptz;
