// What is kept of energy: hours of hosts as metered, and of tenants as attributed. Part of the Store port; its contract holds.
import type { HostEnergy, HostId, TenantEnergy, TenantHour, TenantHourKey } from '@gleaner/model'
import type { Fence } from './leadership.ts'

export const energyGroupings = ['host', 'project', 'instance'] as const
export type EnergyGrouping = (typeof energyGroupings)[number]

/** What a kWh comes to in [fromMs, toMs); undefined where nobody says. */
export interface EnergyFactor {
  readonly fromMs: number
  readonly toMs: number
  readonly gramsPerKWh: number | undefined
  readonly pricePerKWh: number | undefined
}

export interface EnergyFilter {
  readonly fromMs: number
  readonly toMs: number
  readonly hostId?: string
  /** Only of these projects (ids); none when empty. */
  readonly projectIds?: readonly string[]
}

/** Over the hours that begin within the filter's time. */
export interface EnergySum {
  /** Of the grouping: undefined for what nobody had. */
  readonly id: string | undefined
  /** Of an instance: whose it is. */
  readonly projectId: string | undefined
  readonly idleJ: number
  readonly dynamicJ: number
  readonly estimatedJ: number
  /** Undefined where a part of it has no factor. */
  readonly grams: number | undefined
  readonly cost: number | undefined
  /** Begin of its first and last hour. */
  readonly firstAtMs: number
  readonly lastAtMs: number
}

export interface EnergyHour {
  readonly atMs: number
  readonly energyJ: number
  readonly estimatedJ: number
}

/** What is known of a host's energy over a time: the rest of it is a gap. */
export interface MeteredHost {
  readonly hostId: HostId
  readonly measuredMs: number
  /** Counted by the device in a gap: part of the energy, without a time within it. */
  readonly bridgedJ: number
}

export interface EnergyStore {
  /** Adds to what is stored. The same batch again, after a failure of which nobody knows how far it came, adds nothing. */
  add(
    fence: Fence,
    batch: { readonly id: string; readonly hosts: readonly HostEnergy[]; readonly tenants: readonly TenantEnergy[] },
  ): Promise<void>
  /** The most energy first. */
  sums(by: EnergyGrouping, filter: EnergyFilter, factors: readonly EnergyFactor[]): Promise<readonly EnergySum[]>
  /** All that match together, hour by hour, oldest first; hours without energy are left out. */
  hours(filter: EnergyFilter): Promise<readonly EnergyHour[]>
  /** Of these hours those that are known, in no particular order. */
  tenantHours(asked: readonly TenantHourKey[]): Promise<readonly TenantHour[]>
  /** Each host that was metered, over all hours of the time together. */
  metered(span: Pick<EnergyFilter, 'fromMs' | 'toMs'>): Promise<readonly MeteredHost[]>
  /** Hours of hosts as metered, oldest first. */
  hosts(filter: Omit<EnergyFilter, 'projectIds'>): Promise<readonly HostEnergy[]>
}
