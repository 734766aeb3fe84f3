// The simulated datacentre behind the Cloud port. Every call first runs the world up to the clock's present, so nothing
// needs to tick while nobody looks. Faults are applied at the edge, here and in as-told.ts: the world behind them stays true. What it can do beyond the common part of the port
// stands in facets/, one file each.
import type { ActionKind, CloudId, Host, InstanceId, Inventory, SampleBatch } from '@gleaner/model'
import { GleanerError, endsInstance, isError, isMemoryStep, metrics, startStates, targetState } from '@gleaner/model'
import type {
  ActionRequest,
  CheckItem,
  Clock,
  Cloud,
  CloudEvent,
  DesktopAgents,
  GuestMemoryReading,
  HostControl,
  InstanceCreation,
  InstanceLabels,
  InstanceMigration,
  Look,
  PowerControl,
  RatioControl,
  RoomClaims,
} from '@gleaner/ports'
import { supportedActions } from './actions.ts'
import { AsTold } from './as-told.ts'
import { FaultBoard } from './faults.ts'
import { claims } from './facets/claims.ts'
import { creation } from './facets/creation.ts'
import { desktopAgents } from './facets/desktop-agents.ts'
import { guestMemory, memoryOf } from './facets/guest-memory.ts'
import type { Inside } from './facets/inside.ts'
import { hostControl } from './facets/host-control.ts'
import { labels } from './facets/labels.ts'
import { migration } from './facets/migration.ts'
import { powerControl } from './facets/power-control.ts'
import { ratioControl } from './facets/ratio-control.ts'
import type { FaultContext } from './faults.ts'
import type { Guest } from './guest.ts'
import type { SimulatedCloudOptions, WorldSize } from './options.ts'
import { worldSize } from './options.ts'
import { Listeners } from './listeners.ts'
import { historyOf, sampleAt } from './sampling.ts'
import type { SimulatedState } from './state.ts'
import { loadWorld, saveWorld } from './state.ts'
import { ended } from './until-ended.ts'
import { type Course, World } from './world.ts'

const rememberedKeys = 1000
/** How long a person stays at an instance that was started by hand. */
const attendedMs = 3_600_000
const smallestBalloonMiB = 64
/** What a balloon that takes its time would need if it did not. */
const balloonMs = 1000

export class SimulatedCloud implements Cloud {
  readonly id: CloudId
  readonly kind = 'simulated'
  readonly address: string
  readonly actions = supportedActions
  readonly faults: FaultBoard
  readonly #clock: Clock
  readonly #size: WorldSize
  readonly #listeners: Listeners
  readonly #told: AsTold
  readonly #closed = new AbortController()
  readonly #keys = new Set<string>()
  readonly #made = new Map<string, InstanceId>()
  readonly #inside: Inside
  readonly creation: InstanceCreation
  readonly migration: InstanceMigration
  readonly hostControl: HostControl
  readonly powerControl: PowerControl
  readonly ratioControl: RatioControl
  readonly claims: RoomClaims
  readonly labels: InstanceLabels
  readonly guestMemory?: GuestMemoryReading
  readonly desktopAgents?: DesktopAgents
  #world: World

  constructor(options: SimulatedCloudOptions) {
    this.#size = worldSize(options)
    this.#clock = options.clock
    this.faults = new FaultBoard(this.#size.seed, options.faults)
    this.#world = new World(this.#size, this.#clock.nowMs())
    this.#listeners = new Listeners(this.#clock, () => this.#world)
    this.#told = new AsTold(this.faults, () => this.#world)
    this.#world.onHappening = (guest, detail) => this.#listeners.tell(guest, detail)
    this.id = this.#world.cloud
    this.#inside = {
      cloud: this.id,
      faults: this.faults,
      made: this.#made,
      world: () => this.#world,
      enter: (context, signal) => this.#enter(context, signal),
      course: (context) => this.#course(context),
      changed: () => this.#listeners.wakeUp(),
    }
    this.creation = creation(this.#inside)
    this.migration = migration(this.#inside)
    this.hostControl = hostControl(this.#inside)
    this.powerControl = powerControl(this.#inside)
    this.ratioControl = ratioControl(this.#inside)
    this.claims = claims(this.#inside)
    this.labels = labels(this.#inside)
    if (this.#size.desktops > 0 && options.desktopAgents !== false) this.desktopAgents = desktopAgents(this.#inside)
    if (options.guestMemory === true) this.guestMemory = guestMemory(this.#inside, () => this.#told.hidden('memory'))
    this.address = `simulated datacentre, seed ${this.#size.seed}: ${this.#size.hosts} hosts, about ${this.#size.instances} instances`
  }

  async check(signal: AbortSignal): Promise<readonly CheckItem[]> {
    const identity: CheckItem = {
      what: 'kind of cloud',
      ok: true,
      detail: `${this.address}. Nothing behind it is real: every host, instance and figure is computed.`,
    }
    try {
      await this.#enter({ call: 'check' }, signal)
    } catch (error) {
      if (!isError(error, 'cloud-unavailable', 'cloud-broken', 'cloud-refused')) throw error
      if (this.#closed.signal.aborted) throw error
      const remedy = 'Take away the simulated fault.'
      return [identity, { what: 'reachable', ok: false, detail: error.message, remedy }]
    }
    const speed = this.#clock.speed === 1 ? 'as fast as real time' : `${this.#clock.speed} times as fast as real time`
    return [
      identity,
      { what: 'reachable', ok: true, detail: 'Runs inside this process.' },
      { what: 'time', ok: true, detail: `Its time runs ${speed}.` },
    ]
  }

  async observe(signal: AbortSignal): Promise<Inventory> {
    await this.#enter({ call: 'observe' }, signal)
    return this.#told.inventory()
  }

  async sample(signal: AbortSignal): Promise<SampleBatch> {
    await this.#enter({ call: 'sample' }, signal)
    const world = this.#world
    return sampleAt(world, world.nowMs, { guests: world.guests, hidden: this.#told.hidden('sample') })
  }

  /** What each host is doing at this moment, for what hangs on it, such as a meter. Faults of the cloud do not reach it. */
  loads(): readonly { readonly host: Host; readonly usedCores: number }[] {
    const world = this.#world
    world.advance(this.#clock.nowMs())
    const { values, subjects } = sampleAt(world, world.nowMs, { guests: world.guests })
    const first = subjects.length - world.machines.length
    return world.machines.map((machine, nth) => ({
      host: machine.view,
      usedCores: values[(first + nth) * metrics.length + metrics.indexOf('cpu')] as number,
    }))
  }

  async act(request: ActionRequest, signal: AbortSignal): Promise<void> {
    const { action, instanceId } = request
    const context: FaultContext = { call: 'act', action, instanceId }
    await this.#enter(context, signal)
    if (!supportedActions.some((support) => support.action === action))
      throw new GleanerError('cloud-unsupported', { cloud: this.id, action })
    if (this.#keys.has(request.idempotencyKey)) return
    const guest = this.#world.find(instanceId)
    if (guest === undefined) throw new GleanerError('cloud-not-found', { cloud: this.id, object: instanceId })
    const facts = { cloud: this.id, object: guest.spec.name }
    if (this.faults.strike('no-room', context))
      throw new GleanerError('cloud-capacity', { ...facts, detail: 'told to have none' })
    if (this.faults.strike('conflict', context))
      throw new GleanerError('cloud-conflict', { ...facts, detail: 'told to be busy' })
    if (!this.faults.strike('ignore', context)) {
      if (isMemoryStep(action)) this.#balloon(guest, request)
      else this.#begin(guest, action, context)
    }
    this.#remember(request.idempotencyKey)
  }

  async look(instanceId: InstanceId, signal: AbortSignal): Promise<Look> {
    await this.#enter({ call: 'look', instanceId }, signal)
    const guest = this.#world.find(instanceId)
    if (guest === undefined) return { instance: undefined, fault: undefined }
    if (this.#told.hidden('look').has(guest.host))
      throw new GleanerError('cloud-unavailable', {
        cloud: this.id,
        detail: `host of ${guest.spec.name} is unreadable`,
      })
    const memory = this.guestMemory && memoryOf(this.#inside, this.#world, guest)
    return {
      instance: this.#told.instance(guest.view(this.#world.hostIds), 'look'),
      fault: guest.fault,
      ...(memory === undefined ? {} : { memory }),
    }
  }

  subscribe(listener: (event: CloudEvent) => void): () => void {
    return this.#listeners.add(listener)
  }

  async close(): Promise<void> {
    this.#listeners.close()
    this.#closed.abort(new GleanerError('cloud-unavailable', { cloud: this.id, detail: 'the connection was closed' }))
  }

  /** Usage at each step of [fromMs, toMs), as `sample` gave or would have given it; nothing of the future. */
  history(fromMs: number, toMs: number, stepMs: number): Iterable<SampleBatch> {
    this.#world.advance(this.#clock.nowMs())
    return historyOf(this.#world, { startMs: fromMs, endMs: toMs }, stepMs)
  }

  /** What the guest, and its owner, can read of it in the cloud; undefined when it is not there. */
  metadataOf(instanceId: InstanceId): Readonly<Record<string, string>> | undefined {
    const guest = this.#world.find(instanceId)
    return guest === undefined ? undefined : Object.fromEntries(guest.metadata)
  }

  /** A person acts on an instance by hand, past Gleaner: false when that is not possible now. */
  actByHand(instanceId: InstanceId, action: ActionKind, by?: string): boolean {
    this.#world.advance(this.#clock.nowMs())
    const guest = this.#world.find(instanceId)
    if (guest === undefined || guest.move !== undefined || (guest.unplaced && action !== 'delete')) return false
    if (action === 'notify' || isMemoryStep(action)) return false
    if (action !== 'delete' && !startStates[action].includes(guest.state)) return false
    const attendedUntilMs = action === 'start' || action === 'resume' ? this.#world.nowMs + attendedMs : 0
    const began = this.#world.begin(guest, { action, by: by ?? guest.spec.owner, attendedUntilMs })
    this.#listeners.wakeUp()
    return began
  }

  exportState(): SimulatedState {
    this.#world.advance(this.#clock.nowMs())
    return saveWorld(this.#world, { keys: this.#keys, made: this.#made })
  }

  /** Goes on from a saved state, which may have come through JSON; `cloud-broken` when it is not of this cloud. */
  importState(state: unknown): void {
    const { world, keys, made } = loadWorld(state, this.#size)
    this.#world = world
    this.#world.onHappening = (guest, detail) => this.#listeners.tell(guest, detail)
    this.#keys.clear()
    for (const key of keys) this.#keys.add(key)
    this.#made.clear()
    for (const [key, id] of made) this.#made.set(key, id)
    this.#listeners.wakeUp()
  }

  /** Lets a call in: faults of the whole call first, then the world runs up to now. */
  async #enter(context: FaultContext, signal: AbortSignal): Promise<void> {
    this.#assertOpen(signal)
    const lag = this.faults.strike('lag', context)
    if (lag) await this.#wait(signal, (any) => this.#clock.sleep(lag.fault.lagMs, any))
    const hang = this.faults.strike('hang', context)
    if (hang) await this.#wait(signal, (any) => ended(hang.ended, any))
    const detail = 'told to'
    if (this.faults.strike('unavailable', context))
      throw new GleanerError('cloud-unavailable', { cloud: this.id, detail: 'told to be away' })
    if (this.faults.strike('broken', context)) throw new GleanerError('cloud-broken', { cloud: this.id, detail })
    if (this.faults.strike('refuse', context)) throw new GleanerError('cloud-refused', { cloud: this.id, detail })
    this.#world.advance(this.#clock.nowMs())
  }

  #assertOpen(signal: AbortSignal): void {
    this.#closed.signal.throwIfAborted()
    signal.throwIfAborted()
  }

  /** Waits as told, but no longer than until the call is aborted or the cloud closed. */
  async #wait(signal: AbortSignal, wait: (any: AbortSignal) => Promise<void>): Promise<void> {
    await wait(AbortSignal.any([signal, this.#closed.signal]))
    this.#assertOpen(signal)
  }

  #begin(guest: Guest, action: ActionKind, context: FaultContext): void {
    const target = endsInstance(action) ? 'gone' : targetState[action]
    if (guest.state === target || guest.move?.target === target) return
    const facts = { cloud: this.id, object: guest.spec.name }
    if (guest.move !== undefined || !startStates[action].includes(guest.state))
      throw new GleanerError('cloud-conflict', { ...facts, detail: `it is ${guest.state}` })
    const began = this.#world.begin(guest, { action, by: 'the API', ...this.#course(context) })
    if (!began) throw new GleanerError('cloud-capacity', { ...facts, detail: 'no host has room for its flavor' })
    this.#listeners.wakeUp()
  }

  /** What becomes of a move that begins now. */
  #course(context: FaultContext): Course {
    const fail = this.faults.strike('fail', context)?.fault
    return {
      outcome: fail
        ? fail.into === 'error'
          ? 'break'
          : 'fail'
        : this.faults.strike('fall-back', context)
          ? 'fall-back'
          : this.faults.strike('stuck', context)
            ? 'stuck'
            : 'reach',
      slowness: this.faults.strike('slow', context)?.fault.factor ?? 1,
    }
  }

  #balloon(guest: Guest, request: ActionRequest): void {
    const { action, instanceId } = request
    const memoryMiB = action === 'return-memory' ? guest.spec.memoryMiB : request.memoryMiB
    const facts = { cloud: this.id, object: guest.spec.name }
    if (guest.state !== 'running')
      throw new GleanerError('cloud-conflict', { ...facts, detail: `it is ${guest.state}` })
    if (memoryMiB === undefined || !(memoryMiB >= smallestBalloonMiB && memoryMiB <= guest.spec.memoryMiB)) {
      const detail = `${memoryMiB} MiB is not within ${smallestBalloonMiB} to ${guest.spec.memoryMiB} MiB`
      throw new GleanerError('cloud-conflict', { ...facts, detail })
    }
    if (this.faults.strike('stuck', { call: 'act', action, instanceId })) return
    const slow = this.faults.strike('slow', { call: 'act', action, instanceId })
    this.#world.balloon(guest, memoryMiB, slow === undefined ? 0 : slow.fault.factor * balloonMs)
  }

  #remember(key: string): void {
    this.#keys.add(key)
    if (this.#keys.size <= rememberedKeys) return
    for (const oldest of this.#keys) {
      this.#keys.delete(oldest)
      return
    }
  }
}
