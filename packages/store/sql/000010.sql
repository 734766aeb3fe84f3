-- What is remembered of a host that Gleaner switches off and on: however long ago it was put to sleep, it is known whose it is to wake.

create table host_power (
  host_id text primary key,
  document json not null
);
