// What state each instance was last known to have, over restarts: so that a person's action is seen also when it happened
// while nobody watched. Written when a state changes, not in every cycle.
import { type KnownState, type NewHold, type Snapshot, detectPersonActions, rememberState } from '@gleaner/engine'
import type { CloudId, InstanceId, InstanceState, JournalEntry } from '@gleaner/model'
import type { Fence, InstanceMemory } from '@gleaner/ports'
import type { Runtime } from '../runtime.ts'

interface Memory extends KnownState {
  readonly stateSinceMs: number
  readonly firstSeenMs: number
}

const asleep: ReadonlySet<InstanceState> = new Set<InstanceState>([
  'paused',
  'suspended',
  'stopped',
  'shelved',
  'resuming',
  'starting',
])

export class InstanceMemories {
  readonly #memories = new Map<InstanceId, Memory>()
  readonly #resumedAtMs = new Map<InstanceId, number>()
  readonly #seenVersion = new Map<CloudId, number>()
  readonly #loaded = new Set<CloudId>()

  known(id: InstanceId): KnownState | undefined {
    return this.#memories.get(id)
  }

  /** -Infinity when it was never seen to come to life. */
  resumedAtMs(id: InstanceId): number {
    return this.#resumedAtMs.get(id) ?? Number.NEGATIVE_INFINITY
  }

  async load(runtime: Runtime, cloudId: CloudId): Promise<void> {
    if (this.#loaded.has(cloudId)) return
    for (const memory of await runtime.store.instances.memories(cloudId)) {
      const id = memory.instanceId as InstanceId
      this.#memories.set(id, { ...memory, seenAtMs: memory.lastSeenMs })
      if (memory.state === 'running' && memory.stateSinceMs > memory.firstSeenMs)
        this.#resumedAtMs.set(id, memory.stateSinceMs)
    }
    this.#loaded.add(cloudId)
  }

  /** Forgets what was read, so that a new term reads it again: another replica may have written meanwhile. */
  reset(): void {
    this.#memories.clear()
    this.#resumedAtMs.clear()
    this.#seenVersion.clear()
    this.#loaded.clear()
  }

  /** What people did since the last reading of this cloud; [] when this reading was compared before. */
  peopleSince(runtime: Runtime, snapshot: Snapshot, journal: readonly JournalEntry[]): readonly NewHold[] {
    if (this.#seenVersion.get(snapshot.cloudId) === snapshot.version) return []
    return detectPersonActions({
      known: (id) => this.#memories.get(id),
      snapshot,
      journal,
      policy: runtime.config.policy,
      nowMs: runtime.clock.nowMs(),
    })
  }

  /** Takes over what the reading shows and writes what is new. Instances a complete reading lacks are forgotten. */
  async remember(runtime: Runtime, fence: Fence, snapshot: Snapshot): Promise<void> {
    if (this.#seenVersion.get(snapshot.cloudId) === snapshot.version) return
    const changed: InstanceMemory[] = []
    for (const instance of snapshot.instances) {
      const before = this.#memories.get(instance.id)
      const now = rememberState(before, instance, snapshot.takenAtMs)
      const same = before !== undefined && before.state === now.state
      const memory: Memory = {
        ...now,
        stateSinceMs: same ? before.stateSinceMs : snapshot.takenAtMs,
        firstSeenMs: before?.firstSeenMs ?? snapshot.takenAtMs,
      }
      if (!same && before !== undefined && now.state === 'running' && asleep.has(before.state)) {
        this.#resumedAtMs.set(instance.id, snapshot.takenAtMs)
      }
      this.#memories.set(instance.id, memory)
      if (!same) changed.push({ ...memory, instanceId: instance.id, lastSeenMs: memory.seenAtMs })
    }
    const gone: InstanceId[] = []
    if (snapshot.gaps.length === 0) {
      const prefix = `${snapshot.cloudId}:`
      for (const id of this.#memories.keys()) if (id.startsWith(prefix) && !snapshot.instanceById.has(id)) gone.push(id)
    }
    if (changed.length > 0) await runtime.store.instances.remember(fence, snapshot.cloudId, changed)
    if (gone.length > 0) await runtime.store.instances.forget(fence, snapshot.cloudId, gone)
    for (const id of gone) {
      this.#memories.delete(id)
      this.#resumedAtMs.delete(id)
    }
    if (gone.length > 0) await runtime.store.telemetry.remove(gone)
    for (const id of gone) runtime.telemetry.remove(id)
    this.#seenVersion.set(snapshot.cloudId, snapshot.version)
  }
}
