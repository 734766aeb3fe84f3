// The instance is in the reading. Absent from a complete one it is gone, which ends everything about it; absent from a
// partial one nothing is known, which only makes it wait.
import { isComplete } from '../../snapshot/snapshot.ts'
import { snapshotPartial } from '../../snapshot/snapshot-verdict.ts'
import type { Check } from './check.ts'

export const instanceCovered: Check = ({ snapshot, instance }) =>
  snapshot === undefined || instance !== undefined ? undefined : snapshotPartial(snapshot)

export const instanceThere: Check = ({ proposal, snapshot, instance }) => {
  if (snapshot === undefined || instance !== undefined || !isComplete(snapshot)) return undefined
  return {
    code: 'instance-gone',
    sentence: `${proposal.instanceId} is no longer there.`,
    facts: { instance: proposal.instanceId, version: snapshot.version },
  }
}
