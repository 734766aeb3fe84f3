-- What a channel answered when it did not take a notice: the last answer while it waits, or the one with which it was given up. A
-- mail that some of its recipients refused was delivered to the others.
alter table notice_outbox add column fault text;
alter table notice_outbox add column tried_at_ms double precision;
alter table notice_delivery add column fault text;
create table notice_failure (
  notice_id text not null references notice on delete cascade,
  notifier text not null,
  outcome text not null check (outcome in ('refused', 'given-up')),
  at_ms double precision not null,
  attempts int not null,
  fault text,
  primary key (notice_id, notifier)
);
