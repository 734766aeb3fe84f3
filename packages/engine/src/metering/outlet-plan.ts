// What hangs on an outlet, as the operator says: one host, one of several feeds of a host, or several hosts that share it, as
// the blades of a chassis do.
import type { CloudId, HostId, OutletId } from '@gleaner/model'
import type { WatchLimits } from './outlet-watch.ts'
import type { Tenancy } from './share-energy.ts'

export const outletShareKeys = ['equal', 'cores', 'usage'] as const
/** How hosts on one outlet share it: alike, by their cores, by the cores that are used on them, or by fixed parts. */
export type OutletShareKey = (typeof outletShareKeys)[number] | readonly number[]

export interface OutletPlan extends WatchLimits {
  readonly outlet: OutletId
  readonly hosts: readonly { readonly hostId: HostId; readonly cloudId: CloudId }[]
  readonly share: OutletShareKey
  /** Readings further apart than this are not joined. */
  readonly longestStepMs: number
  /** Its figures come from a model. */
  readonly isEstimate: boolean
}

/** The part of each host, in their order; together 1. What a key cannot tell of one of them goes by cores. */
export function outletParts(share: OutletShareKey, tenancies: readonly (Tenancy | undefined)[]): readonly number[] {
  const weights = weightsOf(share, tenancies)
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return weights.map((weight) => (sum > 0 ? weight / sum : 1 / weights.length))
}

function weightsOf(share: OutletShareKey, tenancies: readonly (Tenancy | undefined)[]): readonly number[] {
  if (typeof share !== 'string') return share
  if (share === 'equal' || tenancies.includes(undefined)) return tenancies.map(() => 1)
  const cores = tenancies.map((tenancy) => tenancy?.cores ?? 0)
  if (share === 'cores') return cores
  const used = tenancies.map((tenancy) => (tenancy?.tenants ?? []).reduce((sum, { usedCores }) => sum + usedCores, 0))
  return used.some(Number.isNaN) || used.every((each) => each === 0) ? cores : used
}
