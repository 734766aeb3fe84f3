// A fleet on paper: the placements of a view, changed move by move, with the load of each host kept up to date. What
// policies try out on it changes nothing in the view.
import { type FleetView, type Move, nowhere } from './fleet-view.ts'

export class FleetDraft {
  readonly view: FleetView
  readonly hostOf: Int32Array
  /** What the instances of each host ask for together. */
  readonly load: Float64Array
  readonly memoryMiB: Float64Array
  readonly #soldVcpus: Float64Array
  readonly #members: number[][]

  constructor(view: FleetView) {
    this.view = view
    this.hostOf = view.hostOf.slice()
    this.load = new Float64Array(view.hosts.count)
    this.memoryMiB = new Float64Array(view.hosts.count)
    this.#soldVcpus = new Float64Array(view.hosts.count)
    this.#members = Array.from({ length: view.hosts.count }, () => [])
    for (let instance = 0; instance < view.instances.count; instance++)
      if (this.#at(instance) !== nowhere) this.#enter(instance, this.#at(instance))
  }

  membersOf(host: number): readonly number[] {
    return this.#members[host] as number[]
  }

  /** Share of the host's capacity that is asked for; above 1 when it is too little. */
  utilisation(host: number): number {
    return (this.load[host] as number) / (this.view.hosts.capacity[host] as number)
  }

  /** To another host, or `nowhere`. */
  move(instance: number, host: number): void {
    const from = this.#at(instance)
    if (from !== nowhere) this.#leave(instance, from)
    this.hostOf[instance] = host
    if (host !== nowhere) this.#enter(instance, host)
  }

  /** Whether the host could take it now: its demand on one core and on what the host has left, its memory, and what is sold. */
  fits(instance: number, host: number): boolean {
    const { hosts, memoryBinds, limits } = this.view
    if (limits !== undefined) {
      const { ofHost, ofInstance } = limits.soldVcpus
      const sold = (this.#soldVcpus[host] as number) + (ofInstance[instance] as number)
      if (!limits.mayTake(host) || sold > (ofHost[host] as number)) return false
    }
    const demand = this.#demand(instance)
    if (demand > (hosts.coreCapacity[host] as number)) return false
    if ((this.load[host] as number) + demand > (hosts.capacity[host] as number)) return false
    return (
      !memoryBinds || (this.memoryMiB[host] as number) + this.#memory(instance) <= (hosts.memoryMiB[host] as number)
    )
  }

  /** What differs from the view, in the order of instances. */
  moves(): readonly Move[] {
    const moves: Move[] = []
    for (let instance = 0; instance < this.hostOf.length; instance++) {
      const to = this.#at(instance)
      if (to !== this.view.hostOf[instance]) moves.push({ instance, to })
    }
    return moves
  }

  #leave(instance: number, host: number): void {
    const members = this.#members[host] as number[]
    members.splice(members.indexOf(instance), 1)
    // An empty host has no load at all, whatever rounding has left over.
    const isEmpty = members.length === 0
    this.load[host] = isEmpty ? 0 : (this.load[host] as number) - this.#demand(instance)
    this.memoryMiB[host] = isEmpty ? 0 : (this.memoryMiB[host] as number) - this.#memory(instance)
    this.#soldVcpus[host] = isEmpty ? 0 : (this.#soldVcpus[host] as number) - this.#vcpus(instance)
  }

  #enter(instance: number, host: number): void {
    ;(this.#members[host] as number[]).push(instance)
    this.load[host] = (this.load[host] as number) + this.#demand(instance)
    this.memoryMiB[host] = (this.memoryMiB[host] as number) + this.#memory(instance)
    this.#soldVcpus[host] = (this.#soldVcpus[host] as number) + this.#vcpus(instance)
  }

  #at(instance: number): number {
    return this.hostOf[instance] as number
  }

  #demand(instance: number): number {
    return this.view.demand[instance] as number
  }

  #memory(instance: number): number {
    return this.view.instances.memoryMiB[instance] as number
  }

  #vcpus(instance: number): number {
    return this.view.limits?.soldVcpus.ofInstance[instance] ?? 0
  }
}
