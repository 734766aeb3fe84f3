// The instance, or the host where the step is about that, is in the reading. Absent from a complete one it is gone, which
// ends everything about it; absent from a partial one nothing is known, which only makes it wait.
import { isOnInstance, targetId } from '@gleaner/model'
import { isComplete } from '../../snapshot/snapshot.ts'
import { snapshotPartial } from '../../snapshot/snapshot-verdict.ts'
import type { Check } from './check.ts'

export const targetCovered: Check = ({ snapshot, instance, host }) =>
  snapshot === undefined || instance !== undefined || host !== undefined ? undefined : snapshotPartial(snapshot)

export const targetThere: Check = ({ proposal, snapshot, instance, host }) => {
  if (snapshot === undefined || instance !== undefined || host !== undefined || !isComplete(snapshot)) return undefined
  const id = targetId(proposal)
  return {
    code: isOnInstance(proposal) ? 'instance-gone' : 'host-gone',
    sentence: `${id} is no longer there.`,
    facts: { [isOnInstance(proposal) ? 'instance' : 'host']: id, version: snapshot.version },
  }
}
