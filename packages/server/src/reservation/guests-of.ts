// Instances of the lease's own project on its hosts, as the last reading of the cloud has them.
import type { Instance, Lease } from '@gleaner/model'
import type { Runtime } from '../runtime.ts'

export function guestsOf({ state }: Pick<Runtime, 'state'>, lease: Lease): readonly Instance[] {
  const snapshot = state.clouds.get(lease.cloudId)?.snapshot
  return lease.reservations
    .filter(({ wish }) => wish.kind === 'hosts')
    .flatMap(({ shares }) => shares.flatMap(({ hostId }) => snapshot?.instancesOfHost.get(hostId) ?? []))
    .filter(({ projectId }) => projectId === lease.projectId)
}
