// The oracle that knows the future: at slice t, the largest usage that the instances present at t reach together within
// the next `horizon` slices; what they were promised when there is no such slice or nobody is there. Nobody can act on it;
// it is what predictors are scored against.
// Source: the peak oracle of Google's cluster-resource-forecast.
import type { HostSlice, Resource } from './host-slice.ts'

export interface OracleQuestion {
  readonly resource: Resource
  /** How many slices ahead. */
  readonly horizon: number
}

export function peakOracle(slices: readonly HostSlice[], at: number, question: OracleQuestion): number {
  const { resource, horizon } = question
  const now = slices[at]
  if (now === undefined) return Number.NaN
  const present = new Set(now.instances.map(({ name }) => name))
  const promised = now.instances.reduce((sum, instance) => sum + instance[resource].allocation, 0)
  let peak = Number.NaN
  for (const slice of slices.slice(at + 1, at + 1 + horizon)) {
    const usages = slice.instances.filter(({ name }) => present.has(name)).map((instance) => instance[resource].usage)
    const length = Math.max(0, ...usages.map((usage) => usage.length))
    for (let i = 0; i < length; i++) {
      let total = Number.NaN
      for (const usage of usages) {
        const value = usage[i]
        if (value === undefined || Number.isNaN(value)) continue
        total = Number.isNaN(total) ? value : total + value
      }
      if (!Number.isNaN(total) && !(total <= peak)) peak = total
    }
  }
  return Number.isNaN(peak) ? promised : peak
}
