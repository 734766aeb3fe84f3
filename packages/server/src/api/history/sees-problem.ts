// Whether a caller may see a problem. Who sees only some projects sees the problems of their instances, and those that are
// about no instance at all: that a cloud does not answer concerns everybody.
import type { InstanceId, Problem, ProjectId } from '@gleaner/model'
import type { Visibility } from '../../auth/visibility.ts'
import type { WorldIndex } from '../view/world-index.ts'

/** Subjects that are about no single instance begin with one of these words. */
const common = /^(?:cloud|usage of cloud|host|loop|store|database|server|gleaner|rule)\b/

export function seesProblem(problem: Pick<Problem, 'subject'>, world: WorldIndex, sight: Visibility): boolean {
  if (sight.all) return true
  const project = /^project (.+)$/.exec(problem.subject)?.[1]
  if (project !== undefined) return sight.sees(project as ProjectId)
  const id = problem.subject.replace(/^instance +/, '') as InstanceId
  const instance = world.instanceById.get(id)
  if (instance !== undefined) return sight.sees(instance.projectId)
  return common.test(problem.subject)
}
