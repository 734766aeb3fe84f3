// How many proposals are open, by state.
import type { Proposal, StatusView } from '@gleaner/model'

export function proposalCounts(proposals: ReadonlyMap<string, readonly Proposal[]>): StatusView['proposals'] {
  const byState: Record<string, number> = {}
  let open = 0
  for (const list of proposals.values())
    for (const { state } of list) {
      open++
      byState[state] = (byState[state] ?? 0) + 1
    }
  return { open, awaitingApproval: byState['awaiting-approval'] ?? 0, due: byState['due'] ?? 0, byState }
}
