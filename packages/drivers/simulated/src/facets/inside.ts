// What the facets share with the cloud they belong to: its world, its faults, its door.
import type { CloudId, InstanceId } from '@gleaner/model'
import type { FaultBoard, FaultContext } from '../faults.ts'
import type { Course, World } from '../world.ts'

export interface Inside {
  readonly cloud: CloudId
  readonly faults: FaultBoard
  /** The instances that were made under a key. */
  readonly made: Map<string, InstanceId>
  world(): World
  /** Lets a call in, or rejects with the fault that was told; afterwards the world stands at the present. */
  enter(context: FaultContext, signal: AbortSignal): Promise<void>
  /** What becomes of a move that begins now. */
  course(context: FaultContext): Course
  /** Something may now happen earlier than foreseen. */
  changed(): void
}
