// The instance is in the reading. Absent from a complete one it is gone; absent from a partial one nothing is known.
import { isComplete } from '../../snapshot/snapshot.ts'
import { snapshotPartial } from '../../snapshot/snapshot-verdict.ts'
import type { Check } from './check.ts'

export const instanceThere: Check = ({ proposal, snapshot, instance }) => {
  if (snapshot === undefined || instance !== undefined) return undefined
  if (!isComplete(snapshot)) return snapshotPartial(snapshot)
  return {
    code: 'instance-gone',
    sentence: `${proposal.instanceId} is no longer there.`,
    facts: { instance: proposal.instanceId, version: snapshot.version },
  }
}
