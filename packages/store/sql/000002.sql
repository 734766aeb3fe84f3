-- Members see the proposals and actions of their own projects: found by project, newest first. The column follows from the
-- document, so rows and exports from before have it too.
alter table proposal add project_id text generated always as (document ->> 'projectId') stored;
create index proposal_project_idx on proposal (project_id, updated_at_ms desc);
create index journal_project_idx on journal (project_id, intended_at_ms desc);
