// The three tiers in which the ancestor writes an estimate: tier 0 is surely used, tier 1 perhaps, tier 2 is free.
// CPU: one decimal, halves to even. Memory: whole MB, cut off. Every strategy answers one figure, so tier 1 is 0 but for
// the tenth that rounding down an exact half leaves over.
// Source: ScroogeVM, model/slicemodel.py (convert_cpu_mem_tiers).
import type { Resource } from './host-slice.ts'
import { roundToTenth } from './round-half-even.ts'

export interface Tiers {
  readonly tier0: number
  readonly tier1: number
  /** What is free. */
  readonly tier2: number
}

export function tiersOf(resource: Resource, used: number, capacity: number): Tiers {
  const round = resource === 'cpu' ? roundToTenth : Math.trunc
  const tier0 = positiveZero(round(used))
  const rest = Math.max(0, round(used - tier0))
  if (rest > capacity) return { tier0, tier1: capacity - tier0, tier2: 0 }
  return { tier0, tier1: positiveZero(rest), tier2: Math.max(0, positiveZero(round(capacity - rest - tier0))) }
}

function positiveZero(value: number): number {
  return value === 0 ? 0 : value
}
