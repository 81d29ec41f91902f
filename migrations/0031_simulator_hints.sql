-- Whom the simulated provider has something to tell, asked across accounts: only calls with trouble in them are in the first.
create index on simulator_calls (created_at) where scenario like 'dispute%' or scenario like 'fraud%';
create index on simulator_disputes (due_at) where due_at is not null;
