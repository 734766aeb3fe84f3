// What of the clouds a caller may see. Operators and administrators see everything. A viewer sees everything it may read
// unless its token names projects. A member sees the instances of its projects only, and none when it has none; objects
// of others do not exist for it. A project is named by its id, or by its name, which then counts in every cloud.
import type { ProjectId } from '@gleaner/model'
import type { Caller } from '../application.ts'

export interface Visibility {
  /** True when nothing is hidden. */
  readonly all: boolean
  /** What belongs to no project, such as a step on a host, is for those from whom nothing is hidden. */
  sees(projectId: ProjectId | undefined): boolean
  /** Ids of all projects that are seen, for queries of the store; undefined when nothing is hidden. */
  readonly projectIds: readonly string[] | undefined
}

const everything: Visibility = { all: true, sees: () => true, projectIds: undefined }

export function visibilityOf(
  caller: Pick<Caller, 'role' | 'projects'>,
  projectNames: ReadonlyMap<ProjectId, string>,
): Visibility {
  if (caller.role === 'operator' || caller.role === 'administrator') return everything
  if (caller.role === 'viewer' && caller.projects.length === 0) return everything
  const granted = new Set(caller.projects)
  const seen = new Set<string>(caller.projects.filter((name) => name.includes(':')))
  for (const [id, name] of projectNames) if (granted.has(id) || granted.has(name)) seen.add(id)
  return { all: false, sees: (projectId) => projectId !== undefined && seen.has(projectId), projectIds: [...seen] }
}
