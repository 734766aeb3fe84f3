-- Memory lent from running guests: a row from the intent of the step that lends it until a step that gives it back is done,
-- written in the same transactions as the journal. However long nobody was there, the open loans are known.

create table memory_loan (
  journal_id text primary key references journal,
  -- The newest step to give it back.
  return_id text references journal on delete set null
);
create index memory_loan_return_idx on memory_loan (return_id);
