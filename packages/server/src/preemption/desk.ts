// The decisions to evict that are under way, in memory as they are in the store: whoever plans, carries out, shows or waits
// looks here. Only the leader's desk is filled; it is read anew with every term, because another may have gone on meanwhile.
//
// Two things are never done at once: planning (two requests must not count on the same room), and steps of one decision.
import {
  type CloudId,
  type Eviction,
  type EvictionDecision,
  GleanerError,
  type InstanceId,
  isDecisionOpen,
  isGoing,
} from '@gleaner/model'
import { evictionHorizonMs, KeptRoom } from '@gleaner/engine'
import type { Fence, Store } from '@gleaner/ports'
import type { Config } from '../config/config.ts'
import type { EventHub } from '../events/hub.ts'
import { Lock } from './lock.ts'

/** Decisions that have ended are known here for so long: a reading that began before cannot show what came of them. */
const afterglowMs = 600_000
const mostEvictions = 100_000

export interface DeskParts {
  readonly store: Store
  readonly config: Config
  readonly hub: EventHub
}

export class EvictionDesk {
  readonly #parts: DeskParts
  readonly #decisions = new Map<string, EvictionDecision>()
  #evictions: Eviction[] = []
  readonly #locks = new Map<string, Lock>()
  readonly #rooms = new Map<CloudId, KeptRoom>()
  readonly #watchers = new Set<(decision: EvictionDecision) => void>()
  readonly planning = new Lock()
  #term: number | undefined

  constructor(parts: DeskParts) {
    this.#parts = parts
  }

  /** What the store holds, once per term. Nothing is planned or offered to the plan before. */
  async load(fence: Fence, nowMs: number): Promise<void> {
    if (this.#term === fence.term) return
    const { store, config } = this.#parts
    const open = await store.evictions.openDecisions()
    const fromMs = nowMs - evictionHorizonMs(config.preemption)
    const { items } = await store.evictions.evictions({ fromMs }, { limit: mostEvictions, offset: 0 })
    const waiting = await store.evictions.onTheirWayBack()
    this.#decisions.clear()
    for (const decision of open) this.#decisions.set(decision.id, decision)
    const known = new Map([...items, ...waiting].map((eviction) => [eviction.id, eviction]))
    this.#evictions = [...known.values()]
    this.#term = fence.term
  }

  isLoaded(fence: Fence | undefined): boolean {
    return fence !== undefined && this.#term === fence.term
  }

  /** Under way, oldest first. */
  open(): readonly EvictionDecision[] {
    return [...this.#decisions.values()].filter(isDecisionOpen)
  }

  find(id: string): EvictionDecision | undefined {
    return this.#decisions.get(id)
  }

  /** What a reading of this cloud cannot show by itself: decisions under way, and those that ended after it began. */
  beyond(cloudId: CloudId, takenAtMs: number): readonly EvictionDecision[] {
    return [...this.#decisions.values()].filter(
      (decision) => decision.cloudId === cloudId && (isDecisionOpen(decision) || decision.updatedAtMs >= takenAtMs),
    )
  }

  /** What questions about room have found out of this cloud, for the next one. */
  roomOf(cloudId: CloudId): KeptRoom {
    const room = this.#rooms.get(cloudId) ?? new KeptRoom()
    this.#rooms.set(cloudId, room)
    return room
  }

  evictionsOf(cloudId: CloudId): readonly Eviction[] {
    return this.#evictions.filter((eviction) => eviction.cloudId === cloudId)
  }

  onTheirWayBack(): readonly Eviction[] {
    return this.#evictions.filter(({ state }) => state === 'waiting' || state === 'returning')
  }

  /** The decision by which this instance is to leave, or its request to be replaced. */
  decisionOfVictim(id: InstanceId): EvictionDecision | undefined {
    return this.open().find(
      ({ victims, recreation }) =>
        recreation?.instanceId === id || victims.some((victim) => victim.instanceId === id && isGoing(victim)),
    )
  }

  async decide(fence: Fence, decision: EvictionDecision): Promise<void> {
    await this.#parts.store.evictions.decide(fence, decision)
    this.#keep(decision)
  }

  async save(fence: Fence, decision: EvictionDecision, left: readonly Eviction[] = []): Promise<void> {
    await this.#parts.store.evictions.save(fence, decision, left)
    for (const eviction of left)
      if (!this.#evictions.some(({ decisionId, instanceId }) => isSame(eviction, { decisionId, instanceId })))
        this.#evictions.push(eviction)
    this.#keep(decision)
  }

  async follow(fence: Fence, eviction: Eviction): Promise<void> {
    await this.#parts.store.evictions.follow(fence, eviction)
    const at = this.#evictions.findIndex(({ id }) => id === eviction.id)
    if (at >= 0) this.#evictions[at] = eviction
    this.#parts.hub.tell('eviction', { eviction: eviction.id, instance: eviction.instanceId, state: eviction.state })
  }

  /** Steps of one decision, one after the other. */
  exclusive<T>(decisionId: string, work: () => Promise<T>): Promise<T> {
    const lock = this.#locks.get(decisionId) ?? new Lock()
    this.#locks.set(decisionId, lock)
    return lock.run(work)
  }

  /** Resolves with the first version of the decision for which this holds, from the present one on. */
  until(id: string, holds: (decision: EvictionDecision) => boolean, signal: AbortSignal): Promise<EvictionDecision> {
    const now = this.#decisions.get(id)
    if (now === undefined) return Promise.reject(new GleanerError('not-found', { object: `The decision ${id}` }))
    if (holds(now)) return Promise.resolve(now)
    return new Promise((resolve, reject) => {
      const end = () => {
        this.#watchers.delete(watcher)
        signal.removeEventListener('abort', onAbort)
      }
      const watcher = (decision: EvictionDecision) => {
        if (decision.id !== id || !holds(decision)) return
        end()
        resolve(decision)
      }
      const onAbort = () => {
        end()
        reject(signal.reason as Error)
      }
      if (signal.aborted) return onAbort()
      this.#watchers.add(watcher)
      signal.addEventListener('abort', onAbort, { once: true })
    })
  }

  /** Forgets what nobody needs in memory any more; the store keeps it. */
  tidy(nowMs: number): void {
    for (const decision of this.#decisions.values()) {
      if (isDecisionOpen(decision) || decision.updatedAtMs > nowMs - afterglowMs) continue
      this.#decisions.delete(decision.id)
      this.#locks.delete(decision.id)
    }
    const fromMs = nowMs - evictionHorizonMs(this.#parts.config.preemption)
    this.#evictions = this.#evictions.filter(
      ({ state, evictedAtMs }) => state === 'waiting' || state === 'returning' || evictedAtMs >= fromMs,
    )
  }

  #keep(decision: EvictionDecision): void {
    this.#decisions.set(decision.id, decision)
    this.#parts.hub.tell('eviction', { decision: decision.id, state: decision.state })
    for (const watcher of this.#watchers) watcher(decision)
  }
}

function isSame(a: Eviction, b: Pick<Eviction, 'decisionId' | 'instanceId'>): boolean {
  return a.decisionId === b.decisionId && a.instanceId === b.instanceId
}
