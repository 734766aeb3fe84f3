// Things kept by the step they are about: an instance or host, and an action. A map of maps, because joining the two into one
// text for each of tens of thousands of look-ups per cycle costs more than the look-ups.
import { type StepKind, type Target, type TargetKey, targetKey } from '@gleaner/model'

export interface Step extends Target {
  readonly action: StepKind
}

export interface Steps<T> {
  get(step: Step): T | undefined
  set(step: Step, value: T): void
  remove(step: Step): void
  all(): readonly T[]
}

export function createSteps<T>(): Steps<T> {
  const byAction = new Map<StepKind, Map<TargetKey, T>>()
  return {
    get: (step) => byAction.get(step.action)?.get(targetKey(step)),
    set(step, value) {
      const targets = byAction.get(step.action)
      if (targets === undefined) byAction.set(step.action, new Map([[targetKey(step), value]]))
      else targets.set(targetKey(step), value)
    },
    remove: (step) => byAction.get(step.action)?.delete(targetKey(step)),
    all: () => [...byAction.values()].flatMap((targets) => [...targets.values()]),
  }
}
