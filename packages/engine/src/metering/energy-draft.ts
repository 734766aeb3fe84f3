// What is to be added to the stored hours: one line per host and hour, and per tenant of a host and hour.
import type { CloudId, HostEnergy, HostId, InstanceId, ProjectId, TenantEnergy } from '@gleaner/model'
import type { EnergyBatch } from './energy-book.ts'

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

interface WhichHost {
  readonly hostId: HostId
  readonly cloudId: CloudId
}

interface TenantPart {
  readonly instanceId: InstanceId | undefined
  readonly projectId: ProjectId | undefined
  readonly idleJ: number
  readonly dynamicJ: number
  readonly estimatedShare: number
}

export class EnergyDraft {
  /** By hour, then host, then tenant: texts are not put together for each of a hundred thousand lines. */
  readonly #hours = new Map<number, Map<HostId, HostLines>>()

  addHost(host: WhichHost, atMs: number, more: Omit<HostEnergy, 'hostId' | 'cloudId' | 'atMs'>): void {
    const { sum } = this.#linesOf(host, atMs)
    sum.energyJ += more.energyJ
    sum.estimatedJ += more.estimatedJ
    sum.measuredMs += more.measuredMs
    sum.bridgedJ += more.bridgedJ
  }

  /** A project that has the whole host and its instances are different tenants. */
  addTenant(host: WhichHost, atMs: number, part: TenantPart): void {
    const { instanceId, projectId, idleJ, dynamicJ } = part
    if (idleJ === 0 && dynamicJ === 0) return
    const { tenants } = this.#linesOf(host, atMs)
    const key = instanceId ?? projectId ?? ''
    let line = tenants.get(key)
    if (line === undefined) {
      const { hostId, cloudId } = host
      line = { hostId, cloudId, atMs, instanceId, projectId, idleJ: 0, dynamicJ: 0, estimatedJ: 0 }
      tenants.set(key, line)
    }
    line.idleJ += idleJ
    line.dynamicJ += dynamicJ
    line.estimatedJ += (idleJ + dynamicJ) * part.estimatedShare
  }

  batch(): EnergyBatch {
    const hosts: HostEnergy[] = []
    const tenants: TenantEnergy[] = []
    for (const lines of this.#hours.values()) {
      for (const { sum, tenants: each } of lines.values()) {
        hosts.push(sum)
        tenants.push(...each.values())
      }
    }
    return { hosts, tenants }
  }

  #linesOf({ hostId, cloudId }: WhichHost, atMs: number): HostLines {
    let hour = this.#hours.get(atMs)
    if (hour === undefined) this.#hours.set(atMs, (hour = new Map()))
    let lines = hour.get(hostId)
    if (lines === undefined) {
      const sum = { hostId, cloudId, atMs, energyJ: 0, estimatedJ: 0, measuredMs: 0, bridgedJ: 0 }
      hour.set(hostId, (lines = { sum, tenants: new Map() }))
    }
    return lines
  }
}

interface HostLines {
  readonly sum: Writable<HostEnergy>
  readonly tenants: Map<string, Writable<TenantEnergy>>
}
