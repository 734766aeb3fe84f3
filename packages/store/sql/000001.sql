-- Everything Gleaner remembers. Runs in one transaction, with search_path set to the schema "gleaner".
--
-- Times are epoch milliseconds as double precision: what the server passes comes back bit for bit, 'Infinity' included.
-- Documents are json, not jsonb: read and written whole, never searched, and the order of their keys is what people see.

-- Leadership. One row per scope; the term only grows, and a writer that holds an older one is refused.
create table leader (
  scope text primary key,
  holder text not null,
  term bigint not null check (term > 0),
  since_ms double precision not null
);

-- Written to when somebody asks whether writing works.
create table liveness (
  only_row boolean primary key default true check (only_row),
  writes bigint not null
);
insert into liveness (writes) values (0);

-- A setting's value is the text of a JSON value, so that a stored null stays apart from no value.
create table setting (
  name text primary key,
  value text not null,
  changed_at_ms double precision not null,
  changed_by text not null
);

create table rule (
  id text primary key,
  name text not null constraint rule_name_key unique,
  revision integer not null check (revision > 0),
  source text not null check (source in ('file', 'api')),
  definition json not null,
  created_at_ms double precision not null,
  updated_at_ms double precision not null,
  updated_by text not null
);

-- What each revision said; outlives the rule, and then tells in its last row who removed it.
create table rule_revision (
  rule_id text not null,
  revision integer not null check (revision > 0),
  source text not null check (source in ('file', 'api')),
  definition json not null,
  created_at_ms double precision not null,
  updated_at_ms double precision not null,
  updated_by text not null,
  removed_at_ms double precision,
  removed_by text,
  primary key (rule_id, revision)
);

create table proposal (
  id text primary key,
  instance_id text not null,
  action text not null,
  capability text not null,
  state text not null check (state in (
    'observed', 'confirming', 'awaiting-approval', 'notified', 'held', 'due', 'acting',
    'done', 'failed', 'timed-out', 'cancelled')),
  created_at_ms double precision not null,
  updated_at_ms double precision not null,
  approved_by text,
  document json not null
);
-- At most one open proposal per instance and action.
create unique index proposal_open_key on proposal (instance_id, action)
  where state not in ('done', 'failed', 'timed-out', 'cancelled');
create index proposal_instance_idx on proposal (instance_id, updated_at_ms desc);
create index proposal_recent_idx on proposal (updated_at_ms desc, id desc);

create function proposal_guard() returns trigger language plpgsql as $$
begin
  if old.state in ('done', 'failed', 'timed-out', 'cancelled') and new.state is distinct from old.state then
    raise exception 'proposal % has ended as % and does not reopen', old.id, old.state
      using errcode = 'restrict_violation', constraint = 'proposal_ended';
  end if;
  return new;
end $$;
create trigger proposal_guard before update on proposal for each row execute function proposal_guard();

-- The journal. States: intended -> accepted -> done | failed | timed-out, or from intended straight to an end.
create table journal (
  id text primary key,
  idempotency_key text not null constraint journal_idempotency_key unique,
  proposal_id text,
  capability text not null,
  action text not null,
  cloud_id text not null,
  instance_id text not null,
  instance_name text not null,
  project_id text not null,
  host_id text,
  cause text not null,
  reason json not null,
  state text not null check (state in ('intended', 'accepted', 'done', 'failed', 'timed-out')),
  state_before text not null,
  intended_at_ms double precision not null,
  accepted_at_ms double precision,
  finished_at_ms double precision,
  attempts integer not null check (attempts >= 0),
  deadline_ms double precision not null,
  outcome text,
  gives json not null,
  term bigint not null,
  check ((finished_at_ms is not null) = (state in ('done', 'failed', 'timed-out'))),
  check (state <> 'accepted' or accepted_at_ms is not null)
);
-- No instance ever has two actions under way.
create unique index journal_open_instance_key on journal (instance_id) where state in ('intended', 'accepted');
create index journal_intended_idx on journal (intended_at_ms desc, id desc);
create index journal_instance_idx on journal (instance_id, intended_at_ms desc);

-- Every change of state, in the order it was written, with the term of the leader that wrote it. Append-only.
create table journal_transition (
  journal_id text not null references journal on delete cascade,
  seq integer not null check (seq > 0),
  state text not null,
  attempts integer not null,
  at_ms double precision,
  outcome text,
  term bigint not null,
  primary key (journal_id, seq)
);

create function journal_guard() returns trigger language plpgsql as $$
begin
  if old.state in ('done', 'failed', 'timed-out')
     or (old.state = 'accepted' and new.state = 'intended')
     or new.attempts < old.attempts
     or (new.id, new.idempotency_key, new.proposal_id, new.capability, new.action, new.cloud_id, new.instance_id,
         new.cause, new.state_before, new.intended_at_ms, new.deadline_ms)
        is distinct from
        (old.id, old.idempotency_key, old.proposal_id, old.capability, old.action, old.cloud_id, old.instance_id,
         old.cause, old.state_before, old.intended_at_ms, old.deadline_ms) then
    raise exception 'journal entry % is %; this change is not a step forward', old.id, old.state
      using errcode = 'restrict_violation', constraint = 'journal_forward';
  end if;
  return new;
end $$;
create trigger journal_guard before update on journal for each row execute function journal_guard();

create function append_only() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation', constraint = 'append_only';
end $$;
create trigger journal_transition_guard before update on journal_transition
  for each row execute function append_only();

create table hold (
  id text primary key,
  instance_id text not null,
  kind text not null check (kind in ('keep', 'person-acted', 'veto', 'cool-down')),
  until_ms double precision not null,
  made_by text not null,
  reason text not null,
  created_at_ms double precision not null,
  released_at_ms double precision,
  released_by text
);
create index hold_active_idx on hold (until_ms) where released_at_ms is null;
create index hold_instance_idx on hold (instance_id);

create table problem (
  id text primary key,
  key text not null constraint problem_key_key unique,
  code text not null,
  severity text not null check (severity in ('warning', 'error')),
  subject text not null,
  sentence text not null,
  remedy text not null,
  first_seen_ms double precision not null,
  last_seen_ms double precision not null,
  count integer not null check (count > 0),
  cleared_at_ms double precision,
  cleared_by text,
  resolved_at_ms double precision
);

create table token (
  id text primary key,
  name text not null constraint token_name_key unique,
  sha256 bytea not null constraint token_sha256_key unique check (length(sha256) = 32),
  role text not null check (role in ('viewer', 'member', 'operator', 'administrator')),
  projects text[] not null,
  created_at_ms double precision not null,
  created_by text not null,
  expires_at_ms double precision,
  last_used_at_ms double precision
);

-- The plan itself is JSON, deflated. `content` is the digest of what it decides, without ids, times and measured numbers.
create table plan (
  id text primary key,
  created_at_ms double precision not null,
  content bytea not null,
  document bytea not null
);
alter table plan alter column document set storage external;
create index plan_created_idx on plan (created_at_ms desc, id desc);

create table instance_memory (
  instance_id text primary key,
  cloud_id text not null,
  state text not null,
  state_since_ms double precision not null,
  first_seen_ms double precision not null,
  last_seen_ms double precision not null
);
create index instance_memory_cloud_idx on instance_memory (cloud_id);

create table ledger_point (
  cloud_id text not null,
  at_ms double precision not null,
  cores json not null,
  memory_mib json not null,
  primary key (cloud_id, at_ms)
);

-- Rewritten as a whole every few minutes; already dense, so not worth compressing, and vacuumed early.
create table telemetry_blob (
  subject text primary key,
  bytes bytea not null
) with (autovacuum_vacuum_scale_factor = 0.05, toast.autovacuum_vacuum_scale_factor = 0.05);
alter table telemetry_blob alter column bytes set storage external;

create table notice (
  id text primary key,
  instance_id text not null,
  proposal_id text,
  sentence text not null,
  created_at_ms double precision not null,
  due_at_ms double precision
);
create index notice_instance_idx on notice (instance_id, created_at_ms desc);
create index notice_created_idx on notice (created_at_ms, id);

create table notice_delivery (
  notice_id text not null references notice on delete cascade,
  notifier text not null,
  primary key (notice_id, notifier)
);

create table audit (
  id text primary key,
  at_ms double precision not null,
  made_by text not null,
  made_from text not null,
  what text not null,
  object text not null,
  before json,
  after json
);
create index audit_at_idx on audit (at_ms desc, id desc);
create trigger audit_guard before update on audit for each row execute function append_only();
