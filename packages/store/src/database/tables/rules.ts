// Tables of the rules, and of what holds for them in single projects.
import type { ColumnType } from 'kysely'
import type { Json } from './json.ts'

export interface RuleTable {
  id: string
  name: string
  revision: number
  source: 'file' | 'api'
  definition: Json
  created_at_ms: number
  updated_at_ms: number
  updated_by: string
}

export interface RuleRevisionTable {
  rule_id: string
  revision: number
  source: 'file' | 'api'
  definition: Json
  created_at_ms: number
  updated_at_ms: number
  updated_by: string
  removed_at_ms: number | null
  removed_by: string | null
}

export interface ProjectTermsTable {
  project_id: string
  opt_out: ColumnType<unknown, string | null, string | null>
  limits: Json
}
