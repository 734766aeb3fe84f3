-- Steps on hosts as a whole. Such a row has a host and no instance, and belongs to no project; rows on instances keep their
-- form, host_id merely says where the instance was.
alter table proposal alter column instance_id drop not null;
alter table proposal add host_id text generated always as (document ->> 'hostId') stored;
alter table proposal add constraint proposal_target check (instance_id is not null or host_id is not null);
-- At most one open proposal per host and action.
create unique index proposal_open_host_key on proposal (host_id, action)
  where instance_id is null and state not in ('done', 'failed', 'timed-out', 'cancelled');
create index proposal_host_idx on proposal (host_id, updated_at_ms desc) where instance_id is null;

alter table journal alter column instance_id drop not null;
alter table journal alter column instance_name drop not null;
alter table journal alter column project_id drop not null;
alter table journal add host_name text;
-- The figures the step sets: memory of a balloon, ratios of a host.
alter table journal add setting json;
alter table journal add constraint journal_target check (
  (instance_id is not null and instance_name is not null and project_id is not null and host_name is null)
  or (instance_id is null and instance_name is null and project_id is null
    and host_id is not null and host_name is not null));
-- No host ever has two steps under way.
create unique index journal_open_host_key on journal (host_id)
  where instance_id is null and state in ('intended', 'accepted');
create index journal_host_idx on journal (host_id, intended_at_ms desc) where instance_id is null;

create or replace function journal_guard() returns trigger language plpgsql as $$
begin
  if old.state in ('done', 'failed', 'timed-out')
     or (old.state = 'accepted' and new.state = 'intended')
     or new.attempts < old.attempts
     or (new.id, new.idempotency_key, new.proposal_id, new.capability, new.action, new.cloud_id, new.instance_id,
         new.host_id, new.cause, new.state_before, new.intended_at_ms, new.deadline_ms)
        is distinct from
        (old.id, old.idempotency_key, old.proposal_id, old.capability, old.action, old.cloud_id, old.instance_id,
         old.host_id, old.cause, old.state_before, old.intended_at_ms, old.deadline_ms)
     or new.setting::text is distinct from old.setting::text then
    raise exception 'journal entry % is %; this change is not a step forward', old.id, old.state
      using errcode = 'restrict_violation', constraint = 'journal_forward';
  end if;
  return new;
end $$;

alter table hold alter column instance_id drop not null;
alter table hold add host_id text;
alter table hold add constraint hold_target check ((instance_id is null) <> (host_id is null));
create index hold_host_idx on hold (host_id) where host_id is not null;

-- Estimates of how much of each host its instances will use at most, one row per host and scope; at_ms is the end of the
-- scope it was made from. These figures are drawn and summed up, never calculated on: single precision is enough. The
-- estimate in force stands in full in `estimator`.
create table estimate (
  host_id text not null,
  at_ms double precision not null,
  cloud_id text not null,
  scope_ms double precision not null,
  strategy text not null,
  -- Nothing was measured in the scope: the estimate before was kept, or all of the capacity counts as taken.
  blind boolean not null,
  -- What can be used, what was promised, what was used in the scope on average and at most (null: not measured), the peak
  -- estimated for the next one, by how much the one before was exceeded, the share of estimates that held, the ratio
  -- in force, and the one that the estimate allows (null where no scheduler sells).
  cores_capacity real not null,
  cores_booked real not null,
  cores_mean real,
  cores_peak real,
  cores_estimate real not null,
  cores_violation real not null,
  cores_confidence real not null,
  cores_ratio real,
  cores_aim real,
  memory_capacity real not null,
  memory_booked real not null,
  memory_mean real,
  memory_peak real,
  memory_estimate real not null,
  memory_violation real not null,
  memory_confidence real not null,
  memory_ratio real,
  memory_aim real,
  primary key (host_id, at_ms)
);
create index estimate_at_idx on estimate (at_ms);

-- Per host the last estimate with its evidence, and what the strategy carries from scope to scope: JSON, deflated.
create table estimator (
  host_id text primary key,
  cloud_id text not null,
  estimate json not null,
  state bytea not null
) with (autovacuum_vacuum_scale_factor = 0.05, toast.autovacuum_vacuum_scale_factor = 0.05);
alter table estimator alter column state set storage external;
create index estimator_cloud_idx on estimator (cloud_id);
