// The reading of the cloud has no gaps. A single one keeps everything of that cloud as it is: what is missing may be the
// very thing that would have spoken against the step.
import { snapshotPartial } from '../../snapshot/snapshot-verdict.ts'
import type { Check } from './check.ts'

export const snapshotWhole: Check = ({ snapshot }) => (snapshot === undefined ? undefined : snapshotPartial(snapshot))
