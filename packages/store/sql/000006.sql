-- Leases: hosts and room promised for a time. No host is ever promised twice: whole hosts by an exclusion constraint, room
-- on hosts by a trigger that adds up. Rows of lease_allocation exist for leases that are not over.

create table lease (
  id text primary key,
  name text not null,
  cloud_id text not null,
  project_id text not null,
  state text not null check (state in ('proposed', 'pending', 'active', 'ended', 'cancelled', 'lapsed')),
  start_ms double precision not null,
  end_ms double precision not null,
  created_at_ms double precision not null,
  updated_at_ms double precision not null,
  document json not null,
  term bigint not null,
  constraint lease_span check (start_ms < end_ms)
);
-- A name belongs to one lease of its project, as long as that is not over.
create unique index lease_name_key on lease (project_id, name) where state in ('proposed', 'pending', 'active');
create index lease_open_idx on lease (start_ms) where state in ('proposed', 'pending', 'active');
create index lease_recent_idx on lease (start_ms desc, id desc);
create index lease_project_idx on lease (project_id, start_ms desc);

create function lease_guard() returns trigger language plpgsql as $$
begin
  if old.state in ('ended', 'cancelled', 'lapsed')
     or (old.state = 'active' and new.state not in ('active', 'ended'))
     or (old.state = 'pending' and new.state in ('proposed', 'lapsed'))
     or (new.id, new.cloud_id, new.project_id, new.created_at_ms)
        is distinct from (old.id, old.cloud_id, old.project_id, old.created_at_ms) then
    raise exception 'lease % is %; this change is not a step forward', old.id, old.state
      using errcode = 'restrict_violation', constraint = 'lease_forward';
  end if;
  return new;
end $$;
create trigger lease_guard before update on lease for each row execute function lease_guard();

-- What has to happen to a lease and when. What is done is never done again.
create table lease_event (
  lease_id text not null references lease on delete cascade,
  kind text not null check (kind in ('lapse', 'start', 'before-end', 'end')),
  due_at_ms double precision not null,
  state text not null check (state in ('waiting', 'done', 'skipped')),
  done_at_ms double precision,
  outcome text,
  primary key (lease_id, kind)
);
create index lease_event_due_idx on lease_event (due_at_ms) where state = 'waiting';

create function lease_event_guard() returns trigger language plpgsql as $$
begin
  if old.state = 'done' and (new.state, new.due_at_ms, new.done_at_ms)
     is distinct from (old.state, old.due_at_ms, old.done_at_ms) then
    raise exception 'event % of lease % is done', old.kind, old.lease_id
      using errcode = 'restrict_violation', constraint = 'lease_event_once';
  end if;
  return new;
end $$;
create trigger lease_event_guard before update on lease_event for each row execute function lease_event_guard();

-- What a host can hold of instances, as it was when something was last promised on it. Whoever promises locks its row.
create table reservable_host (
  host_id text primary key,
  vcpus double precision not null,
  memory_mib double precision not null,
  disk_gib double precision not null
);

-- The name of a host as a range of one: ranges of any type can be compared by the built-in index, names cannot.
create type host_range as range (subtype = text, collation = "C");

create table lease_allocation (
  lease_id text not null references lease on delete cascade,
  reservation_id text not null,
  host_id text not null references reservable_host,
  units integer not null check (units > 0),
  start_ms double precision not null,
  end_ms double precision not null,
  -- Of all units together; null: the whole host.
  vcpus double precision,
  memory_mib double precision,
  disk_gib double precision,
  primary key (lease_id, reservation_id, host_id),
  constraint lease_allocation_span check (start_ms < end_ms),
  constraint lease_allocation_sizes check (
    (vcpus is null) = (memory_mib is null) and (vcpus is null) = (disk_gib is null)),
  constraint lease_allocation_whole exclude using gist (
    host_range(host_id, host_id, '[]') with &&,
    int8range(start_ms::bigint, end_ms::bigint) with &&) where (vcpus is null)
);
create index lease_allocation_host_idx on lease_allocation (host_id, start_ms);

create function lease_allocation_room() returns trigger language plpgsql as $$
declare
  host reservable_host;
  peak record;
begin
  select * into strict host from reservable_host where host_id = new.host_id for update;
  if exists (
    select from lease_allocation other
    where other.host_id = new.host_id and other.start_ms < new.end_ms and new.start_ms < other.end_ms
      and (other.vcpus is null) <> (new.vcpus is null)) then
    raise exception 'host % is promised to others', new.host_id
      using errcode = 'exclusion_violation', constraint = 'lease_allocation_room';
  end if;
  if new.vcpus is null then
    return new;
  end if;
  -- Usage only grows where something begins.
  for peak in
    select sum(other.vcpus) as vcpus, sum(other.memory_mib) as memory_mib, sum(other.disk_gib) as disk_gib
    from (
      select new.start_ms as at_ms
      union select start_ms from lease_allocation
      where host_id = new.host_id and start_ms > new.start_ms and start_ms < new.end_ms) moment
    join lease_allocation other
      on other.host_id = new.host_id and other.start_ms <= moment.at_ms and moment.at_ms < other.end_ms
    group by moment.at_ms
  loop
    if peak.vcpus + new.vcpus > host.vcpus + 1e-6
       or peak.memory_mib + new.memory_mib > host.memory_mib + 1e-6
       or peak.disk_gib + new.disk_gib > host.disk_gib + 1e-6 then
      raise exception 'host % has not enough room left', new.host_id
        using errcode = 'exclusion_violation', constraint = 'lease_allocation_room';
    end if;
  end loop;
  if new.vcpus > host.vcpus + 1e-6 or new.memory_mib > host.memory_mib + 1e-6 or new.disk_gib > host.disk_gib + 1e-6 then
    raise exception 'host % is too small', new.host_id
      using errcode = 'exclusion_violation', constraint = 'lease_allocation_room';
  end if;
  return new;
end $$;
create trigger lease_allocation_room before insert on lease_allocation
  for each row execute function lease_allocation_room();
