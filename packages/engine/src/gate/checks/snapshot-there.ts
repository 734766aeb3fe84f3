// Without any reading of its cloud nothing is known of an instance or host.
import { cloudOf, targetId } from '@gleaner/model'
import { snapshotMissing } from '../../snapshot/snapshot-verdict.ts'
import type { Check } from './check.ts'

export const snapshotThere: Check = ({ proposal, world, snapshot }) =>
  snapshot !== undefined ? undefined : snapshotMissing(cloudOf(targetId(proposal)), world.snapshots)
