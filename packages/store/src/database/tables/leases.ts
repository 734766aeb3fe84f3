// Tables of leases, and of what they hold on hosts.
import type { LeaseEventKind, LeaseEventState, LeaseState } from '@gleaner/model'
import type { Json } from './json.ts'

export interface LeaseTable {
  id: string
  name: string
  cloud_id: string
  project_id: string
  state: LeaseState
  start_ms: number
  end_ms: number
  created_at_ms: number
  updated_at_ms: number
  document: Json
  term: number
}

export interface LeaseEventTable {
  lease_id: string
  kind: LeaseEventKind
  due_at_ms: number
  state: LeaseEventState
  done_at_ms: number | null
  outcome: string | null
}

export interface ReservableHostTable {
  host_id: string
  vcpus: number
  memory_mib: number
  disk_gib: number
}

export interface LeaseAllocationTable {
  lease_id: string
  reservation_id: string
  host_id: string
  units: number
  start_ms: number
  end_ms: number
  vcpus: number | null
  memory_mib: number | null
  disk_gib: number | null
}
