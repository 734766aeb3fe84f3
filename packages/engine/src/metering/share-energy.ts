// Who is to be told that energy of a host is theirs. A host's energy is what it draws at rest anyway, and what work adds; each
// is shared by a rule of its own, as the operator chose:
//
// - equal: alike to all instances on the host;
// - size: by vcpus, of all the host can sell; what is not sold stays with nobody (a lease of the host takes it over);
// - usage: by cpu time, as Scaphandre does with the whole and Kepler with the dynamic part;
// - none: with nobody, as Kepler leaves the idle part with the node.
//
// Whatever the rule, the shares and what stays with nobody are the energy that was measured, no more and no less.
import type { InstanceId, ProjectId } from '@gleaner/model'

export const idleShareRules = ['equal', 'size', 'usage', 'none'] as const
export type IdleShareRule = (typeof idleShareRules)[number]
export const dynamicShareRules = ['equal', 'size', 'usage'] as const
export type DynamicShareRule = (typeof dynamicShareRules)[number]

export interface ShareRules {
  readonly idle: IdleShareRule
  readonly dynamic: DynamicShareRule
}

export const defaultShareRules: ShareRules = { idle: 'size', dynamic: 'usage' }

export interface Tenant {
  readonly instanceId: InstanceId
  readonly projectId: ProjectId
  readonly vcpus: number
  /** NaN where it is not measured: it then counts as busy as those beside it are on average. */
  readonly usedCores: number
}

export interface Tenancy {
  readonly cores: number
  /** What the host draws at rest; NaN where nobody knows: all it draws then counts as that. */
  readonly idlePowerW: number
  readonly tenants: readonly Tenant[]
  /** Has the host as a whole: pays for what its instances do not use. */
  readonly leasedTo: ProjectId | undefined
}

export interface EnergyShares {
  /** Beside `tenants`, in their order. */
  readonly idleJ: Float64Array
  readonly dynamicJ: Float64Array
  readonly restIdleJ: number
  readonly restDynamicJ: number
}

/** `energyJ` was drawn within `durationMs`. */
export function shareEnergy(
  { energyJ, durationMs }: { readonly energyJ: number; readonly durationMs: number },
  tenancy: Tenancy,
  rules: ShareRules,
): EnergyShares {
  const { idlePowerW } = tenancy
  const idleTotalJ = Number.isNaN(idlePowerW) ? energyJ : Math.min(energyJ, (idlePowerW * durationMs) / 1000)
  const idleJ = weightsOf(tenancy, rules.idle)
  const dynamicJ = weightsOf(tenancy, rules.dynamic)
  const whole = rules.idle === 'size' ? tenancy.cores : 0
  const restIdleJ = scale(idleJ, idleTotalJ, whole)
  const restDynamicJ = scale(dynamicJ, energyJ - idleTotalJ, 0)
  return { idleJ, dynamicJ, restIdleJ, restDynamicJ }
}

/** Less is nothing: shares of it would be shares of rounding. */
const leastCores = 1e-9

function coresOf({ usedCores }: Tenant): number {
  return usedCores < leastCores ? 0 : usedCores
}

function weightsOf({ tenants }: Tenancy, rule: IdleShareRule): Float64Array {
  const weights = new Float64Array(tenants.length)
  if (rule === 'none') return weights
  if (rule === 'equal') return weights.fill(1)
  const busy = rule === 'usage' ? busyOf(tenants) : undefined
  tenants.forEach((tenant, index) => {
    const { vcpus } = tenant
    const usedCores = coresOf(tenant)
    // Nobody's usage is known, or all of them do nothing: what there is goes by size.
    weights[index] = busy === undefined || busy === 0 ? vcpus : Number.isNaN(usedCores) ? busy * vcpus : usedCores
  })
  return weights
}

/** Cores used per vcpu by those who are measured; undefined when nobody is. */
function busyOf(tenants: readonly Tenant[]): number | undefined {
  let used = 0
  let vcpus = 0
  for (const tenant of tenants) {
    const usedCores = coresOf(tenant)
    if (Number.isNaN(usedCores)) continue
    used += usedCores
    vcpus += tenant.vcpus
  }
  return vcpus === 0 ? undefined : used / vcpus
}

/** From weights to joules, in place; answers what is left of the total. `whole`: the weight of all there is to give. */
function scale(weights: Float64Array, totalJ: number, whole: number): number {
  let sum = 0
  for (const weight of weights) sum += weight
  const all = Math.max(sum, whole)
  if (all === 0) return totalJ
  let given = 0
  for (let index = 0; index < weights.length; index++) {
    const part = (totalJ * (weights[index] as number)) / all
    weights[index] = part
    given += part
  }
  return sum < all ? totalJ - given : 0
}
