// The cloud as placement sees it: room of each host and its preemptible instances, in typed arrays that are kept up to
// date from change to change, so that a decision is a scan over memory and not over objects. Knows sizes and facts,
// decides nothing.
//
// Two views of a host, per resource:
//   hard   = capacity - firm: what firm instances could have if every preemptible one left;
//   shared = hard - preemptible: what is free. On a host where idle capacity is lent although it is sold (`lendable`),
//            shared = lendable - preemptible instead, for vcpus and memory: preemptible instances live on what is lent.
// A preemptible request needs room in shared; a firm one in both.
//
// Times are seconds on any clock; an instance's age is taken once, when it comes.
import type { Exemption, PlacedInstance, PlacementHost } from '@gleaner/model'
import { type HostClass, HostClasses } from './host-class.ts'
import { exemptNumber, grown, PreemptiblePool } from './preemptible-pool.ts'
import { capacityOf, resourceCount, sizesOf } from './resources.ts'

interface Resident {
  readonly host: number
  readonly preemptible: boolean
  readonly sizes: readonly [number, number, number]
}

export class RoomIndex {
  readonly #classes = new HostClasses()
  readonly #positions = new Map<string, number>()
  readonly #residents = new Map<string, Resident>()
  readonly names: string[] = []
  readonly pool = new PreemptiblePool()
  /** Per host: number of its class. */
  classOf = new Int32Array(0)
  /** Three per host each. `lendable` is NaN where nothing is lent beyond what is free. */
  capacity = new Float64Array(0)
  lendable = new Float64Array(0)
  hard = new Float64Array(0)
  shared = new Float64Array(0)
  #firm = new Float64Array(0)

  constructor(hosts: Iterable<PlacementHost> = [], nowS = 0) {
    for (const host of hosts) this.setHost(host, nowS)
  }

  get hostCount(): number {
    return this.names.length
  }

  get classes(): readonly HostClass[] {
    return this.#classes.all
  }

  positionOf(name: string): number | undefined {
    return this.#positions.get(name)
  }

  /** Name of the host an instance is on. */
  hostOf(id: string): string | undefined {
    const resident = this.#residents.get(id)
    return resident === undefined ? undefined : this.names[resident.host]
  }

  /** Adds the host with its instances, or replaces all that was known of it. */
  setHost(host: PlacementHost, nowS: number): void {
    const known = this.#positions.get(host.name)
    const at = known ?? this.#append(host.name)
    if (known !== undefined) this.#empty(known)
    this.classOf[at] = this.#classes.classify(host)
    this.capacity.set(capacityOf(host), at * resourceCount)
    const { lendable } = host
    this.lendable.set([lendable?.vcpus ?? Number.NaN, lendable?.ramMiB ?? Number.NaN, Number.NaN], at * resourceCount)
    for (const instance of host.instances) this.#put(instance, at, nowS)
    this.#refresh(at)
  }

  /** An instance that is elsewhere moves. */
  place(instance: PlacedInstance, hostName: string, nowS: number): void {
    const at = this.#positions.get(hostName)
    if (at === undefined) throw new RangeError(`host ${hostName} is not in the index`)
    this.remove(instance.id)
    this.#put(instance, at, nowS)
    this.#refresh(at)
  }

  /** False when it was not there. */
  remove(id: string): boolean {
    const resident = this.#residents.get(id)
    if (resident === undefined) return false
    this.#residents.delete(id)
    if (resident.preemptible) this.pool.remove(resident.host, id)
    else this.#addFirm(resident, -1)
    this.#refresh(resident.host)
    return true
  }

  /** Sets or lifts the exemption of a preemptible instance; nothing for others. */
  exempt(id: string, why: Exemption | undefined): void {
    const resident = this.#residents.get(id)
    if (resident?.preemptible === true) this.pool.exempt[this.pool.find(resident.host, id)] = exemptNumber(why)
  }

  #empty(at: number): void {
    for (const [id, { host }] of this.#residents) if (host === at) this.#residents.delete(id)
    this.pool.clear(at)
    this.#firm.fill(0, at * resourceCount, (at + 1) * resourceCount)
  }

  #put(instance: PlacedInstance, host: number, nowS: number): void {
    if (this.#residents.has(instance.id)) throw new RangeError(`instance ${instance.id} is there twice`)
    const resident = { host, preemptible: instance.preemptible, sizes: sizesOf(instance) }
    this.#residents.set(instance.id, resident)
    if (instance.preemptible) this.pool.insert(host, instance, nowS - instance.ageS)
    else this.#addFirm(resident, 1)
  }

  #addFirm({ host, sizes }: Resident, sign: 1 | -1): void {
    for (let d = 0; d < resourceCount; d++) {
      const cell = host * resourceCount + d
      this.#firm[cell] = (this.#firm[cell] ?? 0) + sign * (sizes[d] ?? 0)
    }
  }

  #refresh(at: number): void {
    const { sizes } = this.pool
    const first = this.pool.first[at] ?? 0
    const end = first + (this.pool.length[at] ?? 0)
    for (let d = 0; d < resourceCount; d++) {
      const cell = at * resourceCount + d
      let preemptible = 0
      for (let nth = first; nth < end; nth++) preemptible += sizes[nth * resourceCount + d] ?? 0
      const hard = (this.capacity[cell] ?? 0) - (this.#firm[cell] ?? 0)
      const lendable = this.lendable[cell] ?? Number.NaN
      this.hard[cell] = hard
      this.shared[cell] = (Number.isNaN(lendable) ? hard : lendable) - preemptible
    }
  }

  #append(name: string): number {
    const at = this.names.push(name) - 1
    this.#positions.set(name, at)
    if (at >= this.classOf.length) {
      const hosts = Math.max(16, this.classOf.length * 2)
      this.classOf = grown(this.classOf, new Int32Array(hosts))
      for (const column of ['capacity', 'lendable', 'hard', 'shared'] as const)
        this[column] = grown(this[column], new Float64Array(hosts * resourceCount))
      this.#firm = grown(this.#firm, new Float64Array(hosts * resourceCount))
      this.pool.growTo(hosts)
    }
    return at
  }
}
