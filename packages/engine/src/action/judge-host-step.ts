// Judges a step on a host as a whole from the newest reading of its cloud. A call that resolved is in force by the port's
// contract, but only a reading that BEGAN after it is a witness: the step is done if and only if such a reading shows the host
// as the step would make it, and timed out when none did before the deadline.
//
// An entry that is only `intended` may or may not have reached the cloud. If the host still is as it was before, the call is
// sent again, which the port makes safe; if it is neither as before nor as wanted, somebody else has changed it meanwhile.
import {
  formatDurationMs,
  type Host,
  type HostStepKind,
  hostSteps,
  isHostStep,
  type JournalEntry,
} from '@gleaner/model'
import { isHostStepReached } from './host-step-reached.ts'
import { type Judgement, mostAttempts } from './judge-action.ts'

export interface HostSighting {
  /** Undefined when the reading does not have it. */
  readonly host: Host | undefined
  /** When the reading began; undefined when there is none, or none that can be relied upon. */
  readonly readAtMs: number | undefined
  readonly nowMs: number
}

export function judgeHostStep(entry: JournalEntry, sighting: HostSighting): Judgement {
  const { action, setting } = entry
  const { host, readAtMs, nowMs } = sighting
  if (!isHostStep(action)) return { kind: 'failed', outcome: 'not a step on a host' }
  if (!(readAtMs !== undefined && readAtMs > (entry.acceptedAtMs ?? entry.intendedAtMs)))
    return nowMs >= entry.deadlineMs
      ? { kind: 'timed-out', outcome: 'the cloud was not read again in time' }
      : { kind: 'wait', moving: false }
  if (host === undefined) return { kind: 'failed', outcome: 'the host is no longer there' }
  const now = hostFigures(host, action)
  // "is asleep", but "is at core ratio 2".
  const standing = hostSteps[action].changes === 'state' ? now : `at ${now}`
  if (isHostStepReached(host, { action, setting })) return { kind: 'done', outcome: `the host is ${standing}` }
  // Between on and off a host answers nobody; that is neither the old state nor somebody else's doing.
  const moving = (action === 'sleep' || action === 'wake') && host.state === 'down'
  if (moving && nowMs < entry.deadlineMs) return { kind: 'wait', moving }
  if (entry.state === 'intended') {
    if (now !== entry.stateBefore)
      return { kind: 'failed', outcome: `not called: somebody changed the host to ${now} meanwhile` }
    if (entry.attempts >= mostAttempts)
      return { kind: 'failed', outcome: `the call got no answer ${entry.attempts} times` }
    if (nowMs >= entry.deadlineMs) return { kind: 'timed-out', outcome: 'the cloud did not take the call in time' }
    return { kind: 'call' }
  }
  if (nowMs < entry.deadlineMs) return { kind: 'wait', moving: false }
  const spent = formatDurationMs(entry.deadlineMs - entry.intendedAtMs)
  return { kind: 'timed-out', outcome: `the host is still ${standing} after ${spent}` }
}

/** What of a host a step would change, as the journal keeps it. */
export function hostFigures(host: Host, action: HostStepKind): string {
  if (hostSteps[action].changes === 'state') return host.state
  return `core ratio ${ratioText(host.coreRatio)}, memory ratio ${ratioText(host.memoryRatio)}`
}

function ratioText(ratio: number | undefined): string {
  return ratio === undefined ? 'none' : String(Math.round(ratio * 1000) / 1000)
}
