-- People who log in with a client certificate: known by its issuer and subject, not by the certificate itself, which is
-- renewed. Who was never activated may do nothing.

create table person (
  id text primary key,
  issuer text not null,
  subject text not null,
  active boolean not null,
  role text not null check (role in ('viewer', 'member', 'operator', 'administrator')),
  projects text[] not null,
  -- Of the certificate that was seen last.
  serial text not null,
  fingerprint text not null,
  certificate_ends_at_ms double precision not null,
  first_seen_ms double precision not null,
  last_seen_ms double precision not null,
  decided_at_ms double precision,
  decided_by text,
  constraint person_identity_key unique (issuer, subject)
);
create index person_waiting_idx on person (id) where decided_at_ms is null;
