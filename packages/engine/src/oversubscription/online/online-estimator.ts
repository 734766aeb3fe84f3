// Estimates of all hosts, kept up scope by scope over the live telemetry. Guarantees: no estimate is above the capacity or
// what is booked, or negative, or NaN; a scope in which too little was measured changes no estimate and is told as such; a
// scope is estimated once and never again, whichever way the clock jumps. Pure state: the caller says when a scope has ended
// and stores what `stateOf` gives. Between two scopes what the strategies carry is kept packed, in the very bytes that are
// stored: a host is unpacked once an hour, and packed it takes a tenth of the memory. It does not grow with time; what left is
// forgotten (host-memory.ts).
import { type EstimateRecord, type HostEstimate, type HostId, type InstanceId, type PeakEstimate } from '@gleaner/model'
import { HostEstimator, type RememberedPast, type ResourceEstimate, type SavedEstimator } from '../host-estimator.ts'
import type { HostSlice } from '../host-slice.ts'
import { maximumOf, meanOf } from '../sample-statistics.ts'
import { defaultStability } from '../stability.ts'
import type { Fared } from '../estimate-metrics.ts'
import type { OnlineOptions, RatioLimits, RatioOptions } from './online-options.ts'
import { ratioAim } from './ratio-aim.ts'
import { loadSlice, type SavedSlice, saveSlice } from './saved-slices.ts'
import { mostUsed, readScope, type ScopeInput } from './scope-reading.ts'

export interface EstimateWork extends Omit<ScopeInput, 'known' | 'span'> {
  /** End of the scope, which must have passed. */
  readonly endMs: number
  readonly stepMs: number
  readonly ratios: RatioOptions
  readonly headroomShare: number
}

/** Text into fewer bytes and back; the engine itself knows no compression. `unpack` may throw. */
export interface StateCodec {
  pack(text: string): Uint8Array
  unpack(bytes: Uint8Array): string
}

interface Kept {
  readonly estimate: HostEstimate
  readonly known: ReadonlySet<InstanceId>
  /** Undefined while nothing is carried on. */
  readonly state: Uint8Array | undefined
}

/** What is unpacked while a host is estimated. */
interface Working {
  readonly estimator: HostEstimator
  /** The last slices, where the strategy looks at them again. */
  readonly window: readonly HostSlice[]
}

interface SavedHost {
  /** The strategy it is of. */
  readonly strategy: string
  readonly known: readonly InstanceId[]
  readonly estimator: SavedEstimator
  readonly window: readonly SavedSlice[]
}

const nobody: ReadonlySet<InstanceId> = new Set()
const nothingCarried = new Uint8Array(0)

export class OnlineEstimator {
  readonly options: OnlineOptions
  readonly #codec: StateCodec
  readonly #hosts = new Map<HostId, Kept>()

  constructor(options: OnlineOptions, codec: StateCodec) {
    this.options = options
    this.#codec = codec
  }

  get size(): number {
    return this.#hosts.size
  }

  /** The last estimate of a host, whatever its age. */
  estimateOf(hostId: HostId): HostEstimate | undefined {
    return this.#hosts.get(hostId)?.estimate
  }

  /** The instances that the last estimate of the host is about. */
  knownOn(hostId: HostId): ReadonlySet<InstanceId> {
    return this.#hosts.get(hostId)?.known ?? nobody
  }

  hostIds(): IterableIterator<HostId> {
    return this.#hosts.keys()
  }

  /** Undefined when this scope, or a later one, has been estimated already. */
  estimate(work: EstimateWork): HostEstimate | undefined {
    const { host, endMs, stepMs } = work
    const { scopeMs, leastCoverage, rememberMs } = this.options
    const kept = this.#hosts.get(host.id)
    const before = kept?.estimate
    if (before !== undefined && before.atMs >= endMs) return undefined
    const span = { fromMs: endMs - scopeMs, toMs: endMs, stepMs }
    const { slice, coverage } = readScope({ ...work, span, known: kept?.known ?? nobody })
    // So little is no scope: the strategies are not shown it, and what was estimated stays.
    const isBlind = !(coverage >= leastCoverage)
    const working = isBlind ? undefined : this.#unpack(kept?.state)
    const past: RememberedPast = {
      estimates: Math.ceil(rememberMs / scopeMs),
      mostUsed: (resource) => mostUsed({ ...work, span }, resource, rememberMs),
    }
    const answer = working?.estimator.add(slice, past).get(this.options.strategy)
    const about = { hostId: host.id, cloudId: host.cloudId, atMs: endMs, scopeMs, strategy: this.options.strategy }
    const measuredAtMs = isBlind ? before?.measuredAtMs : endMs
    const parts = { headroomShare: work.headroomShare, isFollowing: follows(before, endMs, this.options.keepMs) }
    const estimate: HostEstimate = {
      ...about,
      measuredAtMs,
      coverage,
      cores: peakEstimate(answer?.cpu, before?.cores, {
        ...parts,
        limits: work.ratios.cores,
        ratioInForce: host.coreRatio,
        share: slice.cpu,
        booked: slice.instances.reduce((sum, { cpu }) => sum + cpu.allocation, 0),
      }),
      memoryMiB: peakEstimate(answer?.memory, before?.memoryMiB, {
        ...parts,
        limits: work.ratios.memoryMiB,
        ratioInForce: host.memoryRatio,
        share: slice.memory,
        booked: slice.instances.reduce((sum, { memory }) => sum + memory.allocation, 0),
      }),
    }
    if (working === undefined) this.#hosts.set(host.id, { known: nobody, state: undefined, ...kept, estimate })
    else {
      // One that is paused may go on at any time: it counts as a newcomer then.
      const known = slice.instances.flatMap(({ name, cpu }) => (cpu.allocation > 0 ? [name as InstanceId] : []))
      const window = [...working.window, slice].slice(Math.max(0, working.window.length + 1 - this.#windowLength))
      const state = this.#pack({ estimator: working.estimator, window }, known)
      this.#hosts.set(host.id, { estimate, known: new Set(known), state })
    }
    return estimate
  }

  forget(hostId: HostId): void {
    this.#hosts.delete(hostId)
  }

  clear(): void {
    this.#hosts.clear()
  }

  /** What a restart needs besides the last estimate; empty where nothing is carried on. */
  stateOf(hostId: HostId): Uint8Array {
    return this.#hosts.get(hostId)?.state ?? nothingCarried
  }

  /** False when something was learned that is not of this version or strategy: the estimate is kept, and learning begins anew. */
  load(estimate: HostEstimate, state: Uint8Array): boolean {
    const saved = this.#read(state)
    const fresh = { estimate, known: nobody, state: undefined }
    this.#hosts.set(estimate.hostId, saved === undefined ? fresh : { estimate, known: new Set(saved.known), state })
    return saved !== undefined || state.length === 0
  }

  #pack({ estimator, window }: Working, known: readonly InstanceId[]): Uint8Array {
    const { strategy } = this.options
    const saved: SavedHost = { strategy, known, estimator: estimator.save(), window: window.map(saveSlice) }
    return this.#codec.pack(JSON.stringify(saved))
  }

  #unpack(state: Uint8Array | undefined): Working {
    const saved = state === undefined ? undefined : this.#read(state)
    if (saved === undefined) return { estimator: this.#make(), window: [] }
    const estimator = this.#make(saved.estimator)
    const window = saved.window.slice(Math.max(0, saved.window.length - this.#windowLength)).map(loadSlice)
    for (const slice of window) estimator.warm(slice)
    return { estimator, window }
  }

  /** Undefined when it cannot be gone on from: damaged, of another version, of another strategy. */
  #read(state: Uint8Array): SavedHost | undefined {
    if (state.length === 0) return undefined
    try {
      const saved = JSON.parse(this.#codec.unpack(state)) as SavedHost
      if (saved.strategy !== this.options.strategy || !Array.isArray(saved.known)) return undefined
      // That it can be gone on from is only certain when it was tried.
      this.#make(saved.estimator)
      saved.window.map(loadSlice)
      return saved
    } catch {
      return undefined
    }
  }

  /** Gleaner's own strategy remembers by itself: raw samples would be memory without a reader. */
  get #windowLength(): number {
    const { strategy, historyScopes } = this.options
    return strategy === 'gleaner' ? 0 : historyScopes + 1
  }

  #make(saved?: SavedEstimator): HostEstimator {
    const { strategy, parameters, gleaner } = this.options
    return new HostEstimator(
      {
        strategies: [strategy],
        historyScopes: Math.max(0, this.#windowLength - 1),
        slicesPerScope: 1,
        asPublished: false,
        aggregation: 1,
        parameters,
        gleaner,
        stability: defaultStability,
      },
      saved,
    )
  }
}

/** Whether the estimate before was meant for this scope: one from long ago is not to blame for what happens now. */
function follows(before: HostEstimate | undefined, endMs: number, keepMs: number): boolean {
  return before?.measuredAtMs !== undefined && endMs - before.measuredAtMs <= keepMs
}

interface PeakParts {
  readonly share: { readonly capacity: number; readonly usage: Float64Array }
  readonly booked: number
  readonly limits: RatioLimits
  readonly ratioInForce: number | undefined
  readonly headroomShare: number
  readonly isFollowing: boolean
}

const noRecord: EstimateRecord = { judged: 0, violationRate: 0, severity: 0, savings: 0, misprediction: 0 }

function peakEstimate(
  answer: ResourceEstimate | undefined,
  before: PeakEstimate | undefined,
  parts: PeakParts,
): PeakEstimate {
  const { booked, limits, ratioInForce, headroomShare, isFollowing } = parts
  const { capacity, usage } = parts.share
  const limit = Math.min(capacity, booked)
  // Without an answer the last one stands; who never had one has to expect everything.
  const wanted = answer?.used ?? before?.estimate ?? capacity
  const estimate = Math.max(0, Math.min(limit, Number.isFinite(wanted) ? wanted : limit))
  const mean = meanOf(usage)
  const peak = maximumOf(usage)
  const isMeasured = answer !== undefined && !Number.isNaN(peak)
  const expected = before === undefined ? Number.NaN : before.estimate + Math.max(0, booked - before.booked)
  const isJudged = isMeasured && isFollowing && before !== undefined
  // Beyond what there is nothing can be used; a hair is no violation.
  const violation = isJudged && peak > expected * (1 + 1e-6) ? peak - expected : 0
  const record = answer === undefined ? (before?.record ?? noRecord) : recordOf(answer.fared)
  const figures = { capacity, booked, estimate }
  return {
    ...figures,
    mean: isMeasured ? mean : undefined,
    peak: isMeasured ? peak : undefined,
    free: capacity - estimate,
    ratio: capacity > 0 ? (booked + capacity - estimate) / capacity : 0,
    violation,
    calmScopes: violation > 0 ? 0 : (before?.calmScopes ?? 0) + (isJudged ? 1 : 0),
    isStable: answer?.isStable ?? before?.isStable ?? false,
    confidence: confidenceOf(answer, record) ?? before?.confidence ?? 0,
    evidence: answer?.evidence ?? { ...before?.evidence, blind: 1 },
    record,
    ratioInForce,
    ratioAim: ratioInForce === undefined ? undefined : ratioAim(figures, limits, headroomShare),
  }
}

/** The strategy's own, else the share of the estimates that held, by Laplace's rule. */
function confidenceOf(answer: ResourceEstimate | undefined, record: EstimateRecord): number | undefined {
  if (answer === undefined) return undefined
  const held = record.judged * (1 - record.violationRate)
  return answer.evidence['confidence'] ?? (held + 1) / (record.judged + 2)
}

function recordOf({ judged, violationRate, severity, savings, misprediction }: Fared): EstimateRecord {
  return { judged, violationRate, severity, savings, misprediction: judged === 0 ? 0 : misprediction / judged }
}
