// The step was wanted in enough cycles in a row, each on new data, and the last of them is recent: what was confirmed
// before a pause of the loop or a jump of the clock has to be confirmed again.
import type { Policy } from '@gleaner/model'
import type { Check } from './check.ts'

const clocksDifferMs = 60_000

/** At least two, whatever the policy says. */
export function confirmationsNeeded(policy: Policy): number {
  return Number.isFinite(policy.confirmations) ? Math.max(2, Math.ceil(policy.confirmations)) : 2
}

/** Data further apart than this is not consecutive. */
export function longestGapMs(policy: Policy): number {
  return Math.max(policy.snapshotMaxAgeMs, policy.telemetryMaxAgeMs)
}

export const confirmed: Check = ({ proposal, world }) => {
  const needed = confirmationsNeeded(world.policy)
  const ageMs = world.nowMs - proposal.confirmedAtMs
  const recent = ageMs >= -clocksDifferMs && ageMs <= longestGapMs(world.policy)
  if (proposal.confirmations >= needed && recent) return undefined
  return {
    code: 'not-confirmed',
    sentence:
      proposal.confirmations >= needed
        ? `"${proposal.cause}" was confirmed too long ago; it has to be confirmed on new data.`
        : `"${proposal.cause}" was confirmed ${proposal.confirmations} of ${needed} times in a row.`,
    facts: { confirmations: proposal.confirmations, needed, confirmedAtMs: proposal.confirmedAtMs },
  }
}
