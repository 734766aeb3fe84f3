-- Preemption: decisions to make preemptible instances leave, each with how far it has come, and the instances that left,
-- each with its way back. Documents hold what is read whole; columns hold what is searched.

create table eviction_decision (
  id text primary key,
  -- The same wish again is the same decision.
  request_id text not null constraint eviction_decision_request_key unique,
  kind text not null check (kind in ('room', 'watermark', 'shrink', 'expiry', 'test')),
  cloud_id text not null,
  state text not null check (state in (
    'observed', 'awaiting-approval', 'planned', 'reserved', 'evicting', 'freed', 'held', 'taken', 'placing', 'undoing',
    'done', 'failed', 'cancelled', 'refused')),
  created_at_ms double precision not null,
  updated_at_ms double precision not null,
  document json not null,
  term bigint not null
);
create index eviction_decision_open_idx on eviction_decision (created_at_ms)
  where state not in ('observed', 'done', 'failed', 'cancelled', 'refused');
create index eviction_decision_recent_idx on eviction_decision (created_at_ms desc, id desc);

create function eviction_decision_guard() returns trigger language plpgsql as $$
begin
  if old.state in ('observed', 'done', 'failed', 'cancelled', 'refused')
     or (new.id, new.request_id, new.kind, new.cloud_id, new.created_at_ms)
        is distinct from (old.id, old.request_id, old.kind, old.cloud_id, old.created_at_ms) then
    raise exception 'eviction decision % is %; this change is not a step forward', old.id, old.state
      using errcode = 'restrict_violation', constraint = 'eviction_decision_forward';
  end if;
  return new;
end $$;
create trigger eviction_decision_guard before update on eviction_decision
  for each row execute function eviction_decision_guard();

create table eviction (
  id text primary key,
  decision_id text not null references eviction_decision on delete cascade,
  cloud_id text not null,
  instance_id text not null,
  project_id text not null,
  state text not null check (state in ('waiting', 'returning', 'returned', 'stayed-away')),
  evicted_at_ms double precision not null,
  updated_at_ms double precision not null,
  document json not null,
  -- One decision evicts an instance once.
  constraint eviction_once_key unique (decision_id, instance_id)
);
create index eviction_waiting_idx on eviction (evicted_at_ms) where state in ('waiting', 'returning');
create index eviction_recent_idx on eviction (evicted_at_ms desc, id desc);
create index eviction_instance_idx on eviction (instance_id, evicted_at_ms desc);
create index eviction_project_idx on eviction (project_id, evicted_at_ms desc);
