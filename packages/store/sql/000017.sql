-- The waitlist: a lease that has no place yet, and holds nothing. Nothing goes back to it.
alter table lease drop constraint lease_state_check;
alter table lease add constraint lease_state_check
  check (state in ('waiting', 'proposed', 'pending', 'active', 'ended', 'cancelled', 'lapsed'));

drop index lease_name_key;
create unique index lease_name_key on lease (project_id, name)
  where state in ('waiting', 'proposed', 'pending', 'active');
drop index lease_open_idx;
create index lease_open_idx on lease (start_ms) where state in ('waiting', 'proposed', 'pending', 'active');

create or replace function lease_guard() returns trigger language plpgsql as $$
begin
  if old.state in ('ended', 'cancelled', 'lapsed')
     or (old.state <> 'waiting' and new.state = 'waiting')
     or (old.state = 'active' and new.state not in ('active', 'ended'))
     or (old.state = 'pending' and new.state in ('proposed', 'lapsed'))
     or (new.id, new.cloud_id, new.project_id, new.created_at_ms)
        is distinct from (old.id, old.cloud_id, old.project_id, old.created_at_ms) then
    raise exception 'lease % is %; this change is not a step forward', old.id, old.state
      using errcode = 'restrict_violation', constraint = 'lease_forward';
  end if;
  return new;
end $$;
