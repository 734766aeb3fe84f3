// Counts in how many cycles in a row a step was wanted, each on new data.
//
// A cycle confirms if and only if its reading is fresh and complete, the usage of the instance is fresh where usage matters,
// and both the version of the reading and the time of the data lie after those of the last confirmation. Data further
// apart than longestGapMs is not consecutive: the count starts at one. So it does when the data lies BEFORE the last
// confirmation: a clock was set back, or the numbering of the readings began anew. A reading that is unusable neither
// confirms nor clears; a cycle in which the step was not wanted ends the proposal, and with it the count.
import { type Proposal, targetId } from '@gleaner/model'
import { longestGapMs } from '../gate/checks/confirmed.ts'
import { needsUsage, usageFresh } from '../gate/checks/usage-fresh.ts'
import type { GateStep } from '../gate/gate-world.ts'
import { isComplete } from '../snapshot/snapshot.ts'
import { isFresh } from '../snapshot/snapshot-verdict.ts'

export type Confirmation = Pick<Proposal, 'confirmations' | 'confirmedVersion' | 'confirmedAtMs'>

export const unconfirmed: Confirmation = { confirmations: 0, confirmedVersion: 0, confirmedAtMs: 0 }

export function confirm(step: GateStep): Confirmation {
  const { proposal, world, snapshot } = step
  const { confirmations, confirmedVersion, confirmedAtMs } = proposal
  const same = { confirmations, confirmedVersion, confirmedAtMs }
  if (snapshot === undefined || !isFresh(snapshot, world.policy, world.nowMs) || !isComplete(snapshot)) return same
  if (usageFresh(step) !== undefined) return same
  const version = snapshot.version
  const { usage } = world
  const dataAtMs = needsUsage(step) ? usage.lastAtMs(usage.slotOf(targetId(proposal))) : snapshot.takenAtMs
  const next = { confirmedVersion: version, confirmedAtMs: dataAtMs }
  if (!(confirmations > 0) || version < confirmedVersion || dataAtMs < confirmedAtMs)
    return { confirmations: 1, ...next }
  if (version === confirmedVersion || dataAtMs === confirmedAtMs) return same
  const consecutive = dataAtMs - confirmedAtMs <= longestGapMs(world.policy)
  return { confirmations: consecutive ? confirmations + 1 : 1, ...next }
}
