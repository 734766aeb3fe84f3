// The kill switch pauses everything but what owners ask for their own instances, and what gives a machine to the person in front of it:
// closing a desktop is not held at all, nor is letting its guests stand still, which the agent there does in any case and which takes
// nothing from them. What would end a guest or write its memory away waits.
import { isoTime } from '../../text/iso-time.ts'
import type { Check } from './check.ts'

export const killSwitch: Check = ({ kind, proposal, world }) => {
  const thrown = world.policy.killSwitch
  if (thrown === undefined || (kind === 'yield' && proposal.action === 'pause')) return undefined
  const why = thrown.reason === '' ? '' : `: ${thrown.reason}`
  return {
    code: 'kill-switch',
    sentence: `Everything is paused by ${thrown.by} since ${isoTime(thrown.sinceMs)}${why}.`,
    facts: { by: thrown.by, sinceMs: thrown.sinceMs, reason: thrown.reason },
  }
}
