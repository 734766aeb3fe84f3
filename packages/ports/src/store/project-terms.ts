// What holds for the rules in single projects, as it is kept.
import type { ProjectId, ProjectLimits, ProjectOptOut, ProjectTerms, TermsOfProjects } from '@gleaner/model'
import type { AuditEntry } from './audit.ts'

/** One of the two things that can be said of a project; the other stays as it is. */
export type ProjectTermsChange = { readonly optOut: ProjectOptOut | undefined } | { readonly limits: ProjectLimits }

export interface ProjectTermsStore {
  all(): Promise<TermsOfProjects>
  /**
   * The change and the line of who made it, both or neither. `lineOf` sees the terms before, which nobody else changes meanwhile;
   * when it throws nothing is changed.
   */
  change(
    projectId: ProjectId,
    change: ProjectTermsChange,
    lineOf: (before: ProjectTerms) => AuditEntry,
  ): Promise<ProjectTerms>
}
