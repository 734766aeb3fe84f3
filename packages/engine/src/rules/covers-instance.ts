// Whether a rule looks at an instance at all: several fields narrow each other, within a field one hit is enough, an
// empty coverage covers everything. An expression that cannot be decided makes the coverage unknown, which never acts.
import { nativeOf } from '@gleaner/model'
import type { BoolReader } from './bind-scope.ts'
import type { CompiledCoverage } from './compile-rule.ts'
import type { Cursor } from './cursor.ts'
import { isFalse, isTrue, type Ternary } from './ternary.ts'

export function coversInstance(
  coverage: CompiledCoverage,
  cursor: Cursor,
  expression: BoolReader | undefined,
): Ternary {
  const { instance, project } = cursor
  const { clouds, projects, tags, instances } = coverage
  if (clouds !== undefined && !clouds.has(instance.cloudId)) return isFalse
  if (
    projects !== undefined &&
    !projects.has(instance.projectId) &&
    !(project !== undefined && projects.has(project.name)) &&
    !projects.has(nativeOf(instance.projectId))
  )
    return isFalse
  if (
    instances !== undefined &&
    !instances.has(instance.id) &&
    !instances.has(instance.name) &&
    !instances.has(nativeOf(instance.id))
  )
    return isFalse
  if (tags !== undefined && !instance.tags.some((tag) => tags.has(tag))) return isFalse
  return expression === undefined ? isTrue : expression(cursor)
}
