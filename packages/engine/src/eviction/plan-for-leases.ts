// Preemptible instances leave a whole host in time before a lease of another project begins there: each early enough for its
// notice and what its leaving takes, and none earlier, because until then the host is lent. Who has opted out or is
// protected stays. A disruption budget does not keep them: whoever runs on a host that is promised agreed to that
// beforehand, as with the maximum run time. Instances of the lease's own project may stay.
import { type EvictionDecision, type Instance, type InstanceId, isGoing, startStates } from '@gleaner/model'
import { exemptInstances } from './exempt-instances.ts'
import { hostsNow } from './hosts-now.ts'
import type { EvictionPlan, PlannedVictim } from './plan-eviction.ts'
import { actionOf, planWith } from './plan-proactive.ts'
import type { RoomWorld } from './room-world.ts'
import { noticeMsOf } from './victim-terms.ts'

/** From the end of the notice to the empty host: the second look, the call, and the guest's own farewell. */
export const leavingMs = 300_000

/** Whoever has to be told by now; undefined when that is nobody. */
export function planForLeases(world: RoomWorld): EvictionPlan | undefined {
  const action = actionOf(world)
  if (action === undefined || world.promisedTo === undefined || world.promisedTo.size === 0) return undefined
  const exempt = exemptInstances(world)
  const victims = hostsNow({ world, action, soon: true }).hosts.flatMap(({ instances }) =>
    instances.flatMap(({ id, preemptible }): PlannedVictim[] => {
      const instance = world.snapshot.instanceById.get(id as InstanceId)
      if (!preemptible || instance?.hostId === undefined || !startStates[action].includes(instance.state)) return []
      const why = exempt.get(instance.id)
      if (why === 'protected' || why === 'opted-out') return []
      return world.nowMs >= tellAtMs(instance, world) ? [{ instanceId: instance.id, hostId: instance.hostId }] : []
    }),
  )
  return victims.length === 0 ? undefined : planWith({ victims, cost: victims.length, action })
}

/** When it has to be told at the latest; never where no other project has been promised its host. */
function tellAtMs(instance: Instance, { promisedTo, snapshot, preemption }: RoomWorld): number {
  const lease = instance.hostId === undefined ? undefined : promisedTo?.get(instance.hostId)
  if (lease === undefined || lease.projectId === instance.projectId) return Number.POSITIVE_INFINITY
  const { projectId } = instance
  const project = { id: projectId, name: snapshot.projectById.get(projectId)?.name ?? projectId }
  return lease.startMs - noticeMsOf(instance, project, preemption) - leavingMs
}

/** Whose host is still promised to another project: the lease may have been called off, or begin much later by now. */
export function stillPromised(world: RoomWorld, decision: EvictionDecision): EvictionPlan {
  const victims = decision.victims.filter(isGoing).flatMap(({ instanceId, hostId }): PlannedVictim[] => {
    const instance = world.snapshot.instanceById.get(instanceId)
    // Gone is looked at elsewhere: what is not known to be free is not called off.
    const isWanted = instance === undefined || world.nowMs >= tellAtMs(instance, world)
    return isWanted ? [{ instanceId, hostId }] : []
  })
  return planWith({ victims, cost: victims.length, action: decision.victims[0]?.action })
}
