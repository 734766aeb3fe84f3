// Whether a reading may be acted upon. Fresh if and only if its age lies in [-clock tolerance, snapshotMaxAgeMs]: a
// reading from the future tells that the clock was set back, and then nobody knows how old it is.
import type { CloudId, Policy, Verdict } from '@gleaner/model'
import { isoTime } from '../text/iso-time.ts'
import { isComplete, type Snapshot, type Snapshots } from './snapshot.ts'

/** Both times come from the same clock; this much is left to its small corrections. */
const clockToleranceMs = 5_000

export function isFresh(snapshot: Snapshot, policy: Policy, nowMs: number): boolean {
  const ageMs = nowMs - snapshot.takenAtMs
  return ageMs >= -clockToleranceMs && ageMs <= policy.snapshotMaxAgeMs
}

export function snapshotMissing(cloudId: CloudId, snapshots: Snapshots): Verdict | undefined {
  if (snapshots.has(cloudId)) return undefined
  return {
    code: 'snapshot-missing',
    sentence: `The cloud ${cloudId} has not been read yet.`,
    facts: { cloud: cloudId },
  }
}

export function snapshotStale(snapshot: Snapshot, policy: Policy, nowMs: number): Verdict | undefined {
  if (isFresh(snapshot, policy, nowMs)) return undefined
  const when = isoTime(snapshot.takenAtMs)
  const future = snapshot.takenAtMs > nowMs
  return {
    code: 'snapshot-stale',
    sentence: future
      ? `The last reading of ${snapshot.cloudId} is dated ${when}, which is in the future; how old it is cannot be told.`
      : `The last reading of ${snapshot.cloudId} was taken at ${when}, which is too long ago to act upon.`,
    facts: {
      cloud: snapshot.cloudId,
      version: snapshot.version,
      takenAtMs: snapshot.takenAtMs,
      maxAgeMs: policy.snapshotMaxAgeMs,
    },
  }
}

export function snapshotPartial(snapshot: Snapshot): Verdict | undefined {
  const first = snapshot.gaps[0]
  if (isComplete(snapshot) || first === undefined) return undefined
  const more = snapshot.gaps.length > 1 ? ` (and ${snapshot.gaps.length - 1} more)` : ''
  return {
    code: 'snapshot-partial',
    sentence: `The last reading of ${snapshot.cloudId} is incomplete: ${first.scope} ${first.reason}${more}.`,
    facts: { cloud: snapshot.cloudId, version: snapshot.version, gaps: snapshot.gaps.length },
  }
}
