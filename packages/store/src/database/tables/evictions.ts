// Tables of decisions to evict, and of the evicted.
import type { DecisionState, EvictionKind, ReturnState } from '@gleaner/model'
import type { Json } from './json.ts'

export interface EvictionDecisionTable {
  id: string
  request_id: string
  kind: EvictionKind
  cloud_id: string
  state: DecisionState
  created_at_ms: number
  updated_at_ms: number
  document: Json
  term: number
}

export interface EvictionTable {
  id: string
  decision_id: string
  cloud_id: string
  instance_id: string
  project_id: string
  state: ReturnState
  evicted_at_ms: number
  updated_at_ms: number
  document: Json
}
