// Tables of what is wanted, what is done, and what keeps it from being done.
import type { ColumnType, GeneratedAlways } from 'kysely'
import type { Json } from './json.ts'

export interface ProposalTable {
  id: string
  instance_id: string | null
  action: string
  capability: string
  state: string
  created_at_ms: number
  updated_at_ms: number
  approved_by: string | null
  document: Json
  project_id: GeneratedAlways<string | null>
  host_id: GeneratedAlways<string | null>
}

export interface JournalTable {
  id: string
  idempotency_key: string
  proposal_id: string | null
  capability: string
  action: string
  cloud_id: string
  instance_id: string | null
  instance_name: string | null
  project_id: string | null
  host_id: string | null
  cause: string
  reason: Json
  state: string
  state_before: string
  intended_at_ms: number
  accepted_at_ms: number | null
  finished_at_ms: number | null
  attempts: number
  deadline_ms: number
  outcome: string | null
  gives: Json
  term: number
  host_name: string | null
  setting: ColumnType<unknown, string | null, string | null>
}

export interface MemoryLoanTable {
  journal_id: string
  return_id: string | null
}

export interface JournalTransitionTable {
  journal_id: string
  seq: number
  state: string
  attempts: number
  at_ms: number | null
  outcome: string | null
  term: number
}

export interface HoldTable {
  id: string
  instance_id: string | null
  kind: 'keep' | 'person-acted' | 'veto' | 'cool-down'
  until_ms: number
  made_by: string
  reason: string
  created_at_ms: number
  released_at_ms: number | null
  released_by: string | null
  host_id: string | null
}

export interface UsedLinkTable {
  id: string
  used_at_ms: number
  ends_at_ms: number
}

export interface PlanTable {
  id: string
  created_at_ms: number
  content: Uint8Array
  document: Uint8Array
}
