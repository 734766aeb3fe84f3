// Tables of the estimates of hosts.
import type { Json } from './json.ts'

export interface EstimateTable {
  host_id: string
  at_ms: number
  cloud_id: string
  scope_ms: number
  strategy: string
  blind: boolean
  cores_capacity: number
  cores_booked: number
  cores_mean: number | null
  cores_peak: number | null
  cores_estimate: number
  cores_violation: number
  cores_confidence: number
  cores_ratio: number | null
  cores_aim: number | null
  memory_capacity: number
  memory_booked: number
  memory_mean: number | null
  memory_peak: number | null
  memory_estimate: number
  memory_violation: number
  memory_confidence: number
  memory_ratio: number | null
  memory_aim: number | null
}

export interface EstimatorTable {
  host_id: string
  cloud_id: string
  estimate: Json
  state: Uint8Array
}
