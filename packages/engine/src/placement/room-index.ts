// The cloud as placement sees it: room of each host and its preemptible instances, kept up to date from change to change,
// so that a decision is a scan over columns and not over objects. Knows sizes and facts, decides nothing.
//
// Two views of a host, per resource:
//   hard   = capacity - firm: what firm instances could have if every preemptible one left;
//   shared = hard - preemptible: what is free. On a host where idle capacity is lent although it is sold (`lendable`,
//            vcpus and memory), max(lendable, hard) - preemptible: where more is lent than can be sold, preemptible
//            instances live on what is lent; where less is, firm ones have what can be sold all the same.
//   offered = lendable - preemptible on such a host, else shared: what is free for a preemptible request.
// A preemptible request needs room in offered; a firm one in shared and in hard.
//
// Times are seconds on any clock; an instance's age is taken once, when it comes.
import type { Exemption, PlacedInstance, PlacementHost } from '@gleaner/model'
import { ChangeLog } from './change-log.ts'
import { DecisionScratch } from './decision-scratch.ts'
import { type HostClass, HostClasses } from './host-class.ts'
import { HostColumns } from './host-columns.ts'
import { exemptNumber, PreemptiblePool } from './preemptible-pool.ts'
import { Remainders } from './remainders.ts'
import { capacityOf, sizesOf } from './resources.ts'
import { RoomViews } from './room-views.ts'

interface Resident {
  readonly host: number
  readonly preemptible: boolean
  readonly sizes: readonly [number, number, number]
}

export class RoomIndex {
  readonly names: string[] = []
  readonly columns = new HostColumns()
  readonly pool = new PreemptiblePool()
  readonly remainders = new Remainders(this.pool)
  readonly scratch = new DecisionScratch()
  readonly changes = new ChangeLog()
  /** What is kept of requests for the next ones of their shape. */
  readonly views = new RoomViews(this)
  readonly #classes = new HostClasses()
  readonly #positions = new Map<string, number>()
  readonly #residents = new Map<string, Resident>()
  readonly #idsOn: Set<string>[] = []

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
    this.columns.classOf[at] = this.#classes.classify(host)
    this.columns.capacity.set(capacityOf(host), at * 3)
    this.columns.efficiency[at] = host.efficiency ?? Number.NaN
    this.columns.availability[at] = host.kind === 'desktop' ? (host.availability ?? Number.NaN) : 1
    const { lendable } = host
    this.columns.lendable.set([lendable?.vcpus ?? Number.NaN, lendable?.ramMiB ?? Number.NaN, Number.NaN], at * 3)
    for (const instance of host.instances) this.#put(instance, at, nowS)
    this.#changed(at)
  }

  /** An instance that is elsewhere moves. */
  place(instance: PlacedInstance, hostName: string, nowS: number): void {
    const at = this.#positions.get(hostName)
    if (at === undefined) throw new RangeError(`host ${hostName} is not in the index`)
    this.remove(instance.id)
    this.#put(instance, at, nowS)
    this.#changed(at)
  }

  /** False when it was not there. */
  remove(id: string): boolean {
    const resident = this.#residents.get(id)
    if (resident === undefined) return false
    this.#residents.delete(id)
    this.#idsOn[resident.host]?.delete(id)
    if (resident.preemptible) this.pool.remove(resident.host, id)
    else this.#addFirm(resident, -1)
    this.#changed(resident.host)
    return true
  }

  /** Sets or lifts the exemption of a preemptible instance; nothing for others. */
  exempt(id: string, why: Exemption | undefined): void {
    const resident = this.#residents.get(id)
    if (resident?.preemptible !== true) return
    this.pool.exempt[this.pool.find(resident.host, id)] = exemptNumber(why)
    this.#changed(resident.host)
  }

  #empty(at: number): void {
    for (const id of this.#idsOn[at] ?? []) this.#residents.delete(id)
    this.#idsOn[at]?.clear()
    this.pool.clear(at)
    this.columns.firm.fill(0, at * 3, at * 3 + 3)
  }

  #put(instance: PlacedInstance, host: number, nowS: number): void {
    if (this.#residents.has(instance.id)) throw new RangeError(`instance ${instance.id} is there twice`)
    const resident = { host, preemptible: instance.preemptible, sizes: sizesOf(instance) }
    this.#residents.set(instance.id, resident)
    this.#idsOn[host]?.add(instance.id)
    if (instance.preemptible) this.pool.insert(host, instance, nowS - instance.ageS)
    else this.#addFirm(resident, 1)
  }

  #addFirm({ host, sizes }: Resident, sign: 1 | -1): void {
    const { firm } = this.columns
    for (const d of [0, 1, 2] as const) firm[host * 3 + d] = (firm[host * 3 + d] as number) + sign * sizes[d]
  }

  #changed(at: number): void {
    this.columns.summarise(at, this.pool)
    this.remainders.forget(at)
    this.changes.note(at)
  }

  #append(name: string): number {
    const at = this.names.push(name) - 1
    this.#positions.set(name, at)
    this.#idsOn.push(new Set())
    if (at >= this.columns.classOf.length) {
      const hosts = Math.max(16, this.columns.classOf.length * 2)
      this.columns.growTo(hosts)
      this.pool.growTo(hosts)
      this.remainders.growTo(hosts)
      this.scratch.growTo(hosts)
    }
    return at
  }
}
