// Tables of energy, by the hour.

export interface HostEnergyTable {
  host_id: string
  at_ms: number
  cloud_id: string
  energy_j: number
  estimated_j: number
  bridged_j: number
  measured_ms: number
}

export interface TenantEnergyTable {
  at_ms: number
  host_id: string
  cloud_id: string
  instance_id: string
  project_id: string
  idle_j: number
  dynamic_j: number
  estimated_j: number
}

export interface EnergyBatchTable {
  scope: string
  id: string
}
