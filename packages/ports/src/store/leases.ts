// Leases, and what they hold on hosts. Part of the Store port; its contract holds.
import type { HostId, Interval, Lease, LeaseState, Sizes } from '@gleaner/model'
import type { AuditEntry } from './audit.ts'
import type { Fence } from './leadership.ts'
import type { Page } from './page.ts'

/** What a host can hold of instances. */
export interface HostRoom {
  readonly hostId: HostId
  readonly capacity: Sizes
}

export interface LeaseStore {
  /** Every lease that is not over, by its start. */
  open(): Promise<readonly Lease[]>
  find(id: string): Promise<Lease | undefined>
  /** Latest start first. */
  list(
    filter: {
      readonly name?: string
      readonly states?: readonly LeaseState[]
      /** Only of these projects (ids); none when empty. */
      readonly projectIds?: readonly string[]
    },
    page: { readonly limit: number; readonly offset: number },
  ): Promise<Page<Lease>>
  /** Leases of a project, or of all, that touch the span: open ones, and those that have ended. */
  within(projectId: string | undefined, span: Interval): Promise<readonly Lease[]>
  /**
   * Writes leases whole, new or changed, with their events, what they hold on hosts, and the lines of who did it: all of them
   * or none. No lease is among them twice.
   * `conflict`, and nothing changed, when a host is promised to another at some moment, when the project has another open
   * lease of this name, when the lease is over, or when an event that is done would be done again.
   */
  save(fence: Fence, writes: readonly LeaseWrite[]): Promise<void>
}

export interface LeaseWrite {
  readonly lease: Lease
  /** At least its hosts. */
  readonly rooms: readonly HostRoom[]
  /** Who did it, if anybody. */
  readonly line?: AuditEntry | undefined
}
