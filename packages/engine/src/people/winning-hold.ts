// Which hold on an instance counts. A hold is active from its making until untilMs; of several active ones the one that
// ends last wins, because until then nothing may happen anyway; among equals a keep before a veto before a person's
// action before a cool-down, then the smaller id. A hold without a readable end is active: doubt never acts.
import type { Hold, HoldKind } from '@gleaner/model'

const rank: Readonly<Record<HoldKind, number>> = { keep: 0, veto: 1, 'person-acted': 2, 'cool-down': 3 }

export function isActiveHold(hold: Hold, nowMs: number): boolean {
  return !(hold.untilMs <= nowMs)
}

export function winningHold(holds: readonly Hold[], kinds: readonly HoldKind[], nowMs: number): Hold | undefined {
  let winner: Hold | undefined
  for (const hold of holds) {
    if (!kinds.includes(hold.kind) || !isActiveHold(hold, nowMs)) continue
    if (winner === undefined || beats(hold, winner)) winner = hold
  }
  return winner
}

function beats(a: Hold, b: Hold): boolean {
  const aEndMs = Number.isNaN(a.untilMs) ? Number.POSITIVE_INFINITY : a.untilMs
  const bEndMs = Number.isNaN(b.untilMs) ? Number.POSITIVE_INFINITY : b.untilMs
  if (aEndMs !== bEndMs) return aEndMs > bEndMs
  if (a.kind !== b.kind) return rank[a.kind] < rank[b.kind]
  return a.id < b.id
}
