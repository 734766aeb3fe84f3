// What a proposal or an action is about, as the API shows it: its names beside its ids. Of a host as a whole there is neither
// an instance nor a project.
import { type JournalView, type ProjectId, type StepSetting, type Target, isOnInstance, nativeOf } from '@gleaner/model'
import { only } from './only.ts'
import type { WorldIndex } from './world-index.ts'

export interface Shown extends Target {
  readonly projectId: ProjectId | undefined
  readonly setting: StepSetting | undefined
}

type TargetParts = Pick<JournalView, 'target' | 'instanceId' | 'instance' | 'project' | 'host' | 'setting'>

/** `name` is that of the time of the action, where it was kept. */
export function targetView(step: Shown, world: WorldIndex, name?: string): TargetParts {
  const { hostId, setting } = step
  const host = world.hostName(hostId)
  const shared = { ...only('host', host), ...only('setting', setting === undefined ? undefined : { ...setting }) }
  if (isOnInstance(step)) {
    const { instanceId: id, projectId } = step
    const instance = name ?? world.instanceById.get(id)?.name ?? id
    const target = { kind: 'instance', id, name: instance } as const
    return { target, instanceId: id, instance, project: world.projectName(projectId), ...shared }
  }
  const id = hostId ?? ''
  return { target: { kind: 'host', id, name: name ?? host ?? (hostId && nativeOf(hostId)) ?? id }, ...shared }
}
