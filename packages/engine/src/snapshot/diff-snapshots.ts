// What changed between two readings of one cloud. An instance is gone if and only if the earlier reading had it and the
// later one is COMPLETE and does not; absent from a partial reading it is only missing, which means nothing. It appeared
// if and only if the earlier reading was complete and did not have it.
import type { Instance } from '@gleaner/model'
import { isComplete, type Snapshot } from './snapshot.ts'

export interface InstanceChange {
  readonly before: Instance
  readonly after: Instance
}

export interface SnapshotDiff {
  readonly appeared: readonly Instance[]
  readonly gone: readonly Instance[]
  /** Not in the later reading, which is partial: nothing is known about them. */
  readonly missing: readonly Instance[]
  readonly stateChanged: readonly InstanceChange[]
  readonly moved: readonly InstanceChange[]
}

export function diffSnapshots(before: Snapshot, after: Snapshot): SnapshotDiff {
  const appeared: Instance[] = []
  const absent: Instance[] = []
  const stateChanged: InstanceChange[] = []
  const moved: InstanceChange[] = []
  const beforeWasComplete = isComplete(before)
  for (const now of after.instances) {
    const then = before.instanceById.get(now.id)
    if (then === undefined) {
      if (beforeWasComplete) appeared.push(now)
      continue
    }
    if (then.state !== now.state) stateChanged.push({ before: then, after: now })
    if (then.hostId !== now.hostId) moved.push({ before: then, after: now })
  }
  for (const then of before.instances) if (!after.instanceById.has(then.id)) absent.push(then)
  const complete = isComplete(after)
  return { appeared, gone: complete ? absent : [], missing: complete ? [] : absent, stateChanged, moved }
}
