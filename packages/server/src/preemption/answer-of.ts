// A decision as whoever asked for the room sees it.
import { type EvictionDecision, isDecisionOpen, isGoing } from '@gleaner/model'
import type { RoomDecision } from './room.ts'

export function answerOf(decision: EvictionDecision): RoomDecision {
  const { id: decisionId, placements, state, victims, verdict } = decision
  switch (state) {
    case 'held':
      return { state: 'held', decisionId, placements, untilMs: decision.heldUntilMs ?? decision.updatedAtMs }
    case 'taken':
    case 'done':
      return { state: 'taken', decisionId, placements }
    case 'observed':
    case 'refused':
    case 'failed':
    case 'cancelled':
    case 'undoing':
      return { state: 'refused', decisionId, verdict, reasons: decision.reasons, unblock: decision.unblock }
    case 'awaiting-approval':
    case 'planned':
    case 'reserved':
    case 'evicting':
    case 'freed':
    case 'placing':
      return {
        state: 'making',
        decisionId,
        placements,
        victims: victims.map(({ instanceId, name, hostId }) => ({ instanceId, name, hostId })),
        readyAtMs: readyAtMs(decision),
        verdict,
      }
  }
}

/** Undefined while it depends on a person. */
function readyAtMs({ state, victims, createdAtMs, verdict }: EvictionDecision): number | undefined {
  if (state === 'awaiting-approval') return undefined
  const { notBeforeMs } = verdict.facts
  if (verdict.code === 'room-later' && typeof notBeforeMs === 'number') return Math.max(createdAtMs, notBeforeMs)
  const ends = victims.filter(isGoing).map(({ toldAtMs, noticeMs }) => (toldAtMs ?? createdAtMs) + noticeMs)
  return Math.max(createdAtMs, ...ends)
}

export function isMaking(decision: EvictionDecision): boolean {
  return isDecisionOpen(decision) && answerOf(decision).state === 'making'
}
