-- Changes of a desktop's phase are numbered by its agent; those up to this number count already. An agent that joins anew gives its new
-- changes larger ones: what it could not tell under its old key is told under the new one, and still counts once.
alter table desktop add column changes_taken bigint not null default 0;
