// Room for instances to come, on behalf of whoever asks: API, Nova-compatible front, watcher. What each call promises
// stands in application.ts and preemption/room.ts.
import { GleanerError, type Verdict } from '@gleaner/model'
import { checkRoomRequest } from '../preemption/check-request.ts'
import type { RoomDecision, RoomRequest } from '../preemption/room.ts'
import type { Runtime } from '../runtime.ts'
import { isAvailable } from '../state/available.ts'

export async function makeRoom(runtime: Runtime, request: RoomRequest): Promise<RoomDecision> {
  checkRoomRequest(request)
  if (!runtime.clouds.has(request.cloudId))
    throw new GleanerError('not-found', { object: `The cloud ${request.cloudId}` })
  if (!isAvailable('preemption') || runtime.state.modes.preemption === 'off') return refused(preemptionOff())
  throw new GleanerError('not-ready', { detail: 'nothing was planned yet' })
}

export function unknownDecision(decisionId: string): GleanerError {
  return new GleanerError('not-found', { object: `The decision ${decisionId}` })
}

function preemptionOff(): Verdict {
  return { code: 'mode-off', sentence: 'preemption is off.', facts: { capability: 'preemption' } }
}

function refused(verdict: Verdict): RoomDecision {
  return { state: 'refused', decisionId: undefined, verdict, reasons: {}, unblock: [] }
}
