// Proposals from when they are wanted until they have ended. Part of the Store port; its contract holds.
import type { Capability, Interval, Proposal } from '@gleaner/model'
import type { Fence } from './leadership.ts'
import type { Page } from './page.ts'

export interface ProposalStore {
  /** Every proposal in an open state. */
  open(): Promise<readonly Proposal[]>
  find(id: string): Promise<Proposal | undefined>
  /** Writes the given proposals (new or changed) in one transaction. A stored proposal that has ended never reopens. */
  save(fence: Fence, proposals: readonly Proposal[]): Promise<void>
  /** A person's approval; only from `awaiting-approval`, else `conflict`. */
  approve(id: string, by: string, nowMs: number): Promise<Proposal>
  forInstance(instanceId: string, limit: number): Promise<readonly Proposal[]>
  /** Those on the host as a whole. */
  forHost(hostId: string, limit: number): Promise<readonly Proposal[]>
  /** What was watched in mode observe at some moment of the span: those open, and those that ended after its begin. */
  observed(span: Interval): Promise<readonly Proposal[]>
  recent(
    filter: {
      readonly state?: string
      readonly capability?: Capability
      /** Only proposals on instances of these projects (ids); none when empty. */
      readonly projectIds?: readonly string[]
    },
    page: { readonly limit: number; readonly offset: number },
  ): Promise<Page<Proposal>>
}
