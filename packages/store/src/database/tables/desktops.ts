// Tables of desktops that lend themselves.
import type { ColumnType } from 'kysely'
import type { Json } from './json.ts'

export interface JoinTokenTable {
  id: string
  sha256: Uint8Array
  host_name: string
  cloud_id: string | null
  pool: string
  lends: boolean
  created_at_ms: number
  created_by: string
  expires_at_ms: number
  used_at_ms: number | null
}

export interface DesktopTable {
  id: string
  host_name: string
  cloud_id: string | null
  pool: string
  lends: boolean
  joined_at_ms: number
  public_key: Uint8Array | null
  next_key: Uint8Array | null
  key_until_ms: number | null
  revoked_at_ms: number | null
  revoked_by: string | null
  sequence: number
  last_beat_ms: number | null
  word: ColumnType<unknown, string | null, string | null>
  phase_since_ms: number | null
  lent_ms: number
  interruptions: number
  lost_changes: number
  changes_taken: number
  reports: ColumnType<unknown, string | null, string | null>
}

export interface DesktopPhaseTable {
  desktop_id: string
  at_ms: number
  phase: string
  verdict: Json
}
