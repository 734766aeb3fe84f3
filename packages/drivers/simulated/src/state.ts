// What outlives a restart of the simulated cloud: the sizes it was made from, its time, and everything that differs from
// what the seed alone gives. So that it stays small, instances that were deleted before an export are not in it, and of
// those that were touched only the last day: after an import the past beyond that is told with gaps.
import { GleanerError, type InstanceId } from '@gleaner/model'
import type { HeldRoom } from './claim-book.ts'
import type { Order } from './furnish.ts'
import type { Move, Phase } from './guest.ts'
import { Guest } from './guest.ts'
import type { MachineChanges } from './machine.ts'
import type { WorldSize } from './options.ts'
import type { StreamName } from './people.ts'
import { streamNames } from './people.ts'
import { World } from './world.ts'

const version = 1

/** Of the phases of an instance that was touched only the recent ones are saved. */
const savedPastMs = 86_400_000

interface SavedPhase extends Omit<Phase, 'toMs'> {
  /** JSON knows no Infinity. */
  readonly toMs: number | null
}

interface SavedGuest {
  readonly serial: number
  readonly name: string
  readonly createdAtMs: number
  readonly state: Guest['state']
  readonly stateSinceMs: number
  readonly host: number
  readonly claimed: boolean
  readonly fault: string | null
  readonly move: (Omit<Move, 'endsAtMs'> & { readonly endsAtMs: number | null }) | null
  readonly phases: readonly SavedPhase[]
  /** Absent where they are as the seed makes them. */
  readonly order?: Order
  readonly tags?: readonly string[]
  readonly metadata?: Readonly<Record<string, string>>
  readonly unplaced?: true
}

export interface SimulatedState {
  readonly version: number
  readonly size: WorldSize
  readonly startedAtMs: number
  readonly nowMs: number
  readonly nextSerial: number
  readonly nameCounts: Readonly<Record<string, number>>
  readonly streams: Readonly<Partial<Record<StreamName, { readonly count: number; readonly nextMs: number | null }>>>
  /** Serial numbers of instances of the beginning that are gone. */
  readonly gone: readonly number[]
  readonly guests: readonly SavedGuest[]
  /** Idempotency keys that have had their effect, oldest first. */
  readonly keys: readonly string[]
  /** The instances that were made under a key. */
  readonly made?: Readonly<Record<string, InstanceId>>
  /** Hosts that are not as they were furnished, by index. */
  readonly hosts?: Readonly<Record<string, MachineChanges>>
  readonly claims?: readonly HeldRoom[]
}

/** What the cloud remembers of the calls it was asked, so that the same call twice has one effect. */
export interface CallMemory {
  readonly keys: ReadonlySet<string>
  readonly made: ReadonlyMap<string, InstanceId>
}

export function saveWorld(world: World, { keys, made }: CallMemory): SimulatedState {
  const present = new Set(world.guests.map((guest) => guest.spec.serial))
  const gone: number[] = []
  for (let serial = 0; serial < world.size.instances; serial++) if (!present.has(serial)) gone.push(serial)
  const stream = ({ count, nextMs }: { count: number; nextMs: number }) => ({ count, nextMs: finite(nextMs) })
  return {
    version,
    size: world.size,
    startedAtMs: world.startedAtMs,
    nowMs: world.nowMs,
    nextSerial: world.nextSerial,
    nameCounts: Object.fromEntries(world.furnisher.counts),
    streams: {
      arrival: stream(world.people.streams.arrival),
      departure: stream(world.people.streams.departure),
      deed: stream(world.people.streams.deed),
      demand: stream(world.people.streams.demand),
    },
    gone,
    guests: world.guests.filter((guest) => guest.touched).map((guest) => saveGuest(guest, world.nowMs)),
    keys: [...keys],
    ...(made.size === 0 ? {} : { made: Object.fromEntries(made) }),
    ...savedHosts(world),
    ...(world.claims.all().length === 0 ? {} : { claims: world.claims.all() }),
  }
}

function savedHosts(world: World): Pick<SimulatedState, 'hosts'> {
  const hosts: Record<string, MachineChanges> = {}
  for (const machine of world.machines) if (machine.changes !== undefined) hosts[machine.index] = machine.changes
  return Object.keys(hosts).length === 0 ? {} : { hosts }
}

function saveGuest(guest: Guest, nowMs: number): SavedGuest {
  return {
    serial: guest.spec.serial,
    name: guest.spec.name,
    createdAtMs: guest.spec.createdAtMs,
    state: guest.state,
    stateSinceMs: guest.stateSinceMs,
    host: guest.host,
    claimed: guest.claimed,
    fault: guest.fault ?? null,
    move: guest.move === undefined ? null : { ...guest.move, endsAtMs: finite(guest.move.endsAtMs) },
    phases: guest.phases
      .filter((phase) => phase.toMs >= nowMs - savedPastMs)
      .map((phase) => ({ ...phase, toMs: finite(phase.toMs) })),
    ...(guest.spec.order === undefined ? {} : { order: guest.spec.order }),
    ...(guest.tags === guest.spec.tags ? {} : { tags: guest.tags }),
    ...(guest.metadata.size === 0 ? {} : { metadata: Object.fromEntries(guest.metadata) }),
    ...(guest.unplaced ? { unplaced: true } : {}),
  }
}

/** The world as it was saved; `cloud-broken` when the value is no state of this version and this size. */
export function loadWorld(value: unknown, size: WorldSize): { readonly world: World } & CallMemory {
  const state = asState(value, size)
  const world = new World(size, state.startedAtMs)
  const saved = new Map(state.guests.map((guest) => [guest.serial, guest]))
  const gone = new Set(state.gone)
  for (const [index, changes] of Object.entries(state.hosts ?? {}))
    world.machines[Number(index)]?.restoreChanges(changes)
  const initial = world.clear()
  for (const guest of initial) if (!gone.has(guest.spec.serial) && !saved.has(guest.spec.serial)) world.restore(guest)
  for (const guest of state.guests) world.restore(loadGuest(world, guest))
  for (const claim of state.claims ?? []) world.claims.put(claim)
  world.guests.sort((a, b) => a.spec.serial - b.spec.serial)
  world.nextSerial = state.nextSerial
  world.furnisher.counts.clear()
  for (const [name, count] of Object.entries(state.nameCounts)) world.furnisher.counts.set(name, count)
  for (const name of streamNames) {
    // A state saved before there was such a stream: it begins now.
    const saved = state.streams[name] ?? { count: 0, nextMs: state.nowMs }
    world.people.streams[name].count = saved.count
    world.people.streams[name].nextMs = infinite(saved.nextMs)
  }
  world.advance(state.nowMs)
  return { world, keys: new Set(state.keys), made: new Map(Object.entries(state.made ?? {})) }
}

function loadGuest(world: World, saved: SavedGuest): Guest {
  const guest = new Guest(
    world.furnisher.make(saved.serial, saved.createdAtMs, {
      name: saved.name,
      ...(saved.order === undefined ? {} : { order: saved.order }),
    }),
    saved.state,
    saved.stateSinceMs,
  )
  guest.host = saved.host
  guest.claimed = saved.claimed
  guest.fault = saved.fault ?? undefined
  guest.move = saved.move === null ? undefined : { ...saved.move, endsAtMs: infinite(saved.move.endsAtMs) }
  guest.phases = saved.phases.map((phase) => ({ ...phase, toMs: infinite(phase.toMs) }))
  if (saved.tags !== undefined) guest.tags = saved.tags
  for (const [name, text] of Object.entries(saved.metadata ?? {})) guest.metadata.set(name, text)
  guest.unplaced = saved.unplaced === true
  guest.touched = true
  return guest
}

/** The time a saved cloud stood at, for the clock that goes on from there; undefined when the value is no state. */
export function savedTimeMs(value: unknown): number | undefined {
  const state = value as Partial<SimulatedState> | null | undefined
  return typeof state === 'object' && state?.version === version && typeof state.nowMs === 'number'
    ? state.nowMs
    : undefined
}

/** The state comes from Gleaner's own store: its version and size are checked, its inside is trusted. */
function asState(value: unknown, size: WorldSize): SimulatedState {
  const broken = (detail: string) => new GleanerError('cloud-broken', { cloud: size.id, detail })
  if (savedTimeMs(value) === undefined) throw broken('the saved state of the simulated cloud is of another version')
  const state = value as SimulatedState
  if (JSON.stringify(state.size) !== JSON.stringify(size))
    throw broken('the saved state belongs to a simulated cloud of another size or seed')
  return state
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

function infinite(value: number | null): number {
  return value ?? Number.POSITIVE_INFINITY
}
