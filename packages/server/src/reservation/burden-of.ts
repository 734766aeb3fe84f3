// How many instances of others would have to leave each host if a project had it as a whole, by the last reading.
import { burdenOn, indexSupports } from '@gleaner/engine'
import type { CloudId, HostId, ProjectId } from '@gleaner/model'
import type { Runtime } from '../runtime.ts'

export function burdenOf(
  { state, clouds }: Pick<Runtime, 'state' | 'clouds'>,
  { cloudId, projectId }: { readonly cloudId: CloudId; readonly projectId: ProjectId },
): (hostId: HostId) => number {
  const snapshot = state.clouds.get(cloudId)?.snapshot
  const cloud = clouds.get(cloudId)
  if (snapshot === undefined || cloud === undefined) return () => 0
  const question = { snapshot, support: indexSupports([cloud]).get(cloudId), projectId }
  return (hostId) => {
    const host = snapshot.hostById.get(hostId)
    return host === undefined ? 0 : burdenOn(host, question)
  }
}
