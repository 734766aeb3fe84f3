-- Energy by the hour, in joules: of hosts as metered, and of who was on them as attributed. Added to as it is measured; over
-- the tenants of a host and an hour it is the energy of the host.

create table host_energy (
  host_id text not null,
  -- Begin of the hour.
  at_ms double precision not null,
  cloud_id text not null,
  energy_j double precision not null,
  -- Parts of it: worked out by a model; counted by the device while nobody read it.
  estimated_j double precision not null,
  bridged_j double precision not null,
  measured_ms double precision not null,
  primary key (host_id, at_ms)
);
create index host_energy_at_idx on host_energy (at_ms);

create table tenant_energy (
  at_ms double precision not null,
  host_id text not null,
  cloud_id text not null,
  -- Empty: nobody; with a project and no instance: what the project has of a host that it leases.
  instance_id text not null,
  project_id text not null,
  idle_j double precision not null,
  dynamic_j double precision not null,
  estimated_j double precision not null,
  primary key (at_ms, host_id, instance_id, project_id)
);

-- The last batch that was added: the same again adds nothing.
create table energy_batch (
  scope text primary key,
  id text not null
);
