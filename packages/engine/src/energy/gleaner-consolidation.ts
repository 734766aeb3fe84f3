// Gleaner's own consolidation: as few running hosts as the next step needs, and no instance moved without a reason.
//
// What an instance will need is a blend of what it asks for now and its moving average, with the moving variance of its
// changes from step to step as the doubt. A host needs, in the next step,
//   need = max(asked now, Σ expected + z · √Σ variance)
// for changes of different instances are nearly independent, so that their doubts add up as squares do. From that:
//
// - overloaded: need > capacity · `highShare`. Instances leave until need ≤ capacity · `fillShare`; first the one that is
//   enough by itself and costs least to move (memory × demand: how long it suffers, and how much), else the one that
//   brings most for its cost.
// - an instance goes to the running host it fills most tightly (best fit), to hosts of the more efficient kinds first; only
//   when none can take it up to `fillShare`, the most efficient host at rest starts.
// - a host is emptied only if all its instances find room up to `drainShare` < `fillShare`, least loaded and least efficient
//   hosts first, at most `drainsPerStep` of them, none that took somebody in this step. The gap between the shares is the
//   hysteresis that keeps an instance from being moved to and fro.
//
// What was tried, and the figures, are in docs/energy-consolidation.md.
import { FleetDraft } from './fleet-draft.ts'
import { type ConsolidationPolicy, type FleetView, type Move, nowhere } from './fleet-view.ts'
import { type PowerCurve, powerAtW } from './power-curve.ts'

export interface GleanerConsolidationOptions {
  /** Weight of the doubt, in standard deviations. More: fewer overloads and more running hosts. */
  readonly z: number
  readonly highShare: number
  readonly fillShare: number
  readonly drainShare: number
  readonly drainsPerStep: number
  /** Share of the newest value in the moving average and variance. */
  readonly memory: number
  /** Share of the present demand in what is expected. */
  readonly blend: number
}

export const defaultConsolidation: GleanerConsolidationOptions = {
  z: 0.8,
  highShare: 1,
  fillShare: 0.97,
  drainShare: 0.9,
  drainsPerStep: 4,
  memory: 0.15,
  blend: 0.5,
}

/** Of an instance nobody has watched yet: its demand may well change by this share of its size in a step. */
const unknownChangeShare = 0.08

export function gleanerConsolidation(options: Partial<GleanerConsolidationOptions> = {}): ConsolidationPolicy {
  const settings = { ...defaultConsolidation, ...options }
  let outlook: Outlook | undefined
  return {
    name: 'gleaner',
    decide(fleet) {
      outlook ??= new Outlook(fleet, settings)
      outlook.learn(fleet)
      return new Step(fleet, outlook, settings).decide()
    },
  }
}

/** So many steps back the averages are learned from, where the policy comes to a fleet that has run before. */
const learnedSteps = 48

/** What is expected of each instance in the next step. */
class Outlook {
  readonly expected: Float64Array
  readonly variance: Float64Array
  readonly #mean: Float64Array
  readonly #last: Float64Array
  /** Whose demand has been seen: before that there is nothing to compare with. */
  readonly #isKnown: Uint8Array
  readonly #settings: GleanerConsolidationOptions

  constructor(fleet: FleetView, settings: GleanerConsolidationOptions) {
    this.#settings = settings
    this.#mean = fleet.demand.slice()
    this.#last = fleet.demand.slice()
    this.expected = fleet.demand.slice()
    this.variance = fleet.instances.size.map((size) => (size * unknownChangeShare) ** 2)
    this.#isKnown = Uint8Array.from(fleet.hostOf, (host) => (host === nowhere ? 0 : 1))
    for (let i = 0; i < fleet.instances.count; i++) this.#recall(fleet, i)
  }

  learn({ demand, hostOf, instances, step }: FleetView): void {
    const { blend } = this.#settings
    for (let i = 0; i < instances.count; i++) {
      if (hostOf[i] === nowhere) continue
      const now = demand[i] as number
      if (this.#isKnown[i] === 0) {
        this.#mean[i] = now
        this.#last[i] = now
        this.#isKnown[i] = 1
      } else if (step > 0) this.#see(i, now)
      this.expected[i] = Math.min(instances.size[i] as number, blend * now + (1 - blend) * (this.#mean[i] as number))
    }
  }

  #recall({ step, pastDemand }: FleetView, i: number): void {
    let isFirst = true
    for (let lag = Math.min(step, learnedSteps); lag > 0; lag--) {
      const then = pastDemand(i, lag)
      if (Number.isNaN(then)) continue
      if (isFirst) {
        this.#mean[i] = then
        this.#last[i] = then
      } else this.#see(i, then)
      isFirst = false
    }
  }

  #see(i: number, now: number): void {
    const { memory } = this.#settings
    const mean = this.#mean[i] as number
    const variance = this.variance[i] as number
    this.variance[i] = variance + memory * ((now - (this.#last[i] as number)) ** 2 - variance)
    this.#mean[i] = mean + memory * (now - mean)
    this.#last[i] = now
  }
}

class Step {
  readonly #fleet: FleetView
  readonly #outlook: Outlook
  readonly #settings: GleanerConsolidationOptions
  readonly #draft: FleetDraft
  readonly #expected: Float64Array
  readonly #variance: Float64Array
  /** Power per unit of compute at full load: the smaller, the more efficient. */
  readonly #dearness: Float64Array
  /** Hosts at rest, the most efficient first. */
  readonly #atRest: number[]

  constructor(fleet: FleetView, outlook: Outlook, settings: GleanerConsolidationOptions) {
    this.#fleet = fleet
    this.#outlook = outlook
    this.#settings = settings
    this.#draft = new FleetDraft(fleet)
    const { count, curves, capacity } = fleet.hosts
    this.#expected = new Float64Array(count)
    this.#variance = new Float64Array(count)
    this.#dearness = Float64Array.from(
      { length: count },
      (_, host) => powerAtW(curves[host] as PowerCurve, 1) / (capacity[host] as number),
    )
    for (let i = 0; i < fleet.instances.count; i++)
      if (fleet.hostOf[i] !== nowhere) this.#count(i, fleet.hostOf[i] as number, 1)
    this.#atRest = [...Array(count).keys()]
      .filter((host) => this.#draft.membersOf(host).length === 0)
      .sort((a, b) => (this.#dearness[a] as number) - (this.#dearness[b] as number) || a - b)
  }

  decide(): readonly Move[] {
    const { highShare } = this.#settings
    const running = [...Array(this.#fleet.hosts.count).keys()].filter((host) => this.#draft.membersOf(host).length > 0)
    const hot = running
      .filter((host) => this.#fullness(host) > highShare)
      .sort((a, b) => this.#fullness(b) - this.#fullness(a))
    const isHot = new Set(hot)
    const atWork = [...running]
    for (const host of hot) this.#relieve(host, atWork, isHot)
    this.#emptyHosts({ running, atWork }, isHot)
    return this.#draft.moves()
  }

  #relieve(host: number, atWork: number[], hot: ReadonlySet<number>): void {
    const { fillShare } = this.#settings
    while (this.#fullness(host) > fillShare) {
      const instance = this.#cheapestToMove(host, fillShare)
      if (instance === undefined) return
      const target = this.#tightest(instance, atWork, { share: fillShare, not: hot }) ?? this.#start(instance, atWork)
      if (target === undefined) return
      this.#move(instance, target)
    }
  }

  #cheapestToMove(host: number, share: number): number | undefined {
    const excess = (this.#fullness(host) - share) * this.#capacity(host)
    let found: number | undefined
    let isEnough = false
    let least = Number.POSITIVE_INFINITY
    const { limits } = this.#fleet
    for (const instance of this.#draft.membersOf(host)) {
      if (limits?.mayMove(instance) === false) continue
      const gain = this.#gainOf(instance, host)
      const cost = (this.#fleet.instances.memoryMiB[instance] as number) * (this.#fleet.demand[instance] as number)
      const suffices = gain >= excess
      if (isEnough && !suffices) continue
      const price = suffices ? cost : cost / Math.max(gain, Number.MIN_VALUE)
      if (suffices === isEnough && price >= least) continue
      found = instance
      isEnough = suffices
      least = price
    }
    return found
  }

  /** By how much less the host is expected to need without the instance. */
  #gainOf(instance: number, host: number): number {
    const { z } = this.#settings
    const variance = this.#variance[host] as number
    const without = Math.max(0, variance - (this.#outlook.variance[instance] as number))
    return (this.#outlook.expected[instance] as number) + z * (Math.sqrt(variance) - Math.sqrt(without))
  }

  /** The running host that has least room left afterwards, efficient kinds first. */
  #tightest(
    instance: number,
    among: readonly number[],
    { share, not }: { readonly share: number; readonly not: ReadonlySet<number> },
  ): number | undefined {
    const draft = this.#draft
    const from = draft.hostOf[instance]
    let found: number | undefined
    let [dearest, least] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
    for (const host of among) {
      if (host === from || not.has(host) || draft.membersOf(host).length === 0) continue
      const dearness = this.#dearness[host] as number
      if (dearness > dearest || !draft.fits(instance, host)) continue
      const room = this.#capacity(host) * share - this.#needWith(instance, host)
      if (room < 0 || (dearness === dearest && room >= least)) continue
      found = host
      dearest = dearness
      least = room
    }
    return found
  }

  #start(instance: number, atWork: number[]): number | undefined {
    const nth = this.#atRest.findIndex((host) => this.#draft.fits(instance, host))
    if (nth < 0) return undefined
    const [host] = this.#atRest.splice(nth, 1)
    if (host !== undefined) atWork.push(host)
    return host
  }

  /** `running` were so at the beginning of the step; `atWork` also those that had to start. */
  #emptyHosts(
    { running, atWork }: { readonly running: readonly number[]; readonly atWork: readonly number[] },
    hot: ReadonlySet<number>,
  ): void {
    const { drainShare, drainsPerStep } = this.#settings
    const draft = this.#draft
    // The first step packs what was placed without looking at its use: there is nothing to disturb yet.
    let left = this.#fleet.step === 0 ? Number.POSITIVE_INFINITY : drainsPerStep
    const value = (host: number) => (draft.load[host] as number) / (this.#dearness[host] as number)
    const order = running.toSorted((a, b) => value(a) - value(b) || a - b)
    const receivers = new Set<number>()
    const closed = new Set(hot)
    const { limits } = this.#fleet
    for (const host of order) {
      if (left === 0) return
      if (limits !== undefined && !(limits.mayEmpty(host) && draft.membersOf(host).every(limits.mayMove))) continue
      if (receivers.has(host) || hot.has(host) || draft.membersOf(host).length === 0) continue
      const leaving = [...draft.membersOf(host)].sort((a, b) => this.#expects(b) - this.#expects(a))
      const moved: number[] = []
      for (const instance of leaving) {
        const target = this.#tightest(instance, atWork, { share: drainShare, not: closed })
        if (target === undefined) break
        this.#move(instance, target)
        moved.push(instance)
      }
      if (moved.length < leaving.length) for (const instance of moved) this.#move(instance, host)
      else {
        left--
        closed.add(host)
        for (const instance of moved) receivers.add(draft.hostOf[instance] as number)
      }
    }
  }

  #move(instance: number, to: number): void {
    this.#count(instance, this.#draft.hostOf[instance] as number, -1)
    this.#draft.move(instance, to)
    this.#count(instance, to, 1)
  }

  #count(instance: number, host: number, sign: 1 | -1): void {
    this.#expected[host] = (this.#expected[host] as number) + sign * this.#expects(instance)
    this.#variance[host] = Math.max(
      0,
      (this.#variance[host] as number) + sign * (this.#outlook.variance[instance] as number),
    )
  }

  #expects(instance: number): number {
    return this.#outlook.expected[instance] as number
  }

  #capacity(host: number): number {
    return this.#fleet.hosts.capacity[host] as number
  }

  #fullness(host: number): number {
    const expected = (this.#expected[host] as number) + this.#settings.z * Math.sqrt(this.#variance[host] as number)
    return Math.max(this.#draft.load[host] as number, expected) / this.#capacity(host)
  }

  #needWith(instance: number, host: number): number {
    const variance = (this.#variance[host] as number) + (this.#outlook.variance[instance] as number)
    const expected = (this.#expected[host] as number) + this.#expects(instance) + this.#settings.z * Math.sqrt(variance)
    return Math.max((this.#draft.load[host] as number) + (this.#fleet.demand[instance] as number), expected)
  }
}
