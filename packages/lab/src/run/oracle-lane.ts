// The oracle's estimates of one host in the shape of all others, judged by the same rules.
import {
  addJudgement,
  type Fared,
  type HostSlice,
  judgeSlice,
  maximumOf,
  nothingJudged,
  peakOracle,
  percentileOf,
  type Resource,
  type ResourceEstimate,
  type SliceOutcome,
  tiersOf,
} from '@gleaner/engine/oversubscription'

export class OracleLane {
  readonly #resource: Resource
  #before: SliceOutcome | undefined
  #fared: Fared = nothingJudged

  constructor(resource: Resource) {
    this.#resource = resource
  }

  add(slice: HostSlice, next: HostSlice | undefined): ResourceEstimate {
    const resource = this.#resource
    const { capacity, usage } = slice[resource]
    const instances = slice.instances.filter(({ isRepeat }) => isRepeat !== true)
    const booked = instances.reduce((sum, instance) => sum + instance[resource].allocation, 0)
    const future = next === undefined ? [slice] : [slice, next]
    const used = Math.min(capacity, peakOracle(future, 0, { resource, horizon: 1 }))
    const tiers = tiersOf(resource, used, capacity)
    const facts = { p99: percentileOf(usage, 99), peak: maximumOf(usage) }
    const now: SliceOutcome = { capacity, booked, free: tiers.tier2, used, ...facts, samples: usage }
    if (this.#before !== undefined) {
      this.#fared = addJudgement(this.#fared, judgeSlice(this.#before, now), capacity)
    }
    this.#before = now
    return {
      resource,
      capacity,
      booked,
      used,
      free: tiers.tier2,
      usable: booked + tiers.tier2,
      ratio: capacity > 0 ? (booked + tiers.tier2) / capacity : 0,
      tiers,
      isStable: true,
      evidence: { peak: used },
      fared: this.#fared,
    }
  }
}
