// Who stands on a whole host of a lease without belonging to its project, and takes room there: all that has to be gone before
// it begins. What rests and holds nothing (stopped, on a cloud that gives its room back then) is in nobody's way.
import type { Host, Instance, ProjectId } from '@gleaner/model'
import { holdingTable } from '../ledger/holding.ts'
import type { StepSupports } from '../ledger/action-support.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'

export interface StrangersQuestion {
  readonly snapshot: Snapshot
  readonly support: StepSupports | undefined
  readonly projectId: ProjectId
}

export function strangersOn(host: Host, { snapshot, support, projectId }: StrangersQuestion): readonly Instance[] {
  const holding = holdingTable(support)
  return (snapshot.instancesOfHost.get(host.id) ?? []).filter((instance) => {
    if (instance.projectId === projectId) return false
    const { booked, memory } = holding(instance.state)
    return host.coreRatio === undefined ? memory : booked
  })
}

/** A firm one has to be moved, which may fail; a preemptible one leaves. */
const firmWeighs = 1000

export function burdenOn(host: Host, question: StrangersQuestion): number {
  return strangersOn(host, question).reduce((sum, { firmness }) => sum + (firmness === 'firm' ? firmWeighs : 1), 0)
}
