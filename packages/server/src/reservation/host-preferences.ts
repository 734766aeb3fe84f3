// Which hosts a lease rather has, by the last reading: how many instances of others would have to leave each if its project
// had it as a whole, and, where operators want that to count, the work it does per watt.
import { burdenOn, indexSupports, type LeaseQuestion } from '@gleaner/engine'
import type { CloudId, ProjectId } from '@gleaner/model'
import { weighedEfficiency } from '../energy/figures.ts'
import type { Runtime } from '../runtime.ts'

export function hostPreferences(
  { state, clouds, config }: Pick<Runtime, 'state' | 'clouds' | 'config'>,
  { cloudId, projectId }: { readonly cloudId: CloudId; readonly projectId: ProjectId },
): Pick<LeaseQuestion, 'burdenOf' | 'efficiencyOf'> {
  const snapshot = state.clouds.get(cloudId)?.snapshot
  const cloud = clouds.get(cloudId)
  if (snapshot === undefined || cloud === undefined) return {}
  const question = { snapshot, support: indexSupports([cloud]).get(cloudId), projectId }
  const efficiency = weighedEfficiency(config, snapshot)
  return {
    burdenOf: (hostId) => {
      const host = snapshot.hostById.get(hostId)
      return host === undefined ? 0 : burdenOn(host, question)
    },
    ...(efficiency === undefined ? {} : { efficiencyOf: (hostId) => efficiency.get(hostId) }),
  }
}
