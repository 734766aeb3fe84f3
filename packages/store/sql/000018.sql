-- An agent may only tell what the guests of its host report: such a host is no desktop. What guests said last stands beside the word of
-- its agent, and counts for no longer than each report says.
alter table join_token add column lends boolean not null default true;
alter table desktop add column lends boolean not null default true;
alter table desktop add column reports jsonb;
