// Who changed what. Part of the Store port; its contract holds.
import type { Page } from './page.ts'

export interface AuditEntry {
  readonly atMs: number
  readonly by: string
  /** Where from: address of the peer, or "cli", "file". */
  readonly from: string
  readonly what: string
  readonly object: string
  readonly before: unknown
  readonly after: unknown
}

export interface AuditStore {
  append(entry: AuditEntry): Promise<void>
  /** Newest first; `search` is part of who, of what was done, or of what it was done to. */
  list(page: { readonly limit: number; readonly offset: number; readonly search?: string }): Promise<Page<AuditEntry>>
}
