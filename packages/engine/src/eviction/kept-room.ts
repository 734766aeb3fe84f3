// The room of one cloud in an index that lives on from one question to the next. What it answers is what an index made anew
// would answer; only hosts are looked at of which the reading, what is promised, leaves or is lent there, or the work per watt,
// has changed.
// Made anew altogether when hosts have gone or changed their order, when the clock went back, and when the policy says
// something else of the same instance.
//
// The index has a clock of whole seconds, on which ages differ by whole numbers: nothing is rounded, whenever it came.
import {
  type ActionKind,
  type Exemption,
  type Host,
  type HostId,
  type Instance,
  type InstanceId,
  instanceStates,
  type PlacedInstance,
  type PlacementHost,
} from '@gleaner/model'
import { holdingTable } from '../ledger/holding.ts'
import { isActing } from '../plan/strength.ts'
import { RoomIndex } from '../placement/room-index.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { type HostNames, hostNames, type HostsQuestion, type HostsReader, readHosts } from './hosts-now.ts'
import type { RoomWorld } from './room-world.ts'
import { ofProject } from './victim-terms.ts'

export interface RoomNow extends HostNames {
  readonly index: RoomIndex
  /** On the clock of the index. */
  readonly nowS: number
}

export class KeptRoom {
  /** By what would be done to victims: whether an instance could leave depends on it. */
  readonly #byAction = new Map<ActionKind | undefined, KnownHosts>()

  /** Until the next question. */
  at(question: HostsQuestion): RoomNow {
    return this.#known(question).bringUpToDate(question)
  }

  /** These may not leave, and nobody else but those of whom the reading says so. After `at`, for the same question. */
  exempt(question: HostsQuestion, exempt: ReadonlyMap<InstanceId, Exemption>): void {
    this.#known(question).exempt(exempt)
  }

  #known({ action }: HostsQuestion): KnownHosts {
    const known = this.#byAction.get(action) ?? new KnownHosts()
    this.#byAction.set(action, known)
    return known
  }
}

interface KnownHost {
  readonly host: Host
  readonly there: readonly Instance[] | undefined
  readonly placed: PlacementHost
  /** When `placed` was made: ages are of then. */
  readonly atS: number
}

class KnownHosts {
  #index = new RoomIndex()
  readonly #hosts = new Map<HostId, KnownHost>()
  /** To be looked at again whatever the reading says. */
  readonly #passing = new Set<HostId>()
  readonly #exempt = new Map<InstanceId, Exemption>()
  #snapshot: Snapshot | undefined
  #efficiency: RoomWorld['efficiency']
  #availability: RoomWorld['availability']
  #names: HostNames | undefined
  #basis = ''
  #nowS = 0

  bringUpToDate(question: HostsQuestion): RoomNow {
    const { world } = question
    const { snapshot } = world
    const nowS = Math.floor(world.nowMs / 1000)
    const basis = basisOf(world)
    const names = hostNames(snapshot, this.#snapshot)
    if (basis !== this.#basis || nowS < this.#nowS || !this.#isContinued(snapshot, names)) this.#forget()
    const reader = readHosts(question)
    this.#take(this.#open(world, reader), { snapshot, reader, nowS })
    this.#snapshot = snapshot
    this.#efficiency = world.efficiency
    this.#availability = world.availability
    this.#names = names
    this.#basis = basis
    this.#nowS = nowS
    return { ...names, index: this.#index, nowS }
  }

  exempt(exempt: ReadonlyMap<InstanceId, Exemption>): void {
    for (const id of this.#exempt.keys()) if (!exempt.has(id)) this.#index.exempt(id, undefined)
    for (const [id, why] of exempt) if (this.#exempt.get(id) !== why) this.#index.exempt(id, why)
    this.#exempt.clear()
    for (const [id, why] of exempt) this.#exempt.set(id, why)
  }

  /** The hosts are those of before under the same names, perhaps with others behind them. */
  #isContinued(snapshot: Snapshot, names: HostNames): boolean {
    if (this.#names === names) return true
    const { nameOf } = names
    let nth = 0
    for (const { id } of snapshot.hosts) {
      const known = this.#index.names[nth]
      if (known === undefined) break
      if (known !== nameOf.get(id)) return false
      nth++
    }
    return nth === this.#index.hostCount
  }

  #forget(): void {
    this.#index = new RoomIndex()
    this.#hosts.clear()
    this.#passing.clear()
    this.#exempt.clear()
    this.#snapshot = undefined
  }

  /** The hosts that may not be as they were. */
  #open({ snapshot, efficiency, availability }: RoomWorld, { concerned }: HostsReader): readonly Host[] {
    const mayDiffer = (id: HostId) => concerned.has(id) || this.#passing.has(id)
    if (snapshot === this.#snapshot && efficiency === this.#efficiency && availability === this.#availability)
      return [...new Set([...concerned, ...this.#passing])].flatMap((id) => snapshot.hostById.get(id) ?? [])
    return snapshot.hosts.filter((host) => {
      const known = this.#hosts.get(host.id)
      if (known?.host !== host || known.there !== snapshot.instancesOfHost.get(host.id)) return true
      if (known.placed.efficiency !== efficiency?.get(host.id)) return true
      return known.placed.availability !== availability?.get(host.id) || mayDiffer(host.id)
    })
  }

  #take(
    open: readonly Host[],
    { snapshot, reader, nowS }: { readonly snapshot: Snapshot; readonly reader: HostsReader; readonly nowS: number },
  ): void {
    const changed: PlacementHost[] = []
    for (const host of open) {
      const known = this.#hosts.get(host.id)
      const placed = reader.hostNow(host)
      if (reader.concerned.has(host.id) || placed.instances.some(isOfUnknownAge)) this.#passing.add(host.id)
      else this.#passing.delete(host.id)
      const there = snapshot.instancesOfHost.get(host.id)
      if (known?.host === host && isSame(known, placed, nowS)) {
        this.#hosts.set(host.id, { ...known, there })
        continue
      }
      this.#hosts.set(host.id, { host, there, placed, atS: nowS })
      changed.push(placed)
      // Who has moved must have left one host before it is put on the other.
      for (const { id } of known?.placed.instances ?? []) this.#index.remove(id)
    }
    for (const placed of changed) {
      this.#index.setHost(placed, nowS)
      // What is new in the index is exempt from nothing.
      for (const { id } of placed.instances) this.#exempt.delete(id as InstanceId)
    }
  }
}

/** It ages from nothing at every question, and not from when it was first seen. */
function isOfUnknownAge({ preemptible, ageS }: PlacedInstance): boolean {
  return preemptible && ageS === 0
}

function isSame(known: KnownHost, now: PlacementHost, nowS: number): boolean {
  const before = known.placed
  if (before.leasedTo !== now.leasedTo || before.instances.length !== now.instances.length) return false
  if (before.efficiency !== now.efficiency || before.availability !== now.availability) return false
  if (before.lendable?.vcpus !== now.lendable?.vcpus || before.lendable?.ramMiB !== now.lendable?.ramMiB) return false
  return now.instances.every((instance, nth) => {
    const was = before.instances[nth] as PlacedInstance
    return (
      was.id === instance.id &&
      was.preemptible === instance.preemptible &&
      was.vcpus === instance.vcpus &&
      was.ramMiB === instance.ramMiB &&
      was.diskGiB === instance.diskGiB &&
      was.priority === instance.priority &&
      (!was.preemptible || was.ageS + nowS - known.atS === instance.ageS)
    )
  })
}

/** What besides the reading says what a host without promises looks like. */
function basisOf({ snapshot, support, policy, preemption, firmOnDesktops }: RoomWorld): string {
  const holding = holdingTable(support)
  const { priorityOfProject } = preemption
  const ranked = Object.keys(priorityOfProject).length === 0 ? [] : snapshot.projects
  return JSON.stringify([
    isActing(policy.modes.preemption),
    firmOnDesktops === true,
    instanceStates.map((state) => [holding(state).booked, holding(state).memory]),
    ranked.flatMap((project) => {
      const priority = ofProject(priorityOfProject, project)
      return priority === undefined ? [] : [[project.id, priority]]
    }),
  ])
}
