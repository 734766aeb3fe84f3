// The reading of the cloud is recent enough.
import { snapshotStale } from '../../snapshot/snapshot-verdict.ts'
import type { Check } from './check.ts'

export const snapshotFresh: Check = ({ snapshot, world }) =>
  snapshot === undefined ? undefined : snapshotStale(snapshot, world.policy, world.nowMs)
