// The simulated datacentre and its course. It has no clock: `advance(toMs)` runs everything that happens up to a moment,
// in the order it happens, so that the course depends on the seed and on what was asked when, never on how often anybody
// looks. Time never runs backwards here; a reading with an earlier time sees the latest state.
import type { ActionKind, CloudId, HostId, InstanceId, InstanceState } from '@gleaner/model'
import { cloudId, movingState, targetState } from '@gleaner/model'
import { migrationMs, moveMs } from './actions.ts'
import { ClaimBook } from './claim-book.ts'
import type { Order, SimulatedProject } from './furnish.ts'
import { Furnisher, makeProjects } from './furnish.ts'
import type { Move, Phase } from './guest.ts'
import { Guest } from './guest.ts'
import type { Machine } from './machine.ts'
import { makeMachines, place } from './machine.ts'
import type { WorldSize } from './options.ts'
import { People } from './people.ts'
import { Draws, hash32 } from './random.ts'
import { Timeline } from './timeline.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** How long the past of a deleted instance is remembered, and phases in general. */
const pastMs = 15 * dayMs

export type Happening = (guest: Guest, detail: string) => void

/** What becomes of a move: by chance or by order. */
export interface Course {
  readonly outcome?: Move['outcome'] | 'stuck'
  readonly slowness?: number
}

export interface Begin extends Course {
  readonly action: ActionKind
  readonly by: string
  /** Index of the host a start shall use, and no other. */
  readonly host?: number
  /** Until then whoever asked works with it. */
  readonly attendedUntilMs?: number
}

export class World {
  readonly size: WorldSize
  readonly cloud: CloudId
  readonly startedAtMs: number
  readonly machines: readonly Machine[]
  readonly hostIds: readonly HostId[]
  readonly projects: readonly SimulatedProject[]
  readonly furnisher: Furnisher
  readonly people: People
  readonly claims: ClaimBook
  /** In the order of their serial numbers. */
  readonly guests: Guest[] = []
  /** Deleted, and remembered for the past. */
  #ended: Guest[] = []
  #everyone: { readonly revision: number; readonly guests: readonly Guest[] } | undefined
  nextSerial = 0
  /** Grows with every change a reader could see. */
  revision = 0
  readonly #byId = new Map<string, Guest>()
  readonly #timeline = new Timeline()
  #nowMs: number
  onHappening: Happening = () => {}

  constructor(size: WorldSize, startedAtMs: number) {
    this.size = size
    this.cloud = cloudId(size.id)
    this.startedAtMs = startedAtMs
    this.#nowMs = startedAtMs
    this.machines = makeMachines(size, this.cloud)
    this.hostIds = this.machines.map((machine) => machine.view.id)
    this.claims = new ClaimBook(this.machines)
    this.projects = makeProjects(size, this.cloud)
    this.furnisher = new Furnisher(size, this.cloud, this.projects)
    for (let serial = 0; serial < size.instances; serial++) this.#settleIn(serial)
    this.people = new People(this)
  }

  get nowMs(): number {
    return this.#nowMs
  }

  find(id: InstanceId): Guest | undefined {
    return this.#byId.get(id)
  }

  /** Those who are there and those who were, in the order of their serial numbers. */
  everyone(): readonly Guest[] {
    if (this.#ended.length === 0) return this.guests
    if (this.#everyone?.revision !== this.revision) {
      const guests = [...this.guests, ...this.#ended].sort((a, b) => a.spec.serial - b.spec.serial)
      this.#everyone = { revision: this.revision, guests }
    }
    return this.#everyone.guests
  }

  /** When something happens next by itself. */
  get nextMs(): number {
    return Math.min(this.#timeline.nextMs, this.people.nextMs)
  }

  advance(toMs: number): void {
    for (;;) {
      const nextMs = this.nextMs
      if (nextMs > toMs) break
      this.#nowMs = Math.max(this.#nowMs, nextMs)
      if (this.#timeline.nextMs <= nextMs) this.#finishNext()
      else this.people.actNext()
    }
    this.#nowMs = Math.max(this.#nowMs, toMs)
    for (const machine of this.machines) if (machine.bootUntil(this.#nowMs)) this.revision++
  }

  wake(machine: Machine, bootMs: number): void {
    machine.wake(this.#nowMs + bootMs)
    this.revision++
  }

  /** An instance of the beginning: it has an age, and most probably runs. */
  #settleIn(serial: number): void {
    const draws = new Draws(hash32(this.size.seed, 0x5e771e), serial)
    const ageMs = hourMs * (450 * 24) ** draws.unit()
    const guest = new Guest(this.furnisher.make(serial, Math.round(this.startedAtMs - ageMs)), 'running', 0)
    const { spec } = guest
    const fate = draws.unit()
    const host = place(this.machines, spec, draws.unit() * 0x1_0000_0000)
    guest.state =
      host < 0 || fate > 0.985
        ? 'shelved'
        : fate < 0.89
          ? 'running'
          : fate < 0.93
            ? 'suspended'
            : fate < 0.965
              ? 'stopped'
              : fate < 0.98
                ? 'paused'
                : 'error'
    guest.stateSinceMs = Math.round(
      guest.state === 'running' ? spec.createdAtMs : this.startedAtMs - ageMs * draws.unit(),
    )
    const whole = { host, limitMiB: spec.memoryMiB, bootedMs: spec.createdAtMs, attendedUntilMs: 0 }
    if (host >= 0) guest.beginPhase({ ...whole, fromMs: spec.createdAtMs, running: true })
    if (guest.state !== 'running') guest.endPhase(guest.stateSinceMs)
    if (guest.state === 'paused') guest.beginPhase({ ...whole, fromMs: guest.stateSinceMs, running: false })
    if (guest.state !== 'shelved') guest.host = host
    if (['running', 'paused', 'suspended', 'error'].includes(guest.state)) this.claim(guest)
    this.adopt(guest)
  }

  /** Empties the world and answers with those who lived in it; `restore` puts guests back. */
  clear(): readonly Guest[] {
    this.claims.clear()
    for (const machine of this.machines) machine.unclaimAll()
    this.#byId.clear()
    return this.guests.splice(0)
  }

  restore(guest: Guest): void {
    if (guest.claimed) this.machines[guest.host]?.claim(guest.spec)
    const { move } = guest
    if (move?.toHost !== undefined) this.machines[move.toHost]?.claim(guest.spec)
    this.adopt(guest)
  }

  /** Makes a guest part of the world. */
  adopt(guest: Guest): void {
    this.guests.push(guest)
    this.#byId.set(guest.spec.id, guest)
    this.nextSerial = Math.max(this.nextSerial, guest.spec.serial + 1)
    if (guest.move !== undefined) this.#timeline.add(guest.move.endsAtMs, guest)
    this.revision++
  }

  /**
   * Somebody creates an instance. The host is checked by the caller if one is named; where the scheduler shall find one
   * and there is none with room, the instance is there all the same, in error, and can only be deleted.
   */
  create({ order, host, ...course }: Course & { readonly order?: Order; readonly host?: number } = {}): Guest {
    const serial = this.nextSerial++
    const spec = this.furnisher.make(serial, this.#nowMs, order === undefined ? {} : { order })
    const guest = new Guest(spec, 'starting', this.#nowMs)
    guest.host = host ?? place(this.machines, spec, hash32(this.size.seed, serial, 0x91ace))
    guest.touched = true
    if (guest.host < 0) {
      guest.unplaced = true
      guest.state = 'error'
      guest.fault = `No valid host was found: none has room for ${spec.vcpus} vcpus and ${spec.memoryMiB} MiB.`
    } else {
      this.claim(guest)
      guest.beginPhase(this.#phase(guest, { running: false, boots: true }))
      guest.move = {
        action: 'start',
        from: 'stopped',
        target: 'running',
        by: spec.owner,
        ...this.#course(course, moveMs('start', spec, 'stopped')),
      }
    }
    this.adopt(guest)
    this.onHappening(guest, `${spec.owner} created ${spec.name}`)
    return guest
  }

  /** Moves an instance that runs, or is paused, to another host, which has been checked to have room. */
  migrate(guest: Guest, toHost: number, { by, ...course }: Course & { readonly by: string }): void {
    this.machines[toHost]?.claim(guest.spec)
    guest.move = {
      action: 'migrate',
      toHost,
      from: guest.state,
      target: guest.state,
      by,
      ...this.#course(course, migrationMs(guest.spec)),
    }
    guest.fault = undefined
    guest.enter('migrating', this.#nowMs)
    this.#timeline.add(guest.move.endsAtMs, guest)
    this.revision++
    this.onHappening(guest, `${by} migrates ${guest.spec.name}`)
  }

  #course({ outcome = 'reach', slowness = 1 }: Course, durationMs: number): Pick<Move, 'endsAtMs' | 'outcome'> {
    return outcome === 'stuck'
      ? { endsAtMs: Number.POSITIVE_INFINITY, outcome: 'reach' }
      : { endsAtMs: this.#nowMs + Math.round(durationMs * slowness), outcome }
  }

  /** False when a start finds no room. The caller has checked that the action can begin in this state. */
  begin(guest: Guest, { action, by, host, attendedUntilMs = 0, ...course }: Begin): boolean {
    const from = guest.state
    const needsRoom = action === 'start' && !guest.claimed
    if (needsRoom && !this.#findRoom(guest, host)) return false
    const target = action === 'delete' ? 'gone' : targetState[action]
    if (target === undefined) return true
    guest.move = { action, from, target, by, ...this.#course(course, moveMs(action, guest.spec, from)) }
    guest.fault = undefined
    const holds = guest.phases.at(-1)?.toMs === Number.POSITIVE_INFINITY
    if (holds || target === 'running') {
      const phase = this.#phase(guest, { running: false, boots: action === 'start' })
      guest.beginPhase({ ...phase, attendedUntilMs: Math.max(attendedUntilMs, phase.attendedUntilMs) })
    }
    guest.enter(action === 'delete' ? 'deleting' : (movingState[action] ?? guest.state), this.#nowMs)
    this.#timeline.add(guest.move.endsAtMs, guest)
    this.revision++
    const word = action === 'delete' ? 'deletes' : `${action}s`
    this.onHappening(guest, `${by} ${word} ${guest.spec.name}`)
    return true
  }

  /** Takes effect at once, but for a guest that takes its time; a later call goes before an earlier one. */
  balloon(guest: Guest, limitMiB: number, afterMs = 0): void {
    const phase = guest.phaseAt(this.#nowMs)
    if (phase === undefined) return
    guest.beginPhase({ ...phase, fromMs: this.#nowMs + afterMs, limitMiB })
    guest.touched = true
  }

  claim(guest: Guest): void {
    if (guest.claimed || guest.host < 0) return
    this.machines[guest.host]?.claim(guest.spec)
    guest.claimed = true
  }

  release(guest: Guest): void {
    if (guest.claimed) this.machines[guest.host]?.unclaim(guest.spec)
    guest.claimed = false
  }

  /** On its own host if that still has room, else on another; where a host is named, only there. */
  #findRoom(guest: Guest, named: number | undefined): boolean {
    const own = this.machines[named ?? guest.host]
    const host = own?.fits(guest.spec)
      ? own.index
      : named === undefined
        ? place(this.machines, guest.spec, hash32(this.size.seed, guest.spec.serial, guest.stateSinceMs))
        : -1
    if (host < 0) return false
    guest.host = host
    this.claim(guest)
    return true
  }

  /** The balloon and the memory of its last visitor outlive everything but a boot. */
  #phase(
    guest: Guest,
    { running, boots }: { readonly running: boolean; readonly boots: boolean },
  ): Omit<Phase, 'toMs'> {
    const last = boots ? undefined : guest.phases.at(-1)
    return {
      fromMs: this.#nowMs,
      host: guest.host,
      running,
      limitMiB: last?.limitMiB ?? guest.spec.memoryMiB,
      bootedMs: last?.bootedMs ?? this.#nowMs,
      attendedUntilMs: last?.attendedUntilMs ?? 0,
    }
  }

  #finishNext(): void {
    const due = this.#timeline.take()
    const move = due?.guest.move
    if (due === undefined || move === undefined || move.endsAtMs !== due.atMs) return
    const { guest } = due
    guest.move = undefined
    const reached = move.outcome === 'reach'
    if (move.toHost !== undefined) this.#finishMigration(guest, move.toHost, reached)
    if (move.outcome === 'fail' || move.outcome === 'break')
      guest.fault = `${move.action} failed: the hypervisor reported an I/O error (simulated)`
    const state = reached ? move.target : move.outcome === 'break' ? 'error' : move.from
    if (state === 'gone') this.#remove(guest)
    else this.#arrive(guest, state)
    this.revision++
    const end = reached ? `is ${state}` : `${move.action} did not succeed, it is ${state}`
    this.onHappening(guest, `${guest.spec.name} ${end}`)
  }

  /** Of the two rooms it held one is free again. */
  #finishMigration(guest: Guest, toHost: number, reached: boolean): void {
    this.machines[reached ? guest.host : toHost]?.unclaim(guest.spec)
    if (reached) guest.host = toHost
  }

  #arrive(guest: Guest, state: InstanceState): void {
    if (state === 'running' || state === 'paused')
      guest.beginPhase(this.#phase(guest, { running: state === 'running', boots: false }))
    else guest.endPhase(this.#nowMs)
    if (state === 'stopped' || state === 'shelved') this.release(guest)
    if (state === 'shelved') guest.host = -1
    guest.enter(state, this.#nowMs)
    guest.forgetPhasesBefore(this.#nowMs - pastMs)
  }

  #remove(guest: Guest): void {
    guest.endPhase(this.#nowMs)
    this.release(guest)
    this.#byId.delete(guest.spec.id)
    this.guests.splice(this.#indexOf(guest), 1)
    const beforeMs = this.#nowMs - pastMs
    if ((this.#ended[0]?.stateSinceMs ?? beforeMs) < beforeMs)
      this.#ended = this.#ended.filter((other) => other.stateSinceMs >= beforeMs)
    this.#ended.push(guest)
  }

  #indexOf(guest: Guest): number {
    let low = 0
    let high = this.guests.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.guests[middle] as Guest).spec.serial < guest.spec.serial) low = middle + 1
      else high = middle
    }
    return low
  }
}
