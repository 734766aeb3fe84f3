-- Notices that wait to be delivered, one row per notice and notifier; a row goes when its notice was delivered or given up.
-- `about` is what a notifier needs and cannot look up later. Notices from before have none and are not delivered any more.
alter table notice add about json;

create table notice_outbox (
  notifier text not null,
  notice_id text not null references notice on delete cascade,
  created_at_ms double precision not null,
  next_at_ms double precision not null,
  attempts int not null default 0,
  primary key (notifier, notice_id)
);
create index notice_outbox_due_idx on notice_outbox (notifier, next_at_ms, created_at_ms);
create index notice_outbox_notice_idx on notice_outbox (notice_id);
