// How owners and operators are told. A notice is stored before it is sent, and carries what the reader needs to object.
import type { InstanceId, ProjectId } from '@gleaner/model'

export interface Notice {
  readonly id: string
  readonly instanceId: InstanceId
  readonly instanceName: string
  readonly projectId: ProjectId
  readonly sentence: string
  readonly dueAtMs: number | undefined
}

export interface Notifier {
  readonly name: string
  send(notice: Notice, signal: AbortSignal): Promise<void>
}
