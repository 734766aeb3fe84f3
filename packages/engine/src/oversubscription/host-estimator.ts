// All estimates of one host, slice after slice: feeds the windows and the strategies, clips, rounds as the ancestor writes,
// and keeps the record of how each past estimate fared. Guarantees: in the corrected form no estimate is above the
// capacity, and a slice without any sample keeps the last estimate (or all of the capacity, when there is none) instead of
// counting as idle. Pure state: no clock, no I/O; `save` gives what a restart needs besides the last windows, which
// `warm` takes back in.
import { addJudgement, type Fared, judgeSlice, nothingJudged, type SliceOutcome } from './estimate-metrics.ts'
import { defaultGleanerOptions, type GleanerOptions } from './gleaner-options.ts'
import { type HostSlice, type Resource, resources } from './host-slice.ts'
import { makeStrategy } from './make-strategy.ts'
import { maximumOf, percentileOf } from './sample-statistics.ts'
import { SliceHistory } from './slice-history.ts'
import { judgeStability, type StabilityOptions, defaultStability } from './stability.ts'
import type { Evidence, SavedState, Strategy, StrategyName, StrategyRun } from './strategy.ts'
import { publishedParameters, type StrategyParameters } from './strategy-parameters.ts'
import { type Tiers, tiersOf } from './tiers.ts'

/** Given flags, one a slice in the order of time; where they end the detector takes over. */
export interface StabilityFlags {
  readonly cpu: readonly boolean[]
  readonly memory: readonly boolean[]
}

export interface EstimatorOptions {
  readonly strategies: readonly StrategyName[]
  readonly historyScopes: number
  readonly slicesPerScope: number
  readonly asPublished: boolean
  readonly aggregation: number
  readonly parameters: StrategyParameters
  readonly gleaner: GleanerOptions
  readonly stability: StabilityOptions
  readonly stabilityFlags?: StabilityFlags
}

export const defaultEstimatorOptions: EstimatorOptions = {
  strategies: ['gleaner'],
  historyScopes: 3,
  slicesPerScope: 1,
  asPublished: false,
  aggregation: 1,
  parameters: publishedParameters,
  gleaner: defaultGleanerOptions,
  stability: defaultStability,
}

export interface ResourceEstimate {
  readonly resource: Resource
  readonly capacity: number
  readonly booked: number
  /** Taken as used: the estimated peak. */
  readonly used: number
  /** What may be sold on top of what is booked. */
  readonly free: number
  /** What may be sold in all. */
  readonly usable: number
  /** usable / capacity. */
  readonly ratio: number
  readonly tiers: Tiers
  readonly isStable: boolean
  readonly evidence: Evidence
  readonly fared: Fared
}

/** What is known of a host from before the first slice. */
export interface RememberedPast {
  /** For so many estimates that could be judged it counts; then the strategy has seen as much itself. */
  readonly estimates: number
  /** The most that may have been used in it. */
  mostUsed(resource: Resource): number
}

export type HostEstimate = Readonly<Record<Resource, ResourceEstimate>>

interface Lane {
  readonly resource: Resource
  readonly strategy: Strategy
  /** One run a slice number; strategies that follow every slice have one. */
  readonly runs: (StrategyRun | undefined)[]
  before: SliceOutcome | undefined
  fared: Fared
}

export interface SavedEstimator {
  readonly lanes: Readonly<
    Record<
      string,
      {
        readonly runs: readonly (SavedState | null)[]
        readonly fared: Fared
        /** The last estimate, still to be judged; without the samples, which the judgement does not look at. */
        readonly before?: Omit<SliceOutcome, 'samples'>
      }
    >
  >
}

export class HostEstimator {
  readonly #options: EstimatorOptions
  readonly #histories: SliceHistory[]
  /** All slices one after the other, for strategies that find the period themselves. */
  readonly #stream: SliceHistory
  readonly #lanes: Lane[]

  constructor(options: EstimatorOptions, saved?: SavedEstimator) {
    this.#options = options
    this.#histories = Array.from({ length: options.slicesPerScope }, () => new SliceHistory(options))
    this.#stream = options.slicesPerScope === 1 ? (this.#histories[0] as SliceHistory) : new SliceHistory(options)
    this.#lanes = options.strategies.flatMap((name) => {
      const strategy = makeStrategy(name, options, options.gleaner)
      return resources.map((resource) => {
        const kept = saved?.lanes[`${name} ${resource}`]
        const runs = kept?.runs.map((state) => (state === null ? undefined : strategy.start(state))) ?? []
        const before = kept?.before === undefined ? undefined : { ...kept.before, samples: noSamples }
        return { resource, strategy, runs, before, fared: kept?.fared ?? nothingJudged }
      })
    })
  }

  /** Takes a slice into the windows without an estimate: what was known before a restart. */
  warm(slice: HostSlice): void {
    const { history } = this.#historyOf(slice)
    history.add(slice)
    if (history !== this.#stream) this.#stream.add(slice)
  }

  /** The first estimates are not below what was used before anybody looked, as far as that is given and was promised. */
  add(slice: HostSlice, past?: RememberedPast): ReadonlyMap<StrategyName, HostEstimate> {
    const { history, number } = this.#historyOf(slice)
    const isStable = {
      cpu: this.#isStable('cpu', history, slice),
      memory: this.#isStable('memory', history, slice),
    }
    this.warm(slice)
    const facts = {
      cpu: factsOf('cpu', slice),
      memory: factsOf('memory', slice),
    }
    const answers = new Map<StrategyName, Partial<Record<Resource, ResourceEstimate>>>()
    for (const lane of this.#lanes) {
      const { name } = lane.strategy
      let answer = answers.get(name)
      if (answer === undefined) answers.set(name, (answer = {}))
      const { resource } = lane
      answer[resource] = this.#estimate(lane, slice, {
        number,
        isStable: isStable[resource],
        past,
        ...facts[resource],
      })
    }
    return answers as ReadonlyMap<StrategyName, HostEstimate>
  }

  save(): SavedEstimator {
    const lanes = this.#lanes.map(({ strategy, resource, runs, fared, before }) => [
      `${strategy.name} ${resource}`,
      {
        runs: runs.map((run) => run?.save() ?? null),
        fared,
        ...(before === undefined ? {} : { before: bare(before) }),
      },
    ])
    return { lanes: Object.fromEntries(lanes) }
  }

  #historyOf(slice: HostSlice): { history: SliceHistory; number: number } {
    const number = slice.index % this.#options.slicesPerScope
    return { history: this.#histories[number] as SliceHistory, number }
  }

  #estimate(lane: Lane, slice: HostSlice, facts: SliceFacts): ResourceEstimate {
    const { resource, strategy } = lane
    const { capacity, usage } = slice[resource]
    const follows = strategy.name === 'gleaner'
    const history = follows ? this.#stream : (this.#histories[facts.number] as SliceHistory)
    const number = follows ? 0 : facts.number
    const run = (lane.runs[number] ??= strategy.start())
    const booked = history.booked(resource)
    const sight = { resource, capacity, booked, newest: usage, isStable: facts.isStable, history }
    // Nothing seen, or nothing there to sell.
    const isBlind = Number.isNaN(facts.peak) || !(capacity > 0)
    const answer = isBlind
      ? { used: capacity > 0 ? (lane.before?.used ?? capacity) : 0, evidence: { blind: 1 } }
      : run.step(sight)
    const before = isBlind || facts.past === undefined ? undefined : mostBefore(facts.past, lane, booked)
    const wanted = before === undefined ? answer.used : Math.max(answer.used, before)
    const used = this.#options.asPublished && !follows ? answer.used : Math.min(capacity, wanted)
    const tiers = tiersOf(resource, used, capacity)
    const now: SliceOutcome = {
      capacity,
      booked,
      free: tiers.tier2,
      used,
      p99: facts.p99,
      peak: facts.peak,
      samples: usage,
    }
    if (lane.before !== undefined && !isBlind) {
      lane.fared = addJudgement(lane.fared, judgeSlice(lane.before, now), capacity)
    }
    if (!isBlind || lane.before === undefined) lane.before = now
    return {
      resource,
      capacity,
      booked,
      used,
      free: tiers.tier2,
      usable: booked + tiers.tier2,
      ratio: capacity > 0 ? (booked + tiers.tier2) / capacity : 0,
      tiers,
      isStable: strategy.usesStability ? facts.isStable : true,
      evidence: before === undefined ? answer.evidence : { ...answer.evidence, mostBefore: before },
      fared: lane.fared,
    }
  }

  #isStable(resource: Resource, history: SliceHistory, slice: HostSlice): boolean {
    const given = this.#options.stabilityFlags?.[resource][slice.index]
    if (given !== undefined) return given
    if (!this.#lanes.some(({ strategy }) => strategy.usesStability)) return true
    return judgeStability({
      older: history.hosts.map((host) => host[resource].usage),
      newest: slice[resource].usage,
      capacity: slice[resource].capacity,
      options: { ...this.#options.stability, needed: history.length },
    }).isStable
  }
}

const noSamples = new Float64Array(0)

function bare({ capacity, booked, free, used, p99, peak }: SliceOutcome): Omit<SliceOutcome, 'samples'> {
  return { capacity, booked, free, used, p99, peak }
}

function mostBefore(past: RememberedPast, { fared, resource }: Lane, booked: number): number | undefined {
  return fared.judged < past.estimates ? Math.min(past.mostUsed(resource), booked) : undefined
}

interface SliceFacts {
  readonly number: number
  readonly past: RememberedPast | undefined
  readonly isStable: boolean
  readonly p99: number
  readonly peak: number
}

function factsOf(resource: Resource, slice: HostSlice): { p99: number; peak: number } {
  const { usage } = slice[resource]
  return { p99: percentileOf(usage, 99), peak: maximumOf(usage) }
}
