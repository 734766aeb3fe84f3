// What of a host may be lent to those who could leave again, with everything promised since the reading: room that is
// promised counts as a newcomer's, who uses all of it; whoever is preemptible and could not begin to leave now keeps his part.
import type { InstanceId, PlacedInstance } from '@gleaner/model'
import type { Snapshot } from '../snapshot/snapshot.ts'
import type { Lendable } from './lendable-room.ts'

/** `instances` as the placement sees them: preemptible are those who may leave. */
export function lentLimit(
  { vcpus, ramMiB }: Lendable,
  instances: readonly PlacedInstance[],
  { instanceById }: Pick<Snapshot, 'instanceById'>,
): Lendable {
  const limit = { vcpus, ramMiB }
  for (const each of instances) {
    if (each.preemptible) continue
    const instance = instanceById.get(each.id as InstanceId)
    if (instance?.firmness === 'firm') continue
    limit.vcpus -= each.vcpus
    limit.ramMiB -= each.ramMiB
  }
  return { vcpus: Math.max(0, limit.vcpus), ramMiB: Math.max(0, limit.ramMiB) }
}
