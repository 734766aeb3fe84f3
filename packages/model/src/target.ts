// What a step, a hold or a journal entry is about: one instance, or one host as a whole. `instanceId` is undefined if and
// only if it is about the host; `hostId` then names it. Of an instance `hostId` merely says where it is.
import type { HostId, InstanceId, ProjectId } from './ids.ts'

export interface Target {
  readonly instanceId: InstanceId | undefined
  readonly hostId: HostId | undefined
}

declare const brand: unique symbol
/** One key for either kind: an instance is its own key, so tables of instances can be asked without making one. */
export type TargetKey = InstanceId | (string & { readonly [brand]: 'host-key' })

/** A cloud may give a host and an instance the same native id: the word before it keeps the two apart. */
export function hostKey(id: HostId): TargetKey {
  return `host ${id}` as TargetKey
}

export function targetKey({ instanceId, hostId }: Target): TargetKey {
  return instanceId ?? hostKey(hostId as HostId)
}

/** The id of what the step is about. */
export function targetId({ instanceId, hostId }: Target): InstanceId | HostId {
  return instanceId ?? (hostId as HostId)
}

/** A step on an instance, with what only those have. */
export type OnInstance<Step extends Target> = Step & { readonly instanceId: InstanceId; readonly projectId: ProjectId }

export function isOnInstance<Step extends Target>(step: Step): step is OnInstance<Step> {
  return step.instanceId !== undefined
}
