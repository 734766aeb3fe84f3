// Whether an instance of the pool may leave, and what it costs as a victim. It may leave when it is not exempt and has had
// its minimum run time. Its cost is, by the objective, 1; its core-seconds so far; or the seconds of its running billing
// period. An age below 0 is that of a clock ahead of ours: the instance has just started, it has done no work and used
// nothing of its period.
import type { Objective } from '@gleaner/model'
import type { PreemptiblePool } from '../placement/preemptible-pool.ts'
import { remainderS } from '../placement/remainders.ts'

export interface Costing {
  readonly objective: Objective
  readonly billingPeriodS: number
  readonly minimumRunS: number
  readonly nowS: number
}

/** Below 0: it may not leave. */
export function victimCost({ exempt, startedS, sizes }: PreemptiblePool, at: number, by: Costing): number {
  const ageS = Math.max(0, by.nowS - (startedS[at] as number))
  if (exempt[at] !== 0 || ageS < by.minimumRunS) return -1
  if (by.objective === 'fewest-victims') return 1
  return by.objective === 'least-work' ? (sizes[at * 3] as number) * ageS : remainderS(ageS, by.billingPeriodS)
}
