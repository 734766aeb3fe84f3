// Dynamic consolidation as published and as its simulator does it. In each step: instances leave overloaded hosts until
// these no longer count as overloaded; each goes, largest demand first, to the host whose power grows least (power-aware
// best fit decreasing); then hosts are emptied, least used first, where every instance finds another running host.
// Source: Beloglazov and Buyya, CCPE 24(13), 2012; the details that the paper leaves open follow the simulator:
// the power "before" is that at the beginning of the step, whatever was placed since; a host that took somebody in this
// step is not emptied; the host to be emptied is chosen by its use at the beginning of the step.
import { FleetDraft } from './fleet-draft.ts'
import { type ConsolidationPolicy, type FleetView, type Move, nowhere } from './fleet-view.ts'
import type { InstanceChoice } from './instance-choice.ts'
import type { OverloadDetector } from './overload-detectors.ts'
import { type PowerCurve, powerAtW } from './power-curve.ts'

export interface PublishedRules {
  readonly name: string
  readonly isOverloaded: OverloadDetector
  readonly choose: InstanceChoice
}

export function publishedConsolidation(rules: PublishedRules): ConsolidationPolicy {
  return { name: rules.name, decide: (fleet) => new Step(fleet, rules).decide() }
}

class Step {
  readonly #draft: FleetDraft
  readonly #rules: PublishedRules
  /** At the beginning of the step. */
  readonly #powerW: Float64Array
  readonly #utilisation: Float64Array

  constructor(fleet: FleetView, rules: PublishedRules) {
    this.#draft = new FleetDraft(fleet)
    this.#rules = rules
    const { count, curves } = fleet.hosts
    this.#utilisation = Float64Array.from({ length: count }, (_, host) => this.#draft.utilisation(host))
    this.#powerW = Float64Array.from(this.#utilisation, (load, host) => powerAtW(curves[host] as PowerCurve, load))
  }

  decide(): readonly Move[] {
    const overloaded = this.#overloadedHosts()
    const receivers = this.#relieve(overloaded)
    this.#emptyHosts(overloaded, receivers)
    return this.#draft.moves()
  }

  #overloadedHosts(): ReadonlySet<number> {
    const found = new Set<number>()
    for (let host = 0; host < this.#powerW.length; host++)
      if (this.#draft.membersOf(host).length > 0 && this.#rules.isOverloaded(this.#draft, host)) found.add(host)
    return found
  }

  /** Returns the hosts that took somebody. */
  #relieve(overloaded: ReadonlySet<number>): Set<number> {
    const draft = this.#draft
    const leaving: number[] = []
    const { limits } = draft.view
    const movable = (host: number) =>
      limits === undefined ? draft.membersOf(host) : draft.membersOf(host).filter(limits.mayMove)
    for (const host of overloaded) {
      do {
        const candidates = movable(host)
        const instance = candidates.length === 0 ? undefined : this.#rules.choose(draft, candidates)
        if (instance === undefined) break
        draft.move(instance, nowhere)
        leaving.push(instance)
      } while (draft.membersOf(host).length > 0 && this.#rules.isOverloaded(draft, host))
    }
    const receivers = new Set<number>()
    for (const instance of byDemand(draft.view, leaving)) {
      const target = this.#cheapestHost(instance, overloaded)
      draft.move(instance, target ?? (draft.view.hostOf[instance] as number))
      if (target !== undefined) receivers.add(target)
    }
    return receivers
  }

  #emptyHosts(overloaded: ReadonlySet<number>, receivers: ReadonlySet<number>): void {
    const draft = this.#draft
    const closed = new Set(overloaded)
    for (let host = 0; host < this.#utilisation.length; host++) if (this.#utilisation[host] === 0) closed.add(host)
    const tried = new Set([...closed, ...receivers])
    for (;;) {
      const host = this.#leastUsed(tried)
      if (host === undefined) return
      tried.add(host)
      const { limits } = draft.view
      if (limits !== undefined && !(limits.mayEmpty(host) && draft.membersOf(host).every(limits.mayMove))) continue
      closed.add(host)
      const moved: number[] = []
      for (const instance of byDemand(draft.view, draft.membersOf(host))) {
        const target = this.#cheapestHost(instance, closed)
        if (target === undefined) break
        draft.move(instance, target)
        moved.push(instance)
      }
      if (draft.membersOf(host).length === 0) for (const instance of moved) tried.add(draft.hostOf[instance] as number)
      else for (const instance of moved) draft.move(instance, host)
    }
  }

  #leastUsed(tried: ReadonlySet<number>): number | undefined {
    let found: number | undefined
    let least = Number.POSITIVE_INFINITY
    for (let host = 0; host < this.#utilisation.length; host++) {
      const used = this.#utilisation[host] as number
      if (!(used > 0 && used < least) || tried.has(host)) continue
      found = host
      least = used
    }
    return found
  }

  #cheapestHost(instance: number, closed: ReadonlySet<number>): number | undefined {
    const draft = this.#draft
    const { hosts, demand } = draft.view
    let found: number | undefined
    let leastW = Number.POSITIVE_INFINITY
    for (let host = 0; host < hosts.count; host++) {
      if (closed.has(host) || !draft.fits(instance, host)) continue
      const load = (draft.load[host] as number) + (demand[instance] as number)
      const addedW =
        powerAtW(hosts.curves[host] as PowerCurve, load / (hosts.capacity[host] as number)) -
        (this.#powerW[host] as number)
      if (!(addedW < leastW) || this.#wouldOverload(instance, host)) continue
      found = host
      leastW = addedW
    }
    return found
  }

  #wouldOverload(instance: number, host: number): boolean {
    const draft = this.#draft
    if (draft.load[host] === 0) return false
    const from = draft.hostOf[instance] as number
    draft.move(instance, host)
    const would = this.#rules.isOverloaded(draft, host)
    draft.move(instance, from)
    return would
  }
}

function byDemand(view: FleetView, instances: readonly number[]): number[] {
  return instances.toSorted((a, b) => (view.demand[b] as number) - (view.demand[a] as number))
}
