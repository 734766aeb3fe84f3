-- Whoever was told of one end of a lease is told of another end anew: the notice waits again, for another time.
create or replace function lease_event_guard() returns trigger language plpgsql as $$
begin
  if old.kind = 'before-end' and new.state = 'waiting' and new.done_at_ms is null
     and new.due_at_ms is distinct from old.due_at_ms then
    return new;
  end if;
  if old.state = 'done' and (new.state, new.due_at_ms, new.done_at_ms)
     is distinct from (old.state, old.due_at_ms, old.done_at_ms) then
    raise exception 'event % of lease % is done', old.kind, old.lease_id
      using errcode = 'restrict_violation', constraint = 'lease_event_once';
  end if;
  return new;
end $$;
