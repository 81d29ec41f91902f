-- A provider's report tells of disputes, too: what it took back when one was opened, and what it returned when it was won or withdrawn.
alter table reconciliation_lines drop constraint reconciliation_lines_kind_check;
alter table reconciliation_lines add constraint reconciliation_lines_kind_check check (kind in ('charge', 'refund', 'dispute', 'dispute_reversal'));
