-- Desktops that lend themselves: who may speak for which host, by which key, and what was said. Of a join token only the digest is
-- kept, of a desktop only its public key.

create table join_token (
  id text primary key,
  sha256 bytea not null,
  host_name text not null,
  cloud_id text,
  pool text not null,
  created_at_ms double precision not null,
  created_by text not null,
  expires_at_ms double precision not null,
  used_at_ms double precision,
  constraint join_token_sha256_key unique (sha256)
);

create table desktop (
  id text primary key,
  host_name text not null,
  cloud_id text,
  pool text not null,
  joined_at_ms double precision not null,
  -- Null: the cloud speaks for it.
  public_key bytea,
  -- Offered in place of the other; it is when it has signed for the first time.
  next_key bytea,
  key_until_ms double precision,
  revoked_at_ms double precision,
  revoked_by text,
  sequence bigint not null,
  last_beat_ms double precision,
  word json,
  phase_since_ms double precision,
  lent_ms double precision not null,
  interruptions integer not null,
  lost_changes integer not null,
  constraint desktop_key check ((public_key is null) = (key_until_ms is null))
);
-- One desktop a host; a host that joins anew is the same desktop.
create unique index desktop_host_key on desktop (host_name, (coalesce(cloud_id, '')));

create function desktop_guard() returns trigger language plpgsql as $$
begin
  -- Only a join begins the sequence anew, and a join brings another key.
  if new.sequence < old.sequence and new.public_key is not distinct from old.public_key then
    raise exception 'beat % of desktop % was taken before', new.sequence, old.id
      using errcode = 'restrict_violation', constraint = 'desktop_forward';
  end if;
  return new;
end $$;
create trigger desktop_guard before update on desktop for each row execute function desktop_guard();

create table desktop_phase (
  desktop_id text not null references desktop on delete cascade,
  at_ms double precision not null,
  phase text not null,
  verdict json not null,
  primary key (desktop_id, at_ms)
);
