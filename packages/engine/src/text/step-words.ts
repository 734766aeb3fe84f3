// A step as a verb in front of a name: "suspend web-1", "raise the ratio of node-3".
import type { StepKind } from '@gleaner/model'

const verbs: Readonly<Partial<Record<StepKind, string>>> = {
  balloon: 'lend memory from',
  'return-memory': 'give back the memory of',
  'raise-ratio': 'raise the ratio of',
  'lower-ratio': 'lower the ratio of',
  close: 'close',
  open: 'open',
  sleep: 'switch off',
  wake: 'wake',
}

export function verbOf(action: StepKind): string {
  return verbs[action] ?? action
}
