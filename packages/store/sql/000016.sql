-- What holds for the rules in single projects: that they leave a project alone for a time, and how far they go there.
create table project_terms (
  project_id text primary key,
  opt_out json,
  limits json not null
);
