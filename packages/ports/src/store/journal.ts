// What was done, written before it is done. Part of the Store port; its contract holds.
import type { JournalEntry, JournalState, MemoryLoan } from '@gleaner/model'
import type { Fence } from './leadership.ts'
import type { Page } from './page.ts'

export interface JournalFilter {
  readonly instanceId?: string
  /** Only steps on this host as a whole. */
  readonly onHostId?: string
  readonly states?: readonly JournalState[]
  readonly cause?: string
  readonly fromMs?: number
  readonly toMs?: number
  /** Matches the name of the instance or host, cause or action, case-insensitively. */
  readonly text?: string
  /** Only entries of instances of these projects (ids); none when empty. */
  readonly projectIds?: readonly string[]
}

export interface JournalStore {
  /**
   * Writes the intent. Rejects with `conflict` when the idempotency key is already there, or when an entry of the same
   * instance, or of the same host as a whole, is still open: neither ever has two actions under way.
   */
  intend(fence: Fence, entry: JournalEntry): Promise<void>
  /** One more attempt of an intended entry is about to be called. */
  attempt(fence: Fence, id: string): Promise<void>
  accept(fence: Fence, id: string, atMs: number): Promise<void>
  finish(
    fence: Fence,
    id: string,
    end: { readonly state: 'done' | 'failed' | 'timed-out'; readonly atMs: number; readonly outcome: string },
  ): Promise<void>
  open(): Promise<readonly JournalEntry[]>
  /** Memory that guests were asked to leave and have not had back, however long ago. */
  loans(): Promise<readonly MemoryLoan[]>
  find(id: string): Promise<JournalEntry | undefined>
  list(filter: JournalFilter, page: { readonly limit: number; readonly offset: number }): Promise<Page<JournalEntry>>
  /** All entries intended at or after this time, oldest first: what the budgets and sinceAction() need. */
  since(fromMs: number): Promise<readonly JournalEntry[]>
}
