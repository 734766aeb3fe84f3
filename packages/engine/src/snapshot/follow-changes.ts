// Lays a reading beside the one before while it is being taken: which instances are new or not what they were, and which
// are gone. That works as long as those of both stand in the same order, and it needs no look-up then; where they do not,
// or an id occurs twice, it gives up, and the two have to be compared the long way.
import type { Instance, InstanceId } from '@gleaner/model'
import type { Snapshot } from './snapshot.ts'

export interface Changes {
  /** New, or other than before. */
  readonly fresh: readonly Instance[]
  readonly gone: readonly Instance[]
  /** The instance before, when it is the next in order; undefined otherwise, which need not mean that it is new. */
  find(id: InstanceId): Instance | undefined
  take(instance: Instance): void
  /** After the last one; false when the readings cannot be laid side by side. */
  finish(): boolean
}

export function beginChanges(previous: Snapshot): Changes {
  const known = previous.instances
  const fresh: Instance[] = []
  const gone: Instance[] = []
  const added = new Set<InstanceId>()
  let next = 0
  let inOrder = true
  return {
    fresh,
    gone,
    find(id) {
      const there = known[next]
      return there?.id === id ? there : undefined
    },
    take(instance) {
      if (!inOrder) return
      if (known[next]?.id !== instance.id) {
        if (!previous.instanceById.has(instance.id)) {
          inOrder = !added.has(instance.id)
          added.add(instance.id)
          fresh.push(instance)
          return
        }
        // Those in between are gone, if it comes at all.
        while (next < known.length && known[next]?.id !== instance.id) gone.push(known[next++] as Instance)
        inOrder = next < known.length
        if (!inOrder) return
      }
      if (known[next] !== instance) fresh.push(instance)
      next++
    },
    finish() {
      if (!inOrder) return false
      while (next < known.length) gone.push(known[next++] as Instance)
      return true
    },
  }
}
