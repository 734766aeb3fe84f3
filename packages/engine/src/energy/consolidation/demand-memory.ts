// What each instance used of processors in the last steps, in cores. Steps begin at whole multiples of their length since the
// epoch, so that one that is over never changes and is asked of the telemetry once. Forgetting all of it changes no answer.
import type { InstanceId } from '@gleaner/model'
import { isMeasured, type UsageAccess } from '../../ledger/usage-access.ts'

/** As many as the published detectors and Gleaner's averages look back. */
export const rememberedSteps = 48

export class DemandMemory {
  readonly #stepMs: number
  #known = new Map<InstanceId, Float64Array>()
  #kept = new Map<InstanceId, Float64Array>()
  #step = Number.NaN

  constructor(stepMs: number) {
    this.#stepMs = stepMs
  }

  /** To be called before the instances of a cycle are asked for: whoever is not asked for in a whole step is forgotten. */
  begin(nowMs: number): void {
    const step = Math.floor(nowMs / this.#stepMs)
    if (step === this.#step) return
    this.#kept = step - this.#step === 1 ? this.#known : new Map()
    this.#known = new Map()
    this.#step = step
  }

  /** Averages over the steps that are over, the newest first; NaN where nothing was measured. */
  pastOf(id: InstanceId, usage: UsageAccess): Float64Array {
    const known = this.#known.get(id)
    if (known !== undefined) return known
    const slot = usage.slotOf(id)
    const before = this.#kept.get(id)
    const past = new Float64Array(rememberedSteps)
    for (let lag = 0; lag < rememberedSteps; lag++)
      past[lag] = lag > 0 && before !== undefined ? (before[lag - 1] as number) : this.#ask(slot, lag, usage)
    this.#known.set(id, past)
    return past
  }

  #ask(slot: number, lag: number, usage: UsageAccess): number {
    if (slot < 0) return Number.NaN
    const request = { fn: 'average', metric: 'cpu', argument: 0, lengthMs: this.#stepMs } as const
    const value = usage.query(slot, request, (this.#step - lag) * this.#stepMs)
    return isMeasured(value) ? value : Number.NaN
  }
}
