// Tables of what is remembered of instances and hosts.
import type { Json } from './json.ts'

export interface InstanceMemoryTable {
  instance_id: string
  cloud_id: string
  state: string
  state_since_ms: number
  first_seen_ms: number
  last_seen_ms: number
}

export interface LedgerPointTable {
  cloud_id: string
  at_ms: number
  cores: Json
  memory_mib: Json
}

export interface TelemetryBlobTable {
  subject: string
  bytes: Uint8Array
}

export interface HostPowerTable {
  host_id: string
  document: Json
}

export interface HostOfferTable {
  host_id: string
  document: Json
}

export interface PrivatePropertyTable {
  name: string
}
