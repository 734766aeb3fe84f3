// What nova shows beside servers: hypervisors, services, aggregates, flavors, diagnostics.
import type { JsonReader } from './json.ts'

export interface NovaHypervisor {
  /** The same as the id of its resource provider in placement. */
  readonly id: string
  readonly name: string
  readonly type: string
  readonly serviceId: string
  readonly serviceHost: string
  readonly isUp: boolean
  readonly isEnabled: boolean
  readonly disabledReason: string | undefined
  /** What nova measured itself; newer microversions leave it to placement. */
  readonly vcpus: number | undefined
  readonly memoryMiB: number | undefined
  readonly diskGiB: number | undefined
}

export interface NovaService {
  readonly id: string
  readonly host: string
  readonly zone: string | undefined
  readonly isEnabled: boolean
  readonly disabledReason: string | undefined
  readonly isUp: boolean
  readonly isForcedDown: boolean
}

export interface NovaAggregate {
  readonly name: string
  readonly zone: string | undefined
  readonly hosts: readonly string[]
  readonly metadata: Readonly<Record<string, string>>
}

export interface NovaFlavor {
  readonly id: string
  readonly name: string
}

export interface NovaDiagnostics {
  readonly cpuTimeNs: number | undefined
  readonly memoryUsedMiB: number | undefined
  readonly receivedBytes: number | undefined
  readonly sentBytes: number | undefined
  readonly diskBytes: number | undefined
}

export function readHypervisor(hypervisor: JsonReader): NovaHypervisor {
  const service = hypervisor.object('service')
  return {
    id: hypervisor.text('id'),
    name: hypervisor.text('hypervisor_hostname'),
    type: hypervisor.optionalText('hypervisor_type') ?? 'unknown',
    serviceId: service.text('id'),
    serviceHost: service.text('host'),
    isUp: hypervisor.text('state') === 'up',
    isEnabled: hypervisor.text('status') === 'enabled',
    disabledReason: service.optionalText('disabled_reason'),
    vcpus: hypervisor.optionalAmount('vcpus'),
    memoryMiB: hypervisor.optionalAmount('memory_mb'),
    diskGiB: hypervisor.optionalAmount('local_gb'),
  }
}

export function readService(service: JsonReader): NovaService {
  return {
    id: service.text('id'),
    host: service.text('host'),
    zone: service.optionalText('zone'),
    isEnabled: service.text('status') === 'enabled',
    disabledReason: service.optionalText('disabled_reason'),
    isUp: service.text('state') === 'up',
    isForcedDown: service.flag('forced_down'),
  }
}

export function readAggregate(aggregate: JsonReader): NovaAggregate {
  return {
    name: aggregate.text('name'),
    zone: aggregate.optionalText('availability_zone'),
    hosts: aggregate.texts('hosts'),
    metadata: aggregate.dictionary('metadata'),
  }
}

export function readFlavor(flavor: JsonReader): NovaFlavor {
  return { id: flavor.text('id'), name: flavor.text('name') }
}

/** The form of microversion 2.48: the same for every hypervisor, with null for what one does not tell. */
export function readDiagnostics(answer: JsonReader): NovaDiagnostics {
  const total = (list: string, ...keys: readonly string[]) => {
    let sum: number | undefined
    for (const item of answer.value[list] === null ? [] : answer.objects(list)) {
      for (const key of keys) {
        const part = item.optionalAmount(key)
        if (part !== undefined) sum = (sum ?? 0) + part
      }
    }
    return sum
  }
  return {
    cpuTimeNs: total('cpu_details', 'time'),
    memoryUsedMiB: answer.optionalObject('memory_details')?.optionalAmount('used'),
    receivedBytes: total('nic_details', 'rx_octets'),
    sentBytes: total('nic_details', 'tx_octets'),
    diskBytes: total('disk_details', 'read_bytes', 'write_bytes'),
  }
}
