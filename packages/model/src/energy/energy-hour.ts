// Energy by the hour, as it is kept and billed: of hosts, as metered, and of who was on them, as attributed. Joules inside,
// kWh at the edge. Over all tenants of a host and an hour, what nobody had included, the joules are those of the host.
import type { CloudId, HostId, InstanceId, ProjectId } from '../ids.ts'

export const hourMs = 3_600_000

/** One host in one hour. What of the hour was not measured is a gap, for which nothing is counted. */
export interface HostEnergy {
  readonly hostId: HostId
  readonly cloudId: CloudId
  /** Begin of the hour. */
  readonly atMs: number
  readonly energyJ: number
  /** The part of it that is worked out by a model instead of a meter. */
  readonly estimatedJ: number
  readonly measuredMs: number
  /** Counted by the device while nobody read it: known as a sum, not when or by whom. Part of `energyJ`. */
  readonly bridgedJ: number
}

/** What one instance had of one host in one hour; without an instance: what nobody, or the project as a whole, had. */
export interface TenantEnergy {
  readonly hostId: HostId
  readonly cloudId: CloudId
  readonly atMs: number
  readonly instanceId: InstanceId | undefined
  readonly projectId: ProjectId | undefined
  /** Its part of what the host draws at rest, and of what work adds to that. */
  readonly idleJ: number
  readonly dynamicJ: number
  readonly estimatedJ: number
}

export const joulesPerKWh = 3_600_000

/** An hour of an instance on one host. */
export interface TenantHourKey {
  readonly instanceId: InstanceId
  readonly hostId: HostId
  readonly atMs: number
}

export interface TenantHour extends TenantHourKey {
  /** Attributed above what the host draws at rest. */
  readonly dynamicJ: number
  /** How long the host was metered in the hour. */
  readonly measuredMs: number
}
