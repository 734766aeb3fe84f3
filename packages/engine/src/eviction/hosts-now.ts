// The hosts of a cloud with what is on them, as the placement looks at them: the reading, corrected by what Gleaner has
// promised since. Room that is held for another decision counts as taken by something firm; instances that leave for
// another decision count as gone, so that nobody is asked to leave for two; what has left for this very decision is gone
// even if the reading still shows it. What others' victims leave over, beyond what is placed there, is taken until it can
// really be had: they have left, and where the cloud held the room its claim has ended. An instance that could not begin to leave in the state it is in counts as firm.
import {
  type ActionKind,
  type EvictionDecision,
  type Host,
  type HostId,
  type Instance,
  type InstanceId,
  isDecisionOpen,
  isGoing,
  type PlacedInstance,
  type PlacementHost,
  type Room,
  startStates,
} from '@gleaner/model'
import { type HoldingTable, holdingTable } from '../ledger/holding.ts'
import { isActing } from '../plan/strength.ts'
import { lentLimit } from './lent-limit.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import type { RoomWorld } from './room-world.ts'
import { priorityOf, runMsOf } from './victim-terms.ts'

export interface HostNames {
  /** The name a host has in `hosts`: its own where that is unique. */
  readonly nameOf: ReadonlyMap<HostId, string>
  readonly idOf: ReadonlyMap<string, HostId>
}

export interface HostsNow extends HostNames {
  readonly hosts: readonly PlacementHost[]
}

export interface HostsQuestion {
  readonly world: RoomWorld
  /** The decision that is planned or checked: what it holds is free for it. */
  readonly own?: Pick<EvictionDecision, 'id' | 'victims'>
  /** What would be done to a victim; undefined when nobody may leave. */
  readonly action: ActionKind | undefined
  /** Promised in this very breath, and stored nowhere yet. */
  readonly taken?: readonly TakenRoom[]
  /** What others' victims leave over counts as free already: who uses it has to wait for it. */
  readonly soon?: boolean
}

export interface TakenRoom extends Room {
  readonly hostId: HostId
}

export function hostsNow(question: HostsQuestion): HostsNow {
  const { snapshot } = question.world
  const { hostNow } = readHosts(question)
  return { hosts: snapshot.hosts.map(hostNow), ...hostNames(snapshot) }
}

/** Kept for each reading. */
const namesOf = new WeakMap<Snapshot, HostNames>()

/** Where the reading before had the same hosts, they have the same names: they need not be compared with each other again. */
export function hostNames(snapshot: Snapshot, before?: Snapshot): HostNames {
  const known = namesOf.get(snapshot)
  if (known !== undefined) return known
  const names = before !== undefined && areSame(snapshot.hosts, before.hosts) ? hostNames(before) : namesIn(snapshot)
  namesOf.set(snapshot, names)
  return names
}

function areSame(hosts: readonly Host[], before: readonly Host[]): boolean {
  return hosts.length === before.length && hosts.every((host, nth) => isNamed(host, before[nth] as Host))
}

function isNamed(host: Host, before: Host): boolean {
  return host === before || (host.id === before.id && host.name === before.name)
}

function namesIn({ hosts }: Snapshot): HostNames {
  const names = new Map<string, number>()
  for (const { name } of hosts) names.set(name, (names.get(name) ?? 0) + 1)
  const nameOf = new Map(hosts.map(({ id, name }) => [id, names.get(name) === 1 ? name : id]))
  return { nameOf, idOf: new Map([...nameOf].map(([id, name]) => [name, id])) }
}

export interface HostsReader {
  readonly hostNow: (host: Host) => PlacementHost
  /** Hosts that are not what the reading and the policy alone make of them: something is promised, leaves, or is lent there. */
  readonly concerned: ReadonlySet<HostId>
}

/** For who looks at some of the hosts only. */
export function readHosts(question: HostsQuestion): HostsReader {
  const { snapshot, leasedTo, lendable, support } = question.world
  const leaving = leavingInstances(question)
  const promised = promisedRoom(question)
  const holding = holdingTable(support)
  const { nameOf } = hostNames(snapshot)
  const hostNow = (host: Host) => {
    const there = (snapshot.instancesOfHost.get(host.id) ?? []).filter(({ id }) => !leaving.gone.has(id))
    const instances = there.flatMap((instance) => placed(instance, { question, host, holding, leaving }))
    return placementHost(host, nameOf.get(host.id) ?? host.name, {
      question,
      instances: [...instances, ...(promised.get(host.id) ?? [])],
    })
  }
  const concerned = new Set<HostId>([...promised.keys(), ...(leasedTo?.keys() ?? []), ...(lendable?.keys() ?? [])])
  for (const ids of [leaving.gone, leaving.spoken]) {
    for (const id of ids) {
      const hostId = snapshot.instanceById.get(id)?.hostId
      if (hostId !== undefined) concerned.add(hostId)
    }
  }
  return { hostNow, concerned }
}

/** A host that tells no disk (libvirt) refuses nobody for want of it. */
const untoldGiB = 1e12

function placementHost(
  host: Host,
  name: string,
  { question, instances }: { readonly question: HostsQuestion; readonly instances: readonly PlacedInstance[] },
): PlacementHost {
  const { coreRatio = 1, memoryRatio = 1, diskRatio = 1, properties } = host
  const leasedTo = question.world.leasedTo?.get(host.id)
  const efficiency = question.world.efficiency?.get(host.id)
  const availability = question.world.availability?.get(host.id)
  const takesFirm = host.kind === 'desktop' && question.world.firmOnDesktops === true
  const lendable = offered(host, question.world, instances)
  return {
    name,
    vcpus: host.cores,
    ramMiB: host.memoryMiB,
    diskGiB: host.diskGiB > 0 ? host.diskGiB : untoldGiB,
    cpuRatio: coreRatio,
    ramRatio: memoryRatio,
    diskRatio,
    reservedVcpus: host.reservedCores * coreRatio,
    reservedRamMiB: host.reservedMemoryMiB * memoryRatio,
    state: host.state,
    kind: host.kind,
    instances: [...instances],
    ...(properties === undefined ? {} : { properties }),
    ...(efficiency === undefined ? {} : { efficiency }),
    ...(availability === undefined ? {} : { availability }),
    ...(takesFirm ? { takesFirm } : {}),
    ...(lendable === undefined ? {} : { lendable }),
    ...(leasedTo === undefined ? {} : { leasedTo }),
  }
}

/**
 * What may be lent of it. Where nobody could be made to leave again (mode observe) only what was never sold; where the
 * cloud's own scheduler counts, no more than it has left in its books for anybody.
 */
function offered(host: Host, world: RoomWorld, instances: readonly PlacedInstance[]): PlacementHost['lendable'] {
  const room = world.lendable?.get(host.id)
  if (room === undefined) return undefined
  const limit = lentLimit(isActing(world.policy.modes.preemption) ? room : room.unsold, instances, world.snapshot)
  const { coreRatio, memoryRatio, cores, memoryMiB, reservedCores, reservedMemoryMiB } = host
  const firm = instances.filter(({ preemptible }) => !preemptible)
  const left = (
    usable: number,
    { ratio, of }: { readonly ratio: number | undefined; readonly of: 'vcpus' | 'ramMiB' },
  ) =>
    ratio === undefined
      ? Number.POSITIVE_INFINITY
      : Math.max(
          0,
          firm.reduce((rest, instance) => rest - instance[of], usable * ratio),
        )
  return {
    vcpus: Math.min(limit.vcpus, left(cores - reservedCores, { ratio: coreRatio, of: 'vcpus' })),
    ramMiB: Math.min(limit.ramMiB, left(memoryMiB - reservedMemoryMiB, { ratio: memoryRatio, of: 'ramMiB' })),
  }
}

interface Placing {
  readonly question: HostsQuestion
  readonly host: Host
  readonly holding: HoldingTable
  readonly leaving: Leaving
}

/** Nothing when it holds no room there: stopped or shelved, where that gives its room back. */
function placed(instance: Instance, { question, host, holding, leaving }: Placing): PlacedInstance[] {
  const { world, action } = question
  const { booked, memory } = holding(instance.state)
  if (!(host.coreRatio === undefined ? memory : booked)) return []
  const { projectId } = instance
  const project = { id: projectId, name: world.snapshot.projectById.get(projectId)?.name ?? projectId }
  const mayLeave =
    instance.firmness === 'preemptible' &&
    action !== undefined &&
    startStates[action].includes(instance.state) &&
    !leaving.spoken.has(instance.id)
  return [
    {
      id: instance.id,
      preemptible: mayLeave,
      vcpus: instance.vcpus,
      ramMiB: instance.memoryMiB,
      diskGiB: instance.diskGiB,
      ageS: wholeSecondsOf(instance, world.nowMs),
      priority: priorityOf(instance, project, world.preemption),
      project: projectId,
    },
  ]
}

/**
 * How long it has been running, on a clock of whole seconds that is the same at every question: what runs now has begun at the
 * same second a minute later, so that a host of which nothing changed is the same. Never more than it really is.
 */
function wholeSecondsOf(instance: Instance, nowMs: number): number {
  return Math.max(0, Math.floor(nowMs / 1000) - Math.ceil((nowMs - runMsOf(instance, nowMs)) / 1000))
}

interface Leaving {
  /** Of another decision, on their way out; or of this one, and gone. */
  readonly gone: ReadonlySet<InstanceId>
  /** Spoken for by a decision that is not in force (yet, or any more): they stay for now, and nobody else may choose them. */
  readonly spoken: ReadonlySet<InstanceId>
}

function leavingInstances({ world, own }: HostsQuestion): Leaving {
  const gone = new Set<InstanceId>()
  const spoken = new Set<InstanceId>()
  for (const decision of world.decisions) {
    if (decision.id === own?.id) continue
    const inForce = decision.state !== 'awaiting-approval' && decision.state !== 'undoing'
    for (const { instanceId, state } of decision.victims) {
      if (state === 'stayed' || state === 'spared') continue
      if (inForce || state === 'left' || state === 'leaving') gone.add(instanceId)
      else spoken.add(instanceId)
    }
    const { recreation } = decision
    // It counts by its promised room until the decision has ended.
    if (recreation?.newId !== undefined) gone.add(recreation.newId)
  }
  for (const { instanceId, state } of own?.victims ?? []) if (state === 'left') gone.add(instanceId)
  return { gone, spoken }
}

/** Room that others have been promised, as instances that nobody evicts. */
function promisedRoom({
  world,
  own,
  taken = [],
  soon = false,
}: HostsQuestion): ReadonlyMap<HostId, readonly PlacedInstance[]> {
  const promised = new Map<HostId, PlacedInstance[]>()
  const promise = (hostId: HostId, id: string, room: Room) => {
    const { vcpus, memoryMiB: ramMiB, diskGiB } = room
    const list = promised.get(hostId) ?? []
    list.push({ id, preemptible: false, vcpus, ramMiB, diskGiB, ageS: 0 })
    promised.set(hostId, list)
  }
  for (const decision of world.decisions) {
    if (decision.id === own?.id) continue
    const rooms = soon ? roomOfDecision(decision) : roomUntilOver(decision, world)
    for (const [hostId, room] of rooms) promise(hostId, `room of ${decision.id} on ${hostId}`, room)
  }
  for (const room of world.leasedRoom ?? []) promise(room.hostId, `room of ${room.leaseId} on ${room.hostId}`, room)
  for (const [index, room] of taken.entries()) promise(room.hostId, `taken ${index}`, room)
  return promised
}

/** The same, or as much as its victims still have there and its claims hold, whichever is more. */
function roomUntilOver(decision: EvictionDecision, { holdsRoom = false }: RoomWorld): ReadonlyMap<HostId, Room> {
  const rooms = new Map(roomOfDecision(decision))
  const { state, victims, claims } = decision
  if (!isDecisionOpen(decision) || state === 'awaiting-approval') return rooms
  // Undone, they stay where they are, but for those who are leaving.
  const going = victims.filter((victim) => (state === 'undoing' ? victim.state === 'leaving' : isGoing(victim)))
  const held = holdsRoom && state !== 'undoing' ? claims.filter((claim) => claim.state !== 'ended') : []
  for (const kept of [totals(going), totals(held)])
    for (const [hostId, room] of kept) rooms.set(hostId, larger(rooms.get(hostId) ?? none, room))
  return rooms
}

const none: Room = { vcpus: 0, memoryMiB: 0, diskGiB: 0 }

function totals(rooms: readonly TakenRoom[]): ReadonlyMap<HostId, Room> {
  const sums = new Map<HostId, Room>()
  for (const { hostId, vcpus, memoryMiB, diskGiB } of rooms) {
    const sum = sums.get(hostId) ?? none
    sums.set(hostId, {
      vcpus: sum.vcpus + vcpus,
      memoryMiB: sum.memoryMiB + memoryMiB,
      diskGiB: sum.diskGiB + diskGiB,
    })
  }
  return sums
}

function larger(a: Room, b: Room): Room {
  return {
    vcpus: Math.max(a.vcpus, b.vcpus),
    memoryMiB: Math.max(a.memoryMiB, b.memoryMiB),
    diskGiB: Math.max(a.diskGiB, b.diskGiB),
  }
}

/** What a decision needs on each host, from when it is planned until the reading shows what came of it. */
export function roomOfDecision(decision: EvictionDecision): ReadonlyMap<HostId, Room> {
  const { wish, placements, state } = decision
  if (wish === undefined || !(state === 'done' || isDecisionOpen(decision))) return new Map()
  if (state === 'undoing' || state === 'awaiting-approval') return new Map()
  return totals(placements.map(({ hostId }) => ({ ...wish, hostId })))
}
