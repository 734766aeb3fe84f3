-- A report waits for its receivers as notices do; it is about no instance, whose id is empty then.
alter table notice add column report json;
create index proposal_observed_idx on proposal (updated_at_ms) where state in ('observed', 'cancelled');
