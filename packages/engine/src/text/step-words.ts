// A step as a verb in front of a name: "suspend web-1", "raise the ratio of node-3".
import { type HostStepKind, isHostStep, type StepKind } from '@gleaner/model'

const verbs: Readonly<Record<HostStepKind, string>> = {
  'raise-ratio': 'raise the ratio of',
  'lower-ratio': 'lower the ratio of',
  close: 'close',
  open: 'open',
}

export function verbOf(action: StepKind): string {
  return isHostStep(action) ? verbs[action] : action
}
