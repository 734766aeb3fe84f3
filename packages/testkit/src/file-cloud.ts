// A cloud that outlives the process that uses it: its state is a file, each effect one line of a log. Made for tests that
// kill the control plane at any point and then count what really happened. It is as strict as a real cloud: an action in a
// wrong state is a conflict, and every effect is a state change (there is no memory of idempotency keys to hide behind).
import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import {
  type ActionKind,
  type CloudId,
  GleanerError,
  type GuestMemory,
  type Host,
  type HostId,
  type Instance,
  type InstanceId,
  type InstanceState,
  type Inventory,
  type SampleBatch,
  emptyBatch,
  hostId,
  instanceId,
  isMemoryStep,
  metrics,
  nativeOf,
  projectId,
  startStates,
  targetState,
} from '@gleaner/model'
import type {
  ActionRequest,
  ActionSupport,
  CheckItem,
  Clock,
  Cloud,
  CloudEvent,
  GuestMemoryReading,
  HostControl,
  InstanceMigration,
  Look,
  PowerControl,
  RatioControl,
} from '@gleaner/ports'

const promisedMiB = 1024
const hostSwitches = {
  close: { from: 'up', to: 'disabled' },
  sleep: { from: 'disabled', to: 'asleep' },
  wake: { from: 'asleep', to: 'disabled' },
  open: { from: 'disabled', to: 'up' },
} as const
const stateKinds = ['pause', 'suspend', 'stop', 'resume', 'start'] as const

export interface FileCloudOptions {
  readonly id: CloudId
  /** `<path>.json` holds the states, `<path>.log` one line per effect. */
  readonly path: string
  readonly clock: Clock
  readonly instances: number
  /** What its scheduler sells per core at first; absent: it has none, and no ratio can be set. */
  readonly coreRatio?: number
  /** Its host can be closed, opened, and switched off and on while it is closed. */
  readonly switchesHost?: boolean
  /** Has a second host, and instances run on from one to the other. There is a second project, which has none. */
  readonly migrates?: boolean
  /** Its guests tell their memory, lend some, and need it back as soon as they have left it. */
  readonly lendsMemory?: boolean
}

interface FileState {
  /** What the balloon leaves to those whom memory is lent from. */
  readonly leftMiB?: Readonly<Record<string, number>>
  readonly coreRatio?: number | undefined
  readonly host?: Host['state']
  /** Of instances that are no longer on the first host. */
  readonly hostOf?: Readonly<Record<string, string>>
  readonly states: Readonly<Record<string, InstanceState>>
}

export class FileCloud implements Cloud {
  readonly kind = 'file'
  readonly id: CloudId
  readonly address: string
  readonly actions: readonly ActionSupport[]
  readonly ratioControl?: RatioControl
  readonly guestMemory?: GuestMemoryReading
  readonly hostControl?: HostControl
  readonly migration?: InstanceMigration
  readonly powerControl?: PowerControl
  readonly #options: FileCloudOptions

  constructor(options: FileCloudOptions) {
    this.#options = options
    this.id = options.id
    this.address = options.path
    const kinds = [
      ...stateKinds,
      ...(options.lendsMemory === true ? (['balloon', 'return-memory'] as const) : []),
      ...(options.migrates === true ? (['migrate'] as const) : []),
    ]
    this.actions = kinds.map(supportOf)
    if (options.lendsMemory === true) this.guestMemory = { read: async () => this.#memories() }
    if (options.switchesHost === true) {
      this.hostControl = { close: async () => this.#switch('close'), open: async () => this.#switch('open') }
      this.powerControl = {
        has: () => true,
        sleep: async () => this.#switch('sleep'),
        wake: async () => this.#switch('wake'),
      }
    }
    if (options.migrates === true) this.migration = { migrate: async (id, to) => this.#migrate(id, to) }
    if (options.coreRatio !== undefined) this.ratioControl = this.#ratioControl()
  }

  async check(): Promise<readonly CheckItem[]> {
    return [{ what: 'file', ok: true, detail: this.#options.path }]
  }

  async observe(): Promise<Inventory> {
    const states = this.#read()
    const host = (name: string): Host => ({
      id: hostId(this.id, name),
      cloudId: this.id,
      name,
      kind: 'hypervisor',
      state: states.host ?? 'up',
      cores: 16,
      memoryMiB: 65_536,
      diskGiB: 500,
      reservedCores: 0,
      reservedMemoryMiB: 0,
      coreRatio: states.coreRatio ?? this.#options.coreRatio,
      memoryRatio: undefined,
      idlePowerW: undefined,
      fullPowerW: undefined,
    })
    const project = (name: string) => ({ id: projectId(this.id, name), cloudId: this.id, name })
    const isTwo = this.#options.migrates === true
    return {
      hosts: (isTwo ? ['h1', 'h2'] : ['h1']).map(host),
      instances: this.#names().map((name) => this.#instance(name, states)),
      projects: (isTwo ? ['p1', 'p2'] : ['p1']).map(project),
      gaps: [],
    }
  }

  /** Every running instance is idle. */
  async sample(): Promise<SampleBatch> {
    const states = this.#read()
    const running = this.#names().filter((name) => stateOf(states, name) === 'running')
    const batch = emptyBatch(running.length)
    for (const [row, name] of running.entries()) {
      batch.subjects.push(instanceId(this.id, name))
      batch.atMs[row] = this.#options.clock.nowMs()
      for (let metric = 0; metric < metrics.length; metric++) batch.values[row * metrics.length + metric] = 0
    }
    return batch
  }

  async act(request: ActionRequest): Promise<void> {
    const name = request.instanceId.slice(this.id.length + 1)
    if (!this.#names().includes(name)) throw new GleanerError('cloud-not-found', { cloud: this.id, object: name })
    const states = this.#read()
    if (isMemoryStep(request.action) && this.guestMemory !== undefined) return this.#balloon(name, request)
    const target = targetState[request.action]
    const state = stateOf(states, name)
    if (target === undefined) throw new GleanerError('cloud-unsupported', { cloud: this.id, action: request.action })
    if (state === target) return
    if (!startStates[request.action].includes(state)) {
      throw new GleanerError('cloud-conflict', { cloud: this.id, object: name, detail: `it is ${state}` })
    }
    appendFileSync(`${this.#options.path}.log`, `${name} ${request.action} ${request.idempotencyKey}\n`)
    this.#write({ ...states, states: { ...states.states, [name]: target } })
  }

  async look(id: InstanceId): Promise<Look> {
    const name = id.slice(this.id.length + 1)
    const memory = this.guestMemory && this.#memories().get(id)
    return {
      instance: this.#names().includes(name) ? this.#instance(name, this.#read()) : undefined,
      fault: undefined,
      ...(memory === undefined ? {} : { memory }),
    }
  }

  #balloon(name: string, { action, idempotencyKey, memoryMiB }: ActionRequest): void {
    const state = this.#read()
    const leftMiB = action === 'return-memory' ? promisedMiB : (memoryMiB ?? Number.NaN)
    if (leftMiB === (state.leftMiB?.[name] ?? promisedMiB)) return
    appendFileSync(`${this.#options.path}.log`, `${name} ${action} ${idempotencyKey}\n`)
    this.#write({ ...state, leftMiB: { ...state.leftMiB, [name]: leftMiB } })
  }

  /** Each uses 100 MiB; as soon as it has less than it was promised it needs all that it was left. */
  #memories(): ReadonlyMap<InstanceId, GuestMemory> {
    const state = this.#read()
    return new Map(
      this.#names().map((name) => {
        const leftMiB = state.leftMiB?.[name] ?? promisedMiB
        const usableMiB = leftMiB < promisedMiB ? 0 : promisedMiB - 100
        const saidAtMs = this.#options.clock.nowMs()
        const memory = { promisedMiB, leftMiB, usableMiB, swappedMiB: 0, saidAtMs, residentMiB: leftMiB }
        return [instanceId(this.id, name), memory]
      }),
    )
  }

  subscribe(_listener: (event: CloudEvent) => void): () => void {
    return () => {}
  }

  async close(): Promise<void> {}

  /** What happened so far, one effect a line: "name action key". */
  effects(): readonly string[] {
    try {
      return readFileSync(`${this.#options.path}.log`, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
    } catch {
      return []
    }
  }

  /** Every call is a line, also one that changes nothing: a second one would show. */
  #ratioControl(): RatioControl {
    return {
      setRatios: async (host, { coreRatio }) => {
        appendFileSync(`${this.#options.path}.log`, `${host.slice(this.id.length + 1)} core-ratio ${coreRatio}\n`)
        this.#write({ ...this.#read(), coreRatio })
      },
      overridden: async () => undefined,
    }
  }

  /** As with ratios, a second call would show. */
  #switch(step: keyof typeof hostSwitches): void {
    const { from, to } = hostSwitches[step]
    const state = this.#read()
    appendFileSync(`${this.#options.path}.log`, `h1 ${step}\n`)
    const now = state.host ?? 'up'
    if (now === to) return
    if (now !== from) throw new GleanerError('cloud-conflict', { cloud: this.id, object: 'h1', detail: `it is ${now}` })
    this.#write({ ...state, host: to })
  }

  /** The same of moves. */
  #migrate(id: InstanceId, to: HostId): void {
    const [name, host] = [nativeOf(id), nativeOf(to)]
    appendFileSync(`${this.#options.path}.log`, `${name} migrate ${host}\n`)
    const state = this.#read()
    this.#write({ ...state, hostOf: { ...state.hostOf, [name]: host } })
  }

  #names(): readonly string[] {
    return Array.from({ length: this.#options.instances }, (_, index) => `i${index + 1}`)
  }

  #instance(name: string, states: FileState): Instance {
    return {
      id: instanceId(this.id, name),
      cloudId: this.id,
      name,
      projectId: projectId(this.id, 'p1'),
      hostId: hostId(this.id, states.hostOf?.[name] ?? 'h1'),
      flavor: 'small',
      state: stateOf(states, name),
      stateSinceMs: undefined,
      vcpus: 1,
      memoryMiB: promisedMiB,
      diskGiB: 10,
      createdAtMs: 0,
      firmness: 'firm',
      tags: [],
      protectedBy: undefined,
    }
  }

  #read(): FileState {
    try {
      return JSON.parse(readFileSync(`${this.#options.path}.json`, 'utf8')) as FileState
    } catch {
      return { states: {} }
    }
  }

  #write(state: FileState): void {
    const temporary = `${this.#options.path}.json.new`
    writeFileSync(temporary, JSON.stringify(state))
    renameSync(temporary, `${this.#options.path}.json`)
  }
}

function supportOf(action: ActionKind): ActionSupport {
  const isGiving = action === 'return-memory'
  return {
    action,
    givesBack: {
      physicalCores: action !== 'balloon' && !isGiving,
      physicalMemory: action !== 'pause' && !isGiving,
      sellable: false,
    },
    meaning: `${action} by writing a file`,
  }
}

function stateOf(state: FileState, name: string): InstanceState {
  return state.states[name] ?? 'running'
}
