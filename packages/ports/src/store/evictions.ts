// Decisions to evict, and the evicted until they are back. Part of the Store port; its contract holds.
import type { Eviction, EvictionDecision, EvictionKind } from '@gleaner/model'
import type { Fence } from './leadership.ts'
import type { Page } from './page.ts'

export interface EvictionStore {
  /** Every decision that has not ended, oldest first. */
  openDecisions(): Promise<readonly EvictionDecision[]>
  decision(id: string): Promise<EvictionDecision | undefined>
  decisionOf(requestId: string): Promise<EvictionDecision | undefined>
  /** Newest first. */
  decisions(
    filter: { readonly cloudId?: string; readonly kind?: EvictionKind },
    page: { readonly limit: number; readonly offset: number },
  ): Promise<Page<EvictionDecision>>
  /** A new decision; `conflict` when its request was decided upon already. */
  decide(fence: Fence, decision: EvictionDecision): Promise<void>
  /**
   * A step of a decision, with the instances that were seen to have left by it, in one transaction. `conflict` when the
   * decision has ended. An eviction that is there already stays as it is.
   */
  save(fence: Fence, decision: EvictionDecision, left: readonly Eviction[]): Promise<void>
  /** Evicted instances that wait to come back, or are on their way, longest evicted first. */
  onTheirWayBack(): Promise<readonly Eviction[]>
  eviction(id: string): Promise<Eviction | undefined>
  /** How far the way back of an eviction is. */
  follow(fence: Fence, eviction: Eviction): Promise<void>
  /** Newest first. */
  evictions(
    filter: {
      readonly instanceId?: string
      /** Only of these projects (ids); none when empty. */
      readonly projectIds?: readonly string[]
      readonly fromMs?: number
    },
    page: { readonly limit: number; readonly offset: number },
  ): Promise<Page<Eviction>>
}
