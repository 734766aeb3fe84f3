// Plans, to compare them later. Part of the Store port; its contract holds.
import type { Plan } from '@gleaner/model'
import type { Fence } from './leadership.ts'

export interface PlanStore {
  /** Keeps the plan for later comparison; identical consecutive plans are stored once. */
  save(fence: Fence, plan: Plan): Promise<void>
  find(id: string): Promise<Plan | undefined>
  latest(limit: number): Promise<readonly Plan[]>
}
