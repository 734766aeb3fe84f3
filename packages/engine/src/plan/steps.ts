// Things kept by the step they are about: an instance and an action. A map of maps, because joining the two into one text
// for each of tens of thousands of look-ups per cycle costs more than the look-ups.
import type { ActionKind, InstanceId } from '@gleaner/model'

export interface Step {
  readonly instanceId: InstanceId
  readonly action: ActionKind
}

export interface Steps<T> {
  get(step: Step): T | undefined
  set(step: Step, value: T): void
  remove(step: Step): void
  all(): readonly T[]
}

export function createSteps<T>(): Steps<T> {
  const byAction = new Map<ActionKind, Map<InstanceId, T>>()
  return {
    get: ({ instanceId, action }) => byAction.get(action)?.get(instanceId),
    set({ instanceId, action }, value) {
      const instances = byAction.get(action)
      if (instances === undefined) byAction.set(action, new Map([[instanceId, value]]))
      else instances.set(instanceId, value)
    },
    remove: ({ instanceId, action }) => byAction.get(action)?.delete(instanceId),
    all: () => [...byAction.values()].flatMap((instances) => [...instances.values()]),
  }
}
