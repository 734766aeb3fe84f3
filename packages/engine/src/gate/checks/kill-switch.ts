// The kill switch pauses everything but what owners ask for their own instances.
import { isoTime } from '../../text/iso-time.ts'
import type { Check } from './check.ts'

export const killSwitch: Check = ({ world }) => {
  const thrown = world.policy.killSwitch
  if (thrown === undefined) return undefined
  const why = thrown.reason === '' ? '' : `: ${thrown.reason}`
  return {
    code: 'kill-switch',
    sentence: `Everything is paused by ${thrown.by} since ${isoTime(thrown.sinceMs)}${why}.`,
    facts: { by: thrown.by, sinceMs: thrown.sinceMs, reason: thrown.reason },
  }
}
