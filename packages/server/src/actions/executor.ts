// Carries out one action on one instance, or one step on one host, so that a process that dies at any point neither repeats nor loses it:
//
//   1. intend: the journal holds what is about to be done; a second entry for the same proposal, instance or host is
//      refused.
//   2. attempt: the journal counts the call that is about to be made.
//   3. act: the cloud is called with the entry's idempotency key.
//   4. accept: the journal holds that the cloud took the call.
//   5. pursue: the cloud is looked at (a host: through the newest reading of its cloud) until the engine's judgement is done, failed or timed out; then the end is written.
//
// After a crash `pursue` starts from whatever the journal holds: it looks first, and calls again only where the cloud
// still shows the old state. Every write is fenced: a leader that was replaced cannot write, and does not call without
// having written.
import { hostFigures, type Judgement, type Snapshot, isComplete, judgeAction, judgeHostStep } from '@gleaner/engine'
import {
  type Capability,
  type CloudId,
  GleanerError,
  type Host,
  type Instance,
  type JournalEntry,
  type StepKind,
  type StepSetting,
  type Verdict,
  type Yield,
  describeError,
  isError,
  isHostStep,
  returnKey,
} from '@gleaner/model'
import type { Clock, Cloud, Fence, Store } from '@gleaner/ports'
import { newId } from '@gleaner/store'
import type { Logger } from 'pino'
import type { EventHub } from '../events/hub.ts'
import { callStep } from './call-step.ts'

/** An action that has passed the gate. */
export interface Order {
  readonly proposalId: string | undefined
  readonly capability: Capability
  readonly action: StepKind
  readonly setting: StepSetting | undefined
  /** As it was when the gate was passed. */
  readonly on: { readonly instance: OrderedInstance } | { readonly host: Host }
  /** Id of the loan that the step gives back. */
  readonly repays?: string
  readonly cause: string
  readonly reason: Verdict
  readonly gives: Yield
}

/** What the journal keeps of an instance. */
export type OrderedInstance = Pick<Instance, 'cloudId' | 'id' | 'name' | 'hostId' | 'state'> &
  Pick<JournalEntry, 'projectId'>

export interface ExecutorParts {
  readonly store: Store
  readonly clouds: ReadonlyMap<string, Cloud>
  /** The newest reading of a cloud: how hosts are looked at. */
  readonly readingOf: (cloudId: CloudId) => Snapshot | undefined
  readonly clock: Clock
  readonly hub: EventHub
  readonly log: Logger
  readonly actionTimeoutMs: number
  /** For steps that take their own time. */
  readonly stepTimeoutsMs?: Readonly<Partial<Record<StepKind, number>>>
  /** Real time one call to a cloud may take. */
  readonly callTimeoutMs: number
}

export class Executor {
  readonly #parts: ExecutorParts
  /** Entries whose moving state was seen by this process. */
  readonly #seenMoving = new Set<string>()
  /** Entries this process is about to call: nobody else may take them up meanwhile. */
  readonly #calling = new Set<string>()

  constructor(parts: ExecutorParts) {
    this.#parts = parts
  }

  /** Steps 1 to 4. Resolves with the entry as journalled; what became of the call is in its state. */
  async begin(fence: Fence, order: Order, signal: AbortSignal): Promise<JournalEntry> {
    const entry = this.#entryFor(fence, order)
    this.#calling.add(entry.id)
    try {
      await this.#parts.store.journal.intend(fence, entry)
      this.#tell(entry)
      return await this.#call(fence, entry, signal)
    } finally {
      this.#calling.delete(entry.id)
    }
  }

  /** The journal shall say what became of it, and nothing has to be called. */
  async record(fence: Fence, order: Order, outcome: string): Promise<JournalEntry> {
    const entry = this.#entryFor(fence, order)
    await this.#parts.store.journal.intend(fence, entry)
    return this.#finish(fence, entry, { state: 'done', outcome })
  }

  /** Nothing more is awaited of an action under way, because another one must not wait for it. */
  async cutShort(fence: Fence, entry: JournalEntry, outcome: string): Promise<boolean> {
    if (this.#calling.has(entry.id)) return false
    await this.#finish(fence, entry, { state: 'failed', outcome })
    return true
  }

  #entryFor(fence: Fence, order: Order): JournalEntry {
    const { clock, actionTimeoutMs, stepTimeoutsMs } = this.#parts
    const nowMs = clock.nowMs()
    const id = newId('act', nowMs)
    return {
      id,
      idempotencyKey: order.repays === undefined ? (order.proposalId ?? id) : returnKey(order.repays, id),
      proposalId: order.proposalId,
      capability: order.capability,
      action: order.action,
      setting: order.setting,
      ...targetOf(order),
      cause: order.cause,
      reason: order.reason,
      state: 'intended',
      intendedAtMs: nowMs,
      acceptedAtMs: undefined,
      finishedAtMs: undefined,
      attempts: 0,
      deadlineMs: nowMs + (stepTimeoutsMs?.[order.action] ?? actionTimeoutMs),
      outcome: undefined,
      gives: order.gives,
      term: fence.term,
    }
  }

  /** Step 5, once: looks, judges, writes. Resolves with the entry as it stands then. */
  async pursue(fence: Fence, entry: JournalEntry, signal: AbortSignal): Promise<JournalEntry> {
    if (this.#calling.has(entry.id)) return entry
    const judgement = await this.#judge(entry, signal)
    switch (judgement.kind) {
      case 'wait':
        if (judgement.moving) this.#seenMoving.add(entry.id)
        return entry
      case 'accepted':
        this.#seenMoving.add(entry.id)
        return this.#accept(fence, entry)
      case 'call':
        return this.#call(fence, entry, signal)
      case 'done':
      case 'failed':
      case 'timed-out':
        return this.#finish(fence, entry, { state: judgement.kind, outcome: judgement.outcome }).catch((error) =>
          this.#endedMeanwhile(entry, error),
        )
    }
  }

  /** It may have been cut short while it was looked at: then that is its end. */
  async #endedMeanwhile(entry: JournalEntry, error: unknown): Promise<JournalEntry> {
    const now = isError(error, 'conflict') ? await this.#parts.store.journal.find(entry.id) : undefined
    if (now?.finishedAtMs === undefined) throw error
    return now
  }

  async #judge(entry: JournalEntry, signal: AbortSignal): Promise<Judgement> {
    const { clock, readingOf } = this.#parts
    const { instanceId, hostId } = entry
    if (instanceId === undefined) {
      const reading = readingOf(entry.cloudId)
      const host = hostId === undefined ? undefined : reading?.hostById.get(hostId)
      // What a partial reading does not show may be there all the same.
      const tells = reading !== undefined && (host !== undefined || isComplete(reading))
      return judgeHostStep(entry, { host, readAtMs: tells ? reading.takenAtMs : undefined, nowMs: clock.nowMs() })
    }
    const cloud = this.#cloudOf(entry)
    const look = await this.#withTimeout(signal, (limited) => cloud.look(instanceId, limited))
    return judgeAction(entry, { ...look, seenMoving: this.#seenMoving.has(entry.id), nowMs: clock.nowMs() })
  }

  async #call(fence: Fence, entry: JournalEntry, signal: AbortSignal): Promise<JournalEntry> {
    const { store, log } = this.#parts
    const called = { ...entry, attempts: entry.attempts + 1 }
    await store.journal.attempt(fence, entry.id)
    try {
      const cloud = this.#cloudOf(entry)
      await this.#withTimeout(signal, (limited) => callStep(cloud, entry, limited))
    } catch (error) {
      // Whether the call got through is unknown: the entry stays intended, and the next look decides.
      if (!isError(error) || error.kind === 'unavailable' || error.kind === 'broken') {
        log.warn({ err: error, entry: entry.id }, `${entry.action} ${entry.targetName}: no answer from the cloud`)
        return called
      }
      return this.#finish(fence, called, { state: 'failed', outcome: describeError(error) })
    }
    return this.#accept(fence, called)
  }

  async #accept(fence: Fence, entry: JournalEntry): Promise<JournalEntry> {
    const acceptedAtMs = this.#parts.clock.nowMs()
    await this.#parts.store.journal.accept(fence, entry.id, acceptedAtMs)
    const accepted: JournalEntry = { ...entry, state: 'accepted', acceptedAtMs }
    this.#tell(accepted)
    return accepted
  }

  async #finish(
    fence: Fence,
    entry: JournalEntry,
    end: { readonly state: 'done' | 'failed' | 'timed-out'; readonly outcome: string },
  ): Promise<JournalEntry> {
    const finishedAtMs = this.#parts.clock.nowMs()
    await this.#parts.store.journal.finish(fence, entry.id, { ...end, atMs: finishedAtMs })
    this.#seenMoving.delete(entry.id)
    const finished: JournalEntry = { ...entry, ...end, finishedAtMs }
    this.#parts.log.info(
      { entry: entry.id, instance: entry.instanceId, host: entry.hostId, outcome: end.outcome },
      `${entry.action} ${entry.targetName}: ${end.state}`,
    )
    this.#tell(finished)
    return finished
  }

  #cloudOf(entry: JournalEntry): Cloud {
    const cloud = this.#parts.clouds.get(entry.cloudId)
    if (cloud === undefined) throw new GleanerError('not-found', { object: `cloud ${entry.cloudId}` })
    return cloud
  }

  #tell(entry: JournalEntry): void {
    this.#parts.hub.tell('journal', entry)
  }

  async #withTimeout<T>(signal: AbortSignal, call: (limited: AbortSignal) => Promise<T>): Promise<T> {
    return call(AbortSignal.any([signal, AbortSignal.timeout(this.#parts.callTimeoutMs)]))
  }
}

function targetOf({ on, action }: Order) {
  if ('instance' in on) {
    const { cloudId, id, name, projectId, hostId, state } = on.instance
    return { cloudId, instanceId: id, targetName: name, projectId, hostId, stateBefore: state }
  }
  const { cloudId, id, name, state } = on.host
  const stateBefore = isHostStep(action) ? hostFigures(on.host, action) : state
  return { cloudId, instanceId: undefined, targetName: name, projectId: undefined, hostId: id, stateBefore }
}
