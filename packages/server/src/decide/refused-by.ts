// What a command of a person is answered when it is refused: the reason, and what can be done about just that.
import { GleanerError, type ReasonCode, type Verdict } from '@gleaner/model'

const remedies: Partial<Record<ReasonCode, string>> = {
  'kill-switch': 'Let everything go on: gleaner unpause.',
  'mode-off': 'Set its mode: gleaner mode.',
  'already-there': 'There is nothing to do.',
  'action-unsupported': 'Choose another action; gleaner config check tells what the cloud can do.',
  'state-not-suitable': 'Wait until the instance is in a state for it, or choose another action.',
  protected: 'Take the protection away first, where it was set.',
  kept: 'End the hold first, or wait for its end: gleaner release.',
  vetoed: 'End the hold first, or wait for its end: gleaner release.',
  'outside-maintenance-window': 'Wait for the next maintenance window.',
  'in-flight': 'Wait for the end of the other action; gleaner history shows it.',
  'budget-rate': 'Wait a minute, or raise policy.budgets.actionsPerMinute.',
  'snapshot-missing': 'Wait for the first reading; gleaner problems tells why there is none.',
  'snapshot-stale': 'Wait for the next reading; gleaner problems tells why there is none.',
  'snapshot-partial': 'Wait for a whole reading; gleaner problems tells what is missing.',
  'instance-gone': 'There is nothing to do: the instance is no longer there.',
  'host-gone': 'There is nothing to do: the host is no longer there.',
  'not-leader': 'Ask the replica that leads; gleaner status names it.',
}

export function refusedBy({ code, sentence }: Verdict): GleanerError {
  const remedy = remedies[code]
  return new GleanerError('conflict', { detail: sentence }, remedy === undefined ? {} : { remedy })
}
