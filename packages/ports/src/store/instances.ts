// What is remembered of instances from one reading to the next. Part of the Store port; its contract holds.
import type { Instance } from '@gleaner/model'
import type { Fence } from './leadership.ts'

/** What is remembered of an instance between two runs: to see a person's action that happened in between. */
export interface InstanceMemory {
  readonly instanceId: string
  readonly state: Instance['state']
  readonly stateSinceMs: number
  readonly firstSeenMs: number
  readonly lastSeenMs: number
}

export interface InstanceStore {
  memories(cloudId: string): Promise<readonly InstanceMemory[]>
  remember(fence: Fence, cloudId: string, memories: readonly InstanceMemory[]): Promise<void>
  forget(fence: Fence, cloudId: string, instanceIds: readonly string[]): Promise<void>
}
