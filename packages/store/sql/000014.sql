-- What operators tell of hosts beside what their clouds tell: properties, and whether a host can be reserved; and which properties
-- are shown to operators only.

create table host_offer (
  host_id text primary key,
  document json not null
);

create table private_property (
  name text primary key
);
