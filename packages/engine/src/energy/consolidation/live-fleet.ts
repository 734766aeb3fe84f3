// A running cloud as consolidation policies see it: only hosts of which everything is known and that nobody else counts on.
// A host is left alone, and told why, while the calendar does not know it or a lease has it or begins soon, and while the use
// of one of its instances is not known: no data is never idle. Who is on his way is counted where he goes. What is not sold is
// not counted: whether there is room is looked at once more, with all that is promised, before anything is proposed.
import {
  type Host,
  type HostId,
  type HostPowerRecord,
  type Instance,
  type InstanceId,
  isOnInstance,
  type JournalEntry,
  type Verdict,
} from '@gleaner/model'
import type { RoomWorld } from '../../eviction/room-world.ts'
import type { GateWorld } from '../../gate/gate-world.ts'
import { type HoldingTable, holdingTable } from '../../ledger/holding.ts'
import { isMeasured } from '../../ledger/usage-access.ts'
import { isOpenEntry } from '../../people/journal-entry.ts'
import { isoTime } from '../../text/iso-time.ts'
import type { FleetView } from '../fleet-view.ts'
import { linearCurve } from '../power-curve.ts'
import { judgeSleep } from '../power/judge-sleep.ts'
import { powerHost } from '../power/power-host.ts'
import type { PowerOptions } from '../power/power-options.ts'
import type { ConsolidationOptions } from './consolidation-options.ts'
import { type DemandMemory, rememberedSteps } from './demand-memory.ts'

export interface FleetQuestion {
  readonly world: RoomWorld
  readonly gate: GateWorld
  readonly journal: readonly JournalEntry[]
  readonly demand: DemandMemory
  readonly isPowered: (host: Host) => boolean
  readonly recordOf: (id: HostId) => HostPowerRecord | undefined
  readonly efficiencyOf: (host: Host) => number
  readonly power: PowerOptions
  /** On their way to sleep. */
  readonly closing: ReadonlySet<HostId>
  /** Why the instance does not move now, if it does not. */
  readonly staysFor: (instance: Instance) => Verdict | undefined
  readonly options: ConsolidationOptions
}

export interface LiveFleet {
  readonly view: FleetView
  readonly hosts: readonly Host[]
  readonly instances: readonly Instance[]
  /** By instance: why it stays, if it does. */
  readonly stays: readonly (Verdict | undefined)[]
  readonly leftAlone: ReadonlyMap<HostId, Verdict>
}

export function liveFleet(question: FleetQuestion): LiveFleet {
  const { world, demand } = question
  demand.begin(world.nowMs)
  const holding = holdingTable(world.support)
  const leftAlone = new Map<HostId, Verdict>()
  const hosts: Host[] = []
  const instances: Instance[] = []
  const hostOf: number[] = []
  const now: number[] = []
  const past: (Float64Array | undefined)[] = []
  const membersOf = membersNow(question)
  for (const host of world.snapshot.hosts) {
    if (host.kind !== 'hypervisor' || host.state !== 'up') continue
    const members = membersOf(host)
    const uses = members.map((instance) => useOf(instance, { question, holding }))
    const unknown = members.find((_, nth) => uses[nth] === undefined)
    const verdict = promised(host, question) ?? (unknown && unmeasured(host, unknown))
    if (verdict !== undefined) {
      leftAlone.set(host.id, verdict)
      continue
    }
    for (const [nth, instance] of members.entries()) {
      instances.push(instance)
      hostOf.push(hosts.length)
      now.push(uses[nth]?.now ?? 0)
      past.push(uses[nth]?.past)
    }
    hosts.push(host)
  }
  const column = (of: (host: Host) => number) => Float64Array.from(hosts, of)
  const each = (of: (instance: Instance) => number) => Float64Array.from(instances, of)
  const capacity = column(({ cores, reservedCores }) => Math.max(1e-3, cores - reservedCores))
  const known = past.map((values) => values?.findIndex(Number.isNaN) ?? 0)
  const steps = known.reduce((most, count) => Math.max(most, count < 0 ? rememberedSteps : count), 1)
  const stays = instances.map(question.staysFor)
  const mayEmpty = hosts.map((host) => canSleep(host, question))
  const mayTake = hosts.map((host) => isOpen(host, question))
  const view: FleetView = {
    hosts: {
      count: hosts.length,
      capacity,
      coreCapacity: capacity,
      memoryMiB: column(
        ({ memoryMiB, reservedMemoryMiB, memoryRatio }) => (memoryMiB - reservedMemoryMiB) * (memoryRatio ?? 1),
      ),
      curves: hosts.map((host) => {
        const idleW = host.idlePowerW ?? question.power.idlePowerW
        return linearCurve(idleW, Math.max(idleW, host.fullPowerW ?? 2 * idleW))
      }),
    },
    instances: {
      count: instances.length,
      size: Float64Array.from(instances, ({ vcpus }, nth) => Math.max(vcpus, now[nth] as number, 1e-3)),
      memoryMiB: each(({ state, memoryMiB }) => (holding(state).booked ? memoryMiB : 0)),
    },
    hostOf: Int32Array.from(hostOf),
    demand: Float64Array.from(now),
    step: steps,
    pastDemand: (instance, lag) =>
      lag === 0
        ? (now[instance] as number)
        : (past[instance]?.[lag - 1] ?? (past[instance] === undefined ? 0 : Number.NaN)),
    memoryBinds: true,
    limits: {
      mayMove: (instance) => stays[instance] === undefined,
      mayTake: (host) => mayTake[host] === true,
      mayEmpty: (host) => mayEmpty[host] === true,
      soldVcpus: {
        ofHost: column(({ cores, reservedCores, coreRatio }) =>
          coreRatio === undefined ? Number.POSITIVE_INFINITY : (cores - reservedCores) * coreRatio,
        ),
        ofInstance: each(({ state, vcpus }) => (holding(state).booked ? vcpus : 0)),
      },
    },
  }
  return { view, hosts, instances, stays, leftAlone }
}

/** Open moves, by who moves: the reading may show them at either end. */
export function movesUnderWay(journal: readonly JournalEntry[]): ReadonlyMap<InstanceId, HostId> {
  const moves = new Map<InstanceId, HostId>()
  for (const entry of journal) {
    const to = entry.setting?.toHostId
    if (entry.action === 'migrate' && to !== undefined && isOnInstance(entry) && isOpenEntry(entry))
      moves.set(entry.instanceId, to)
  }
  return moves
}

function membersNow({ world, journal }: FleetQuestion): (host: Host) => readonly Instance[] {
  const { snapshot } = world
  const moves = movesUnderWay(journal)
  const arriving = new Map<HostId, Instance[]>()
  for (const [id, to] of moves) {
    const instance = snapshot.instanceById.get(id)
    if (instance !== undefined) arriving.set(to, [...(arriving.get(to) ?? []), instance])
  }
  return ({ id }) => {
    const there = (snapshot.instancesOfHost.get(id) ?? []).filter((instance) => !moves.has(instance.id))
    return [...there, ...(arriving.get(id) ?? [])]
  }
}

interface Use {
  readonly now: number
  readonly past: Float64Array | undefined
}

/** Undefined: not known. */
function useOf(
  { id, state, vcpus }: Instance,
  { question, holding }: { readonly question: FleetQuestion; readonly holding: HoldingTable },
): Use | undefined {
  if (!holding(state).cores) return { now: 0, past: undefined }
  const { usage, nowMs } = question.gate
  const slot = usage.slotOf(id)
  const latest = slot < 0 ? Number.NaN : usage.latest(slot, 'cpu', nowMs)
  const past = question.demand.pastOf(id, usage)
  const lastStep = past[0] ?? Number.NaN
  if (!isMeasured(latest) || Number.isNaN(lastStep)) return undefined
  return { now: Math.min(vcpus, Math.max(latest, lastStep)), past }
}

function promised({ id, name }: Host, { gate, world, options }: FleetQuestion): Verdict | undefined {
  const host = world.snapshot.hostById.get(id)
  const promise = host === undefined ? undefined : gate.hostUse?.(host).promise
  if (promise === undefined)
    return { code: 'host-promised', sentence: `It is not known whether ${name} is leased.`, facts: {} }
  if (promise.isActive || world.leasedTo?.has(id) === true)
    return { code: 'host-promised', sentence: `A lease has ${name}.`, facts: {} }
  if (promise.nextStartMs > world.nowMs + options.aheadMs) return undefined
  const facts = { nextStartMs: promise.nextStartMs }
  return { code: 'host-promised', sentence: `A lease of ${name} begins at ${isoTime(promise.nextStartMs)}.`, facts }
}

function unmeasured(host: Host, instance: Instance): Verdict {
  return {
    code: 'telemetry-stale',
    sentence: `What ${instance.name} on ${host.name} uses is not known, or not for long enough.`,
    facts: { instance: instance.name },
  }
}

/** Empty, it would be sent to sleep. */
function canSleep(host: Host, question: FleetQuestion): boolean {
  const { gate, power, recordOf, efficiencyOf, isPowered, world } = question
  if (!isPowered(host) || world.support?.has('sleep') !== true) return false
  const use = gate.hostUse?.(host)
  const record = recordOf(host.id)
  const facts = { isHeld: use?.isHeld ?? true, promise: use?.promise, efficiency: efficiencyOf(host) }
  const alone = { host, record, instances: [], isWaking: false, emptySinceMs: undefined, ...facts }
  const each = powerHost(alone, power, world.nowMs)
  const isRested = world.nowMs - (record?.wokeAtMs ?? Number.NEGATIVE_INFINITY) >= power.leastOnMs
  return isRested && judgeSleep({ each, step: 'sleep', options: power, nowMs: world.nowMs }) === undefined
}

function isOpen({ id }: Host, { gate, closing, recordOf }: FleetQuestion): boolean {
  if (closing.has(id) || recordOf(id)?.wish?.state === 'asleep') return false
  return gate.book.openOn({ instanceId: undefined, hostId: id }) === undefined
}
