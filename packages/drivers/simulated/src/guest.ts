// One simulated instance: what it is, the state it is in, and the phases in which it held memory or ran, which is all
// that is needed to tell its usage at any past moment. Changes go through the methods here, so that the frozen view
// given to readers is made anew when and only when something in it changed.
import type {
  ActionKind,
  CloudId,
  Firmness,
  HostId,
  Instance,
  InstanceId,
  InstanceState,
  ProjectId,
} from '@gleaner/model'
import type { Order } from './furnish.ts'
import type { LoadProfile } from './load.ts'

/** A span in which the guest held memory on a host; half-open, the last one open-ended. */
export interface Phase {
  readonly fromMs: number
  readonly toMs: number
  readonly host: number
  /** False while its memory is there and its vcpus stand still (paused, or moving from one state to another). */
  readonly running: boolean
  /** What the balloon leaves to the guest. */
  readonly limitMiB: number
  readonly bootedMs: number
  /** Until then its owner works with it. */
  readonly attendedUntilMs: number
}

export interface Move {
  readonly action: ActionKind | 'migrate'
  /** Index of the host a migration goes to. */
  readonly toHost?: number
  readonly from: InstanceState
  readonly target: InstanceState | 'gone'
  /** Infinity: never. */
  readonly endsAtMs: number
  /** reach: as wished; fall-back: silently as before; fail: as before, with a fault; break: state error, with a fault. */
  readonly outcome: 'reach' | 'fall-back' | 'fail' | 'break'
  readonly by: string
}

export const preemptibleTag = 'preemptible'
export const protectedTag = 'gleaner-protected'

/** What never changes about a guest. */
export interface GuestSpec {
  readonly serial: number
  readonly id: InstanceId
  readonly cloudId: CloudId
  readonly name: string
  readonly projectId: ProjectId
  readonly owner: string
  readonly flavor: string | undefined
  readonly vcpus: number
  readonly memoryMiB: number
  readonly diskGiB: number
  readonly createdAtMs: number
  /** As it was created with; see `Guest.tags`. */
  readonly tags: readonly string[]
  readonly load: LoadProfile
  /** What the guest itself reports: nothing, users, or users and idle seconds. */
  readonly reports: 'nothing' | 'users' | 'all'
  /** Undefined when chance made it. */
  readonly order: Order | undefined
}

export class Guest {
  readonly spec: GuestSpec
  state: InstanceState
  stateSinceMs: number
  /** Index of its host; -1 on none. */
  host = -1
  /** Whether its nominal size is taken from what the scheduler can sell on its host. */
  claimed = false
  move: Move | undefined
  fault: string | undefined
  phases: Phase[] = []
  /** The scheduler found no host for it, and never will: it can only be deleted. */
  unplaced = false
  /** What the cloud shows beside it under names. */
  readonly metadata = new Map<string, string>()
  #tags: readonly string[]
  /** True when it differs from what the seed alone makes of it. */
  touched = false
  #view: Instance | undefined

  constructor(spec: GuestSpec, state: InstanceState, stateSinceMs: number) {
    this.spec = spec
    this.#tags = spec.tags
    this.state = state
    this.stateSinceMs = stateSinceMs
  }

  get tags(): readonly string[] {
    return this.#tags
  }

  set tags(tags: readonly string[]) {
    this.#tags = Object.freeze([...tags])
    this.changed()
  }

  get firmness(): Firmness {
    return this.#tags.includes(preemptibleTag) ? 'preemptible' : 'firm'
  }

  get protectedBy(): string | undefined {
    return this.#tags.includes(protectedTag) ? `tag ${protectedTag}, set by ${this.spec.owner}` : undefined
  }

  enter(state: InstanceState, atMs: number): void {
    this.state = state
    this.stateSinceMs = atMs
    this.changed()
  }

  changed(): void {
    this.touched = true
    this.#view = undefined
  }

  /** Ends the present phase, if there is one. */
  endPhase(atMs: number): void {
    const last = this.phases.at(-1)
    if (last === undefined || last.toMs <= atMs) return
    this.phases.pop()
    if (last.fromMs < atMs) this.phases.push({ ...last, toMs: atMs })
  }

  beginPhase(phase: Omit<Phase, 'toMs'>): void {
    this.endPhase(phase.fromMs)
    this.phases.push({ ...phase, toMs: Number.POSITIVE_INFINITY })
  }

  phaseAt(atMs: number): Phase | undefined {
    for (let i = this.phases.length - 1; i >= 0; i--) {
      const phase = this.phases[i]
      if (phase === undefined || phase.fromMs > atMs) continue
      return atMs < phase.toMs ? phase : undefined
    }
    return undefined
  }

  forgetPhasesBefore(beforeMs: number): void {
    if ((this.phases[0]?.toMs ?? beforeMs) < beforeMs)
      this.phases = this.phases.filter((phase) => phase.toMs >= beforeMs)
  }

  /** The same frozen object until something changes. */
  view(hostIds: readonly HostId[]): Instance {
    this.#view ??= Object.freeze({
      id: this.spec.id,
      cloudId: this.spec.cloudId,
      name: this.spec.name,
      projectId: this.spec.projectId,
      hostId: this.host < 0 ? undefined : hostIds[this.host],
      flavor: this.spec.flavor,
      state: this.state,
      stateSinceMs: this.stateSinceMs,
      vcpus: this.spec.vcpus,
      memoryMiB: this.spec.memoryMiB,
      diskGiB: this.spec.diskGiB,
      createdAtMs: this.spec.createdAtMs,
      firmness: this.firmness,
      tags: this.#tags,
      protectedBy: this.protectedBy,
    })
    return this.#view
  }
}
