// Tables of what Gleaner knows of itself: who leads, settings, problems, audit.
import type { ColumnType } from 'kysely'

export interface LeaderTable {
  scope: string
  holder: string
  term: number
  since_ms: number
}

export interface SettingTable {
  name: string
  value: string
  changed_at_ms: number
  changed_by: string
}

export interface ProblemTable {
  id: string
  key: string
  code: string
  severity: 'warning' | 'error'
  subject: string
  sentence: string
  remedy: string
  first_seen_ms: number
  last_seen_ms: number
  count: number
  cleared_at_ms: number | null
  cleared_by: string | null
  resolved_at_ms: number | null
}

export interface AuditTable {
  id: string
  at_ms: number
  made_by: string
  made_from: string
  what: string
  object: string
  before: ColumnType<unknown, string | null, never>
  after: ColumnType<unknown, string | null, never>
}
