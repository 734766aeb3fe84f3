-- Links that were used: each counts once. What is kept is what the link was about, never the link itself.

create table used_link (
  id text primary key,
  used_at_ms double precision not null,
  -- From then on its own time refuses it.
  ends_at_ms double precision not null
);
