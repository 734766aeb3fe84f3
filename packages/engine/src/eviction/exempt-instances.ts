// Who may not be chosen as a victim although preemptible, and why: protected or refused by a person, opted out, or of a
// project whose disruption budget is used up. Youth is judged by the placement itself.
import { type DisruptionBudget, type Exemption, type InstanceId, isGoing, type ProjectId } from '@gleaner/model'
import { isActiveHold } from '../people/winning-hold.ts'
import type { RoomWorld } from './room-world.ts'
import { ofProject } from './victim-terms.ts'

export function exemptInstances(world: RoomWorld): Map<InstanceId, Exemption> {
  const { snapshot, policy, preemption, holds, nowMs } = world
  const refused = new Set(
    holds.filter((hold) => hold.kind === 'veto' && isActiveHold(hold, nowMs)).map(({ instanceId }) => instanceId),
  )
  const exempt = new Map<InstanceId, Exemption>()
  const left = new Map<ProjectId, number>()
  for (const instance of snapshot.instances) {
    if (instance.firmness !== 'preemptible') continue
    const { id, projectId } = instance
    if (
      instance.protectedBy !== undefined ||
      refused.has(id) ||
      instance.tags.some((tag) => policy.protectedTags.includes(tag))
    )
      exempt.set(id, 'protected')
    else if (instance.tags.includes(preemption.optOutTag)) exempt.set(id, 'opted-out')
    else {
      const rest = left.get(projectId) ?? budgetLeft(world, projectId)
      left.set(projectId, rest)
      if (rest <= 0) exempt.set(id, 'budget')
    }
  }
  return exempt
}

/** How many more instances of the project may be evicted now: those under way count as well. */
export function budgetLeft(world: RoomWorld, projectId: ProjectId): number {
  const budget = budgetOf(world, projectId)
  let used = 0
  for (const eviction of world.evictions)
    if (eviction.projectId === projectId && !(eviction.evictedAtMs <= world.nowMs - budget.windowMs)) used++
  for (const { victims } of world.decisions)
    for (const victim of victims) if (victim.projectId === projectId && isGoing(victim)) used++
  return budget.evictions - used
}

function budgetOf({ snapshot, preemption }: RoomWorld, id: ProjectId): DisruptionBudget {
  const name = snapshot.projectById.get(id)?.name ?? id
  return ofProject(preemption.budgetOfProject, { id, name }) ?? preemption.budget
}
